"""createAccountWebhook, enableDisableAccountWebhook, getAccountWebhooks. The order of the checks is OBP's."""

import re
from typing import Any

from flask import request
from flask_smorest import Blueprint

from services.console.access.roles import Role
from services.console.obp.bodies import (
    AccountWebhookJson,
    AccountWebhookPostJson,
    AccountWebhookPutJson,
    AccountWebhooksJson,
    fields_of,
    json_body,
)
from services.console.obp.desk import ObpDesk
from services.console.obp.document import takes
from services.console.obp.refusals import ObpRefusal, wrong_limit, wrong_offset, wrong_switch, wrong_trigger
from services.console.obp.webhooks import Webhooks
from shared.domain.hub.subscription import Level, Subscription
from shared.domain.hub.triggers import ACCOUNT_TRIGGERS, Trigger

_VERSIONS = "/obp/<any('v3.1.0', 'v4.0.0', 'v5.0.0', 'v5.1.0'):version>"
_SWITCHES = {"true": True, "false": False}
_DIGITS = re.compile(r"[0-9]{1,18}")
_FILTERS = {
    "limit": "whole number from 1; 50 unless told",
    "offset": "whole number from 0",
    "account_id": "only those of this account",
    "user_id": "only those that this user made",
}


def add_account_webhooks(blueprint: Blueprint, desk: ObpDesk, webhooks: Webhooks) -> None:
    @blueprint.route(f"{_VERSIONS}/banks/<bank_id>/account-web-hooks", methods=["POST"])
    @blueprint.response(201, AccountWebhookJson)
    @takes(blueprint, AccountWebhookPostJson, Role.CREATE_WEBHOOK)
    def create_account_webhook(version: str, bank_id: str) -> Subscription:  # noqa: ARG001
        """Have the events of an account sent to a URL"""
        body = json_body()
        caller = desk.login()
        desk.demand(caller, Role.CREATE_WEBHOOK, bank_id)
        wanted = fields_of(body, AccountWebhookPostJson)
        trigger, is_active = _trigger(wanted["trigger_name"]), _switch(wanted["is_active"])
        return webhooks.create(caller, trigger, wanted, level=Level.ACCOUNT, bank_id=bank_id, is_active=is_active)

    @blueprint.route(f"{_VERSIONS}/banks/<bank_id>/account-web-hooks", methods=["PUT"])
    @blueprint.response(200, AccountWebhookJson)
    @takes(blueprint, AccountWebhookPutJson, Role.UPDATE_WEBHOOK)
    def enable_disable_account_webhook(version: str, bank_id: str) -> Subscription:  # noqa: ARG001
        """Switch an account webhook on or off"""
        body = json_body()
        caller = desk.login()
        desk.demand(caller, Role.UPDATE_WEBHOOK, bank_id)
        wanted = fields_of(body, AccountWebhookPutJson)
        is_active = _switch(wanted["is_active"])
        return webhooks.switch(caller, bank_id, wanted["account_webhook_id"] or "", is_active)

    @blueprint.route(f"{_VERSIONS}/management/banks/<bank_id>/account-web-hooks", methods=["GET"])
    @blueprint.response(200, AccountWebhooksJson)
    @takes(blueprint, None, Role.GET_WEBHOOKS, _FILTERS)
    def get_account_webhooks(version: str, bank_id: str) -> Any:  # noqa: ARG001
        """List the account webhooks of a bank, newest first"""
        caller = desk.login()
        desk.demand(caller, Role.GET_WEBHOOKS, bank_id)
        limit = _whole_number("limit", 50, 1, wrong_limit())
        offset = _whole_number("offset", 0, 0, wrong_offset())
        account_id, user_id = request.args.get("account_id", ""), request.args.get("user_id", "")
        found = webhooks.page(bank_id, account_id, user_id, offset, limit)
        return {"web_hooks": found}, 200, {"Range": f"items={offset}-{limit}"}


def _trigger(name: str | None) -> Trigger:
    if name not in set(ACCOUNT_TRIGGERS):
        raise wrong_trigger("null" if name is None else name)
    return Trigger(name)


def _switch(text: str | None) -> bool:
    if (wanted := _SWITCHES.get((text or "").lower())) is None:
        raise wrong_switch()
    return wanted


def _whole_number(name: str, default: int, least: int, otherwise: ObpRefusal) -> int:
    """An empty value counts as none."""
    if not (text := request.args.get(name, "")):
        return default
    if not _DIGITS.fullmatch(text) or int(text) < least:
        raise otherwise
    return int(text)
