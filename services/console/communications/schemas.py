"""The log and its resends under /v1, in our own words."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.console.communications.messages import AttemptJson, Moment
from services.console.v1.reading import PageArguments, Text
from shared.domain.hub.delivery import FailureReason
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.search import DeliveryQuery
from shared.domain.hub.triggers import Trigger

_PLURALS = {"state": "states", "trigger": "triggers", "failure_reason": "failure_reasons"}


class FailedJson(Schema):
    """What may be asked of deliveries, apart from their state."""

    trigger = fields.List(fields.Enum(Trigger, by_value=True))
    failure_reason = fields.List(fields.Enum(FailureReason, by_value=True))
    subscription_id = Text()
    event_id = Text()
    account_id = Text()
    destination = Text(2000, metadata={"description": "The whole URL as it was called"})
    created_from = fields.AwareDateTime(format="iso", default_timezone=UTC)
    created_until = fields.AwareDateTime(format="iso", default_timezone=UTC)


class ResendQueryJson(FailedJson):
    @post_load
    def _query(self, data: Mapping[str, Any], **_: Any) -> DeliveryQuery:
        return query_of(data)


class DeliveryArguments(PageArguments, FailedJson):
    """Loads (query, offset, limit, whether the newest come first)."""

    state = fields.List(fields.Enum(DeliveryState, by_value=True))
    order = fields.String(validate=validate.OneOf(("newest", "oldest")), load_default="newest")

    @post_load
    def _asked(self, data: Mapping[str, Any], **_: Any) -> tuple[DeliveryQuery, int, int, bool]:
        paging = ("offset", "limit", "order")
        query = query_of({name: value for name, value in data.items() if name not in paging})
        return query, data["offset"], data["limit"], data["order"] == "newest"


class ResendPostJson(Schema):
    query = fields.Nested(ResendQueryJson, required=True, metadata={"description": "Which of those that failed"})
    reason = Text(500, load_default="", metadata={"description": "Why, for the record; needed to confirm"})
    confirm = fields.Boolean(load_default=False, metadata={"description": "false counts only"})


class DeliveryJson(Schema):
    """Dumps a Delivery, without what it says."""

    id = fields.String()
    event_id = fields.String()
    trigger = fields.String(attribute="trigger.value")
    subscription_id = fields.String()
    bank_id = fields.String()
    account_id = fields.String()
    loan_id = fields.String()
    destination = fields.String()
    method = fields.String()
    content_type = fields.String()
    state = fields.String(attribute="state.value")
    failure_reason = fields.String(attribute="failure_reason.value")
    failure_cause = fields.String()
    idempotency_key = fields.String(attribute="key")
    attempts = fields.Integer(metadata={"description": "Calls ever, those after resends too"})
    round = fields.Integer(metadata={"description": "1, and one more with each resend"})
    created_at = Moment()
    due_at = Moment()
    last_tried_at = Moment()
    sent_at = Moment()


class DeliveriesJson(Schema):
    deliveries = fields.List(fields.Nested(DeliveryJson))
    total = fields.Integer(allow_none=True, metadata={"description": "null when counting would take too much"})
    is_cut = fields.Boolean(metadata={"description": "There may be more: ask for a smaller range of time"})


class ActJson(Schema):
    """Dumps a HistoryEntry."""

    at = Moment()
    what = fields.String()
    cause = fields.String()


class WholeDeliveryJson(DeliveryJson):
    body = fields.String()
    log = fields.List(fields.Nested(AttemptJson), metadata={"description": "Every call, oldest first"})
    history = fields.List(fields.Nested(ActJson), metadata={"description": "What people did to it"})


class ResendJson(Schema):
    """Dumps a Resend."""

    id = fields.String()
    reason = fields.String()
    requested_by = fields.String()
    counted = fields.Integer(metadata={"description": "How many there were when it was asked for"})
    resent = fields.Integer()
    per_second = fields.Integer()
    created_at = Moment()
    finished_at = Moment()


class ResendAnswerJson(Schema):
    count = fields.Integer()
    is_more = fields.Boolean(metadata={"description": "There may be more: the count has an end"})
    resend = fields.Nested(ResendJson, allow_none=True)


def query_of(data: Mapping[str, Any]) -> DeliveryQuery:
    """Of fields by their names in JSON."""
    terms: dict[str, Any] = {
        _PLURALS.get(name, name): frozenset(value) if name in _PLURALS else value for name, value in data.items()
    }
    return DeliveryQuery(**terms)
