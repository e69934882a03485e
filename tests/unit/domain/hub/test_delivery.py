"""The life of a delivery: what each call leads to, and what never happens."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.hub.delivery import (
    PERMANENT,
    Delivery,
    FailureReason,
    Missed,
    delivery_id,
    idempotency_key,
)
from shared.domain.hub.delivery_states import DELIVERY, FINAL, DeliveryState
from shared.domain.hub.retry_profiles import BACKOFF, HOURLY
from shared.domain.hub.triggers import Trigger

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)
NO_ANSWER = Missed(reason=FailureReason.HTTP_ERROR_WHILE_SENDING, cause="timed out")


def a_delivery() -> Delivery:
    identifier = delivery_id("event", "subscription")
    return Delivery(
        id=identifier,
        event_id="event",
        trigger=Trigger.PAYMENT_SETTLED,
        subscription_id="subscription",
        bank_id="bank",
        account_id="",
        destination="https://receiver.example/hook",
        method="POST",
        content_type="application/json",
        body="{}",
        key=idempotency_key(identifier, 1),
        created_at=NOW,
        due_at=NOW,
    )


def after_misses(count: int, why: Missed = NO_ANSWER) -> Delivery:
    delivery = a_delivery()
    for _ in range(count):
        delivery = delivery.begin_attempt(NOW, LEASE).missed(why, BACKOFF, NOW, 0.5)
    return delivery


def test_what_is_taken_is_sent_and_due_no_more() -> None:
    sent = a_delivery().begin_attempt(NOW, LEASE).taken(NOW)
    assert (sent.state, sent.due_at, sent.leased_until, sent.sent_at) == (DeliveryState.SENT, None, None, NOW)


def test_a_worker_that_dies_in_mid_call_leaves_a_delivery_that_is_due_when_its_lease_ends() -> None:
    begun = a_delivery().begin_attempt(NOW, LEASE)
    assert (begun.due_at, begun.attempts) == (NOW + LEASE, 1)
    assert begun.begin_attempt(NOW + LEASE, LEASE).attempts == 2


def test_five_misses_fail_it_and_the_reason_is_kept() -> None:
    assert [after_misses(count).state for count in range(1, 5)] == [DeliveryState.QUEUED] * 4
    failed = after_misses(5)
    assert (failed.state, failed.due_at) == (DeliveryState.FAILED, None)
    assert (failed.failure_reason, failed.failure_cause) == (NO_ANSWER.reason, NO_ANSWER.cause)


@pytest.mark.parametrize("reason", sorted(PERMANENT))
def test_what_no_attempt_can_cure_fails_at_once(reason: FailureReason) -> None:
    assert after_misses(1, Missed(reason=reason, cause="for good")).state is DeliveryState.FAILED


@pytest.mark.parametrize("reason", sorted(set(FailureReason) - PERMANENT))
def test_whatever_may_pass_is_tried_again(reason: FailureReason) -> None:
    assert after_misses(1, Missed(reason=reason, cause="once")).state is DeliveryState.QUEUED


def test_a_receiver_that_is_gone_is_not_called_again() -> None:
    gone = Missed(reason=FailureReason.INVALID_HTTP_RESPONSE, cause="410", status=410, is_gone=True)
    assert after_misses(1, gone).state is DeliveryState.FAILED


def test_waiting_for_a_closed_destination_uses_up_no_attempt() -> None:
    waiting = a_delivery().wait(NOW + LEASE, "its destination is left alone")
    assert (waiting.state, waiting.attempts, waiting.due_at) == (DeliveryState.WAITING, 0, NOW + LEASE)


def test_the_key_stays_over_automatic_attempts_and_is_new_with_a_resend_by_hand() -> None:
    failed = after_misses(5)
    resent = failed.resent(NOW)
    assert failed.key == a_delivery().key
    assert resent.key not in ("", failed.key)
    assert (resent.state, resent.due_at, resent.tries, resent.attempts) == (DeliveryState.QUEUED, NOW, 0, 5)
    assert resent.body == failed.body


def test_a_resend_has_all_the_attempts_of_its_profile_and_their_numbers_go_on() -> None:
    again = after_misses(5).resent(NOW)
    for _ in range(5):
        assert again.state is DeliveryState.QUEUED
        again = again.begin_attempt(NOW, LEASE).missed(NO_ANSWER, BACKOFF, NOW, 0.0)
    assert (again.state, again.attempts) == (DeliveryState.FAILED, 10)


@pytest.mark.parametrize("delivery", [a_delivery(), a_delivery().begin_attempt(NOW, LEASE).taken(NOW)])
def test_only_what_has_failed_is_resent(delivery: Delivery) -> None:
    with pytest.raises(ValueError, match="cannot become QUEUED"):
        delivery.resent(NOW)


def test_what_is_over_is_not_sent_again() -> None:
    with pytest.raises(ValueError, match="a delivery that is SENT cannot become SENDING"):
        a_delivery().begin_attempt(NOW, LEASE).taken(NOW).begin_attempt(NOW, LEASE)


def test_every_state_can_be_reached_and_only_a_person_leaves_the_final_ones() -> None:
    reached = {DeliveryState.QUEUED} | {edge.to for edge in DELIVERY}
    assert reached == set(DeliveryState)
    assert [edge.what for edge in DELIVERY if edge.state in FINAL] == ["resent by hand"]


@given(st.lists(st.sampled_from(["miss", "wait", "die"]), max_size=90))
def test_the_hourly_plan_never_makes_more_than_73_attempts(fates: list[str]) -> None:
    delivery, now = a_delivery(), NOW
    for fate in fates:
        if delivery.is_final:
            break
        now = max(now, delivery.due_at or now)
        if fate == "wait":
            delivery = delivery.wait(now + LEASE, "busy")
            continue
        delivery = delivery.begin_attempt(now, LEASE)
        if fate == "miss":
            delivery = delivery.missed(NO_ANSWER, HOURLY, now, 0.0)
    assert delivery.tries <= 73 + fates.count("die")
    assert delivery.is_final is (delivery.due_at is None)


def test_an_event_goes_to_a_subscription_once_and_each_has_a_key_of_its_own() -> None:
    assert delivery_id("event", "one") == delivery_id("event", "one")
    ids = {delivery_id("event", "one"), delivery_id("event", "two"), delivery_id("eventone", "")}
    assert len(ids | {idempotency_key(identifier, 1) for identifier in ids}) == 6
