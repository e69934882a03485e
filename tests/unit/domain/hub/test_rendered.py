"""An event as one subscriber gets it."""

import json

import pytest

from shared.domain.hub.delivery import FailureReason, delivery_id, idempotency_key
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.rendered import MOST_BODY_BYTES, rendered
from shared.domain.hub.subscription import ContentType, HeaderProfile
from tests.builders.hub import NOON, a_subscription, an_event

EVENT = an_event(values={"AMOUNT": "50.00", "CURRENCY": "GBP", "LOAN_ID": "LOAN 1"})


def test_without_a_template_the_events_own_json_goes_out_as_it_is() -> None:
    delivery = rendered(EVENT, a_subscription(), NOON)
    assert (delivery.state, delivery.due_at, delivery.body) == (DeliveryState.QUEUED, NOON, EVENT.payload)
    assert delivery.id == delivery_id(EVENT.id, "subscription-1")
    assert delivery.key == idempotency_key(delivery.id, 1)
    assert (delivery.event_id, delivery.account_id, delivery.loan_id) == (EVENT.id, EVENT.account_id, "LOAN 1")


def test_a_template_is_filled_in_url_and_body() -> None:
    subscription = a_subscription(
        url="https://receiver.example/loans/{LOAN_ID}?event={EVENT_ID}", template='{"sum":"{AMOUNT} {CURRENCY}"}'
    )
    delivery = rendered(EVENT, subscription, NOON)
    assert delivery.destination == f"https://receiver.example/loans/LOAN%201?event={EVENT.id}"
    assert delivery.body == '{"sum":"50.00 GBP"}'


def test_a_receiver_built_for_umm_gets_its_envelope() -> None:
    delivery = rendered(EVENT, a_subscription(header_profile=HeaderProfile.UMM), NOON)
    body = json.loads(delivery.body)
    assert (body["event_id"], body["event_type"]) == (EVENT.id, "payment.settled")
    assert body["data"] == json.loads(EVENT.payload)


@pytest.mark.parametrize(("method", "has_body"), [("POST", True), ("delete", True), ("GET", False), ("FETCH", False)])
def test_a_method_that_only_calls_carries_no_body(method: str, *, has_body: bool) -> None:
    assert bool(rendered(EVENT, a_subscription(method=method), NOON).body) is has_body


def test_a_subscription_that_is_off_gets_a_failed_delivery_with_all_it_needs_to_be_resent() -> None:
    delivery = rendered(EVENT, a_subscription(is_active=False), NOON)
    assert (delivery.state, delivery.due_at) == (DeliveryState.FAILED, None)
    assert delivery.failure_reason is FailureReason.WEBHOOK_NOTIFICATIONS_DISABLED
    assert delivery.body == EVENT.payload


@pytest.mark.parametrize("is_active", [True, False])
def test_a_body_that_its_receiver_could_not_read_fails_at_once(*, is_active: bool) -> None:
    subscription = a_subscription(content_type=ContentType.XML, is_active=is_active)  # and no template
    delivery = rendered(EVENT, subscription, NOON)
    assert (delivery.state, delivery.failure_reason) == (
        DeliveryState.FAILED,
        FailureReason.INVALID_JSON_BODY_SYNTAX,
    )


def test_a_body_that_is_too_large_fails_at_once_and_is_not_kept() -> None:
    for size, reason in (
        (MOST_BODY_BYTES, None),
        (MOST_BODY_BYTES + 1, FailureReason.MAX_MESSAGE_SIZE_LIMIT_EXCEEDED),
    ):
        payload = json.dumps("x" * (size - 2))
        delivery = rendered(an_event(payload=payload), a_subscription(), NOON)
        assert delivery.failure_reason is reason
        assert delivery.body == ("" if reason else payload)


def test_a_value_that_would_climb_in_the_path_fails_at_once() -> None:
    subscription = a_subscription(url="https://receiver.example/loans/{LOAN_ID}/events")
    delivery = rendered(an_event(values={"LOAN_ID": ".."}), subscription, NOON)
    assert (delivery.state, delivery.failure_reason) == (DeliveryState.FAILED, FailureReason.UNDEFINED_DESTINATION)
