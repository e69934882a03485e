"""createBankAccountNotificationWebhook, createSystemAccountNotificationWebhook. The order of the checks is OBP's."""

from flask_smorest import Blueprint

from services.console.access.roles import Role
from services.console.obp.bodies import (
    AccountNotificationWebhookPostJson,
    BankNotificationWebhookJson,
    SystemNotificationWebhookJson,
    check_ids,
    fields_of,
    json_body,
)
from services.console.obp.desk import ObpDesk
from services.console.obp.document import takes
from services.console.obp.refusals import wrong_method, wrong_protocol
from services.console.obp.webhooks import Webhooks
from shared.domain.hub.subscription import Level, Subscription
from shared.domain.hub.triggers import Trigger

_VERSIONS = "/obp/<any('v4.0.0', 'v5.0.0', 'v5.1.0'):version>"
_ENDPOINT = "web-hooks/account/notifications/on-create-transaction"


def add_notification_webhooks(blueprint: Blueprint, desk: ObpDesk, webhooks: Webhooks) -> None:
    @blueprint.route(f"{_VERSIONS}/banks/<bank_id>/{_ENDPOINT}", methods=["POST"])
    @blueprint.response(201, BankNotificationWebhookJson)
    @takes(blueprint, AccountNotificationWebhookPostJson, Role.CREATE_BANK_NOTIFICATION)
    def create_bank_account_notification_webhook(version: str, bank_id: str) -> Subscription:  # noqa: ARG001
        """Have every transaction of a bank sent to a URL"""
        return create(Role.CREATE_BANK_NOTIFICATION, Level.BANK, bank_id)

    @blueprint.route(f"{_VERSIONS}/{_ENDPOINT}", methods=["POST"])
    @blueprint.response(201, SystemNotificationWebhookJson)
    @takes(blueprint, AccountNotificationWebhookPostJson, Role.CREATE_SYSTEM_NOTIFICATION)
    def create_system_account_notification_webhook(version: str) -> Subscription:  # noqa: ARG001
        """Have every transaction sent to a URL"""
        return create(Role.CREATE_SYSTEM_NOTIFICATION, Level.SYSTEM)

    def create(role: Role, level: Level, bank_id: str = "") -> Subscription:
        body = json_body()
        caller = desk.login()
        check_ids(body)
        desk.demand(caller, role, bank_id)
        wanted = fields_of(body, AccountNotificationWebhookPostJson)
        if wanted["http_method"] != "POST":
            raise wrong_method(_shown(wanted["http_method"]))
        if wanted["http_protocol"] != "HTTP/1.1":
            raise wrong_protocol(_shown(wanted["http_protocol"]))
        return webhooks.create(caller, Trigger.ON_CREATE_TRANSACTION, wanted, level=level, bank_id=bank_id)


def _shown(value: str | None) -> str:
    return "null" if value is None else value
