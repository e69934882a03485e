"""What comes in and what goes out, field by field."""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError, fields

from services.console.obp.refusals import not_found, not_json, wrong_fields, wrong_ids

_JSON_TYPES = frozenset({"application/json", "text/json"})
_ID = re.compile(r"[A-Za-z0-9._-]{0,36}")
_MOST_CHARACTERS = 2000  # of any text; a URL has a limit of its own
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class _Text(fields.String):
    """Text. A number or a boolean is taken as its text, as OBP's reader takes it; null stays null."""

    def __init__(self, description: str) -> None:
        super().__init__(required=True, allow_none=True, metadata={"description": description})

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = {True: "true", False: "false"}[value] if isinstance(value, bool) else value
        text = super()._deserialize(text, attr, data, **kwargs)
        if len(text) > _MOST_CHARACTERS or _UNSTORABLE.search(text):
            raise ValidationError("is too long or holds what cannot be stored")
        return text


class _Body(Schema):
    class Meta:
        unknown = EXCLUDE


class AccountWebhookPostJson(_Body):
    account_id = _Text("The account at the bank; nobody checks that it exists")
    trigger_name = _Text("OnBalanceChange, OnCreditTransaction or OnDebitTransaction")
    url = _Text("Where to send; of https, 1024 characters at most")
    http_method = _Text("POST, PUT or DELETE in any case of letters; any other word is sent as GET")
    http_protocol = _Text("Stored, and nothing else")
    is_active = _Text('"true" or "false", as text; a JSON boolean is taken too')


class AccountWebhookPutJson(_Body):
    account_webhook_id = _Text("The id that the POST answered with")
    is_active = _Text('"true" or "false", as text; a JSON boolean is taken too')


class AccountNotificationWebhookPostJson(_Body):
    url = _Text("Where to send; of https, 1024 characters at most")
    http_method = _Text("POST")
    http_protocol = _Text("HTTP/1.1")


class AccountWebhookJson(Schema):
    """Dumps a Subscription."""

    account_webhook_id = fields.String(attribute="id")
    bank_id = fields.String()
    account_id = fields.String()
    trigger_name = fields.String(attribute="trigger.value")
    url = fields.String()
    http_method = fields.String(attribute="method")
    http_protocol = fields.String()
    created_by_user_id = fields.String(attribute="created_by")
    is_active = fields.Boolean()


class AccountWebhooksJson(Schema):
    web_hooks = fields.List(fields.Nested(AccountWebhookJson))


class SystemNotificationWebhookJson(Schema):
    """Dumps a Subscription."""

    webhook_id = fields.String(attribute="id")
    trigger_name = fields.String(attribute="trigger.value")
    url = fields.String()
    http_method = fields.String(attribute="method")
    http_protocol = fields.String()
    created_by_user_id = fields.String(attribute="created_by")


class BankNotificationWebhookJson(Schema):
    """Dumps a Subscription."""

    webhook_id = fields.String(attribute="id")
    bank_id = fields.String()
    trigger_name = fields.String(attribute="trigger.value")
    url = fields.String()
    http_method = fields.String(attribute="method")
    http_protocol = fields.String()
    created_by_user_id = fields.String(attribute="created_by")


class ErrorJson(Schema):
    code = fields.Integer(metadata={"description": "The HTTP status"})
    message = fields.String(metadata={"description": "OBP's code and text"})


def json_body() -> Any:
    """The request's JSON, numbers as the text they were sent as. Raises ObpRefusal."""
    if request.mimetype not in _JSON_TYPES:
        raise not_found()
    try:
        raw = request.get_data(cache=False)
        return json.loads(raw, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise not_json("The body is not JSON.") from error


def fields_of(body: Any, schema: type[_Body]) -> dict[str, str | None]:
    """The wanted fields. Raises ObpRefusal."""
    try:
        found: dict[str, str | None] = schema().load(body)
    except ValidationError as error:
        raise wrong_fields(schema.__name__) from error
    return found


def check_ids(body: Any) -> None:
    """Texts under names like an id, wanted or not, must have the form of one. Raises ObpRefusal."""
    given = body.items() if isinstance(body, dict) else ()
    ids = [value for name, value in given if isinstance(value, str) and (name == "id" or name.endswith("_id"))]
    if wrong := [value for value in ids if not _ID.fullmatch(value)]:
        raise wrong_ids(wrong)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
