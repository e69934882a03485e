"""Deliveries as Mambu shows messages, and attempts, which it does not show (Mambu API v2, communications)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields, post_dump

from services.console.communications.log_search import TYPE


class Moment(fields.Field[datetime]):
    """In UTC with its offset and milliseconds, so that who asks for what came after the last one misses nothing."""

    def _serialize(self, value: datetime | None, *_: Any, **__: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat(timespec="milliseconds")


class CamelJson(Schema):
    """Its names have capitals in JSON, as Mambu's have."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        first, *others = field_name.split("_")
        field_obj.data_key = first + "".join(word.capitalize() for word in others)


class AttemptJson(Schema):
    """Dumps an Attempt."""

    number = fields.Integer()
    started_at = Moment()
    seconds = fields.Float()
    idempotency_key = fields.String(attribute="key")
    headers = fields.List(fields.List(fields.String()), metadata={"description": "Without those that hold a secret"})
    status = fields.Integer(allow_none=True)
    reason = fields.String()
    cause = fields.String()
    answer = fields.String(metadata={"description": "The beginning of what the receiver said"})


class MessageJson(CamelJson):
    """Dumps a Delivery; what there is none of is left out."""

    encoded_key = fields.String(attribute="id")
    type = fields.Constant(TYPE)
    state = fields.String(attribute="state.value")
    failure_reason = fields.String(attribute="failure_reason.value")
    failure_cause = fields.String(attribute="failure_cause")
    num_retries = fields.Function(lambda delivery: max(delivery.attempts - 1, 0))
    destination = fields.String()
    body = fields.String()
    event = fields.String(attribute="trigger.value")
    template_key = fields.String(attribute="subscription_id", metadata={"description": "The subscription"})
    reference_id = fields.String(attribute="event_id", metadata={"description": "The event"})
    loan_account_key = fields.String(attribute="loan_id")
    creation_date = Moment(attribute="created_at")
    send_date = Moment(attribute="sent_at")

    @post_dump
    def _filled(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if value not in (None, "")}


class FullMessageJson(MessageJson):
    """With what Mambu does not have, under `attempts`."""

    attempts = fields.List(fields.Nested(AttemptJson))


class FilterJson(CamelJson):
    field = fields.String(required=True)
    operator = fields.String(required=True)
    value = fields.String()
    second_value = fields.String()
    values = fields.List(fields.String())


class SortingJson(CamelJson):
    field = fields.String(required=True)
    order = fields.String(metadata={"description": "ASC or DESC, DESC unless told"})


class SortedSearchJson(CamelJson):
    filter_criteria = fields.List(fields.Nested(FilterJson), required=True)
    sorting_criteria = fields.Nested(SortingJson, required=True)


class KeysJson(CamelJson):
    messages = fields.List(fields.String(), required=True)


class IntervalJson(CamelJson):
    start_date = fields.String(required=True)
    end_date = fields.String(required=True)
    template_types = fields.List(fields.String())


class JobJson(CamelJson):
    resend_id = fields.String(metadata={"description": "See /v1/resends/{id}; empty when there is nothing to resend"})
    messages = fields.Integer(metadata={"description": "How many there are to resend"})
    is_more = fields.Boolean(metadata={"description": "There may be more: the count has an end"})


class MambuErrorJson(CamelJson):
    error_code = fields.Integer()
    error_source = fields.String()
    error_reason = fields.String()


class MambuErrorsJson(CamelJson):
    errors = fields.List(fields.Nested(MambuErrorJson))
