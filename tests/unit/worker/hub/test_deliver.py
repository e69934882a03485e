"""One attempt at one delivery, whatever the receiver does and wherever the worker stops."""

from dataclasses import replace
from datetime import timedelta

import pytest
from redis.exceptions import RedisError

from services.worker.handlers.hub.deliver import deliver
from shared.domain.hub.delivery import FailureReason, Missed, Taken
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.triggers import Trigger
from tests.builders.hub import NOON, a_delivery, an_act, an_event
from tests.fakes.wire import WorkerDied
from tests.unit.worker.hub.desks import LEASE, REFUSAL, SILENCE, TAKEN, Desk

STOPPED = FailureReason.OTHER.value


def test_what_is_taken_is_sent() -> None:
    desk = Desk()
    sent = desk.deliver()
    assert (sent.state, sent.sent_at, sent.due_at, sent.attempts) == (DeliveryState.SENT, NOON, None, 1)
    [attempt] = desk.deliveries.attempts(desk.delivery.id)
    assert (attempt.number, attempt.status, attempt.answer, attempt.key) == (1, 200, "ok", desk.delivery.key)
    assert attempt.headers == (("User-Agent", "Causeway"),)


def test_the_attempt_is_stored_before_the_call_goes_out() -> None:
    desk = Desk()
    seen = []
    desk.subscriber.during = lambda: seen.append(desk.stored())
    desk.deliver()
    [during] = seen
    assert (during.state, during.attempts, during.leased_until) == (DeliveryState.SENDING, 1, NOON + LEASE)


def test_what_is_missed_is_queued_for_the_next_attempt_of_its_profile() -> None:
    desk = Desk(SILENCE)
    queued = desk.deliver()
    assert (queued.state, queued.due_at) == (DeliveryState.QUEUED, NOON + timedelta(minutes=1))
    assert queued.failure_reason is FailureReason.HTTP_ERROR_WHILE_SENDING
    assert desk.attempts() == [(1, "HTTP_ERROR_WHILE_SENDING")]


def test_every_attempt_of_the_profile_is_made_and_then_it_has_failed_with_the_last_reason() -> None:
    desk = Desk(SILENCE, SILENCE, SILENCE, SILENCE, REFUSAL)
    while (stored := desk.deliver()).due_at:
        desk.clock.move_to(stored.due_at)
    assert (stored.state, stored.attempts) == (DeliveryState.FAILED, 5)
    assert (stored.failure_reason, stored.failure_cause) == (REFUSAL.reason, REFUSAL.cause)
    assert {call.key for call in desk.subscriber.calls} == {desk.delivery.key}
    assert {call.body for call in desk.subscriber.calls} == {desk.delivery.body}


def test_the_wait_that_a_receiver_asks_for_is_kept() -> None:
    desk = Desk(replace(REFUSAL, status=429, after_seconds=600.0))
    assert desk.deliver().due_at == NOON + timedelta(minutes=10)


def test_a_receiver_that_wants_no_more_gets_no_more() -> None:
    desk = Desk(replace(REFUSAL, status=410, is_gone=True))
    assert desk.deliver().state is DeliveryState.FAILED


def test_nothing_is_called_before_its_time_or_while_another_worker_calls_or_when_it_is_over() -> None:
    desk = Desk()
    desk.store(replace(desk.delivery, due_at=NOON + timedelta(seconds=1)))
    desk.deliver()
    sending = desk.store(desk.stored().begin_attempt(NOON, LEASE))
    desk.deliver()
    desk.store(sending.taken(NOON))
    desk.deliver()
    deliver("unknown", desk.dispatch)
    assert desk.subscriber.calls == []


def test_what_is_due_within_the_millisecond_of_the_due_set_is_due() -> None:
    desk = Desk()
    desk.store(replace(desk.delivery, due_at=NOON + timedelta(microseconds=999)))
    assert desk.deliver().state is DeliveryState.SENT


def test_of_two_workers_one_calls() -> None:
    desk = Desk()

    def be_overtaken() -> None:
        desk.gate.when_asked = lambda: None
        desk.deliver()  # the other one, from beginning to end

    desk.gate.when_asked = be_overtaken
    assert desk.deliver().state is DeliveryState.SENT
    assert len(desk.subscriber.calls) == 1


def test_a_worker_that_dies_in_mid_call_leaves_an_attempt_that_the_next_one_writes_down() -> None:
    desk = Desk()

    def die() -> None:
        raise WorkerDied

    desk.subscriber.during = die
    with pytest.raises(WorkerDied):
        desk.deliver()
    desk.subscriber.during = lambda: None
    desk.clock.move_to(NOON + LEASE - timedelta(seconds=1))
    assert desk.deliver().state is DeliveryState.SENDING  # the lease still runs
    desk.clock.move_to(NOON + LEASE)
    assert desk.deliver().state is DeliveryState.SENT
    assert desk.attempts() == [(1, STOPPED), (2, "")]


def test_a_delivery_whose_workers_die_again_and_again_fails_in_the_end() -> None:
    desk = Desk()
    stored = desk.delivery
    for _ in range(5):
        stored = desk.store(stored.begin_attempt(desk.clock.now(), LEASE))
        desk.clock.pass_time(seconds=25)
    assert desk.deliver().state is DeliveryState.FAILED
    assert (desk.subscriber.calls, desk.attempts()) == ([], [(5, STOPPED)])


def test_a_closed_gate_makes_it_wait_and_counts_for_nothing() -> None:
    desk = Desk()
    desk.gate.closed_seconds = 30.0
    waiting = desk.deliver()
    assert (waiting.state, waiting.due_at) == (DeliveryState.WAITING, NOON + timedelta(seconds=30))
    assert (waiting.attempts, waiting.tries, desk.subscriber.calls, desk.gate.told) == (0, 0, [], [])


def test_those_who_wait_for_a_gate_spread_out_to_ten_a_second() -> None:
    desk = Desk()
    desk.gate.closed_seconds, desk.chance = 30.0, 0.5
    for number in range(100):
        desk.deliver(desk.begin(f"transaction-{number + 2}").id)
    assert desk.deliver().due_at == NOON + timedelta(seconds=30 + 0.5 * 100 / 10)


def test_a_destination_has_so_many_berths_and_the_rest_wait_a_moment() -> None:
    desk = Desk(most_calls=1)
    other = desk.begin("transaction-2")
    during = []
    desk.subscriber.during = lambda: during.append(desk.deliver(other.id))
    desk.chance = 0.5
    desk.deliver()
    assert [(each.state, each.due_at) for each in during] == [(DeliveryState.WAITING, NOON + timedelta(seconds=1))]
    desk.clock.pass_time(seconds=1)
    desk.subscriber.during = lambda: None
    assert desk.deliver(other.id).state is DeliveryState.SENT


def calls_at_once(desk: Desk) -> int:
    """How many are out before one more must wait, when none comes back."""
    depth = 0

    def begin_another() -> None:
        nonlocal depth
        depth += 1
        desk.deliver(desk.begin(f"at-once-{depth}-{desk.clock.now()}").id)

    desk.subscriber.during = begin_another
    desk.deliver(desk.begin(f"at-once-{desk.clock.now()}").id)
    desk.subscriber.during = lambda: None
    return depth


def test_a_destination_has_few_berths_until_it_has_answered_soon() -> None:
    desk = Desk()
    assert calls_at_once(desk) == 2
    desk.clock.pass_time(seconds=1)
    assert calls_at_once(desk) == 8


@pytest.mark.parametrize(
    ("answer", "seconds", "berths"),
    [(TAKEN, 2, 8), (TAKEN, 3, 2), (REFUSAL, 0, 8), (replace(REFUSAL, status=500), 0, 2), (SILENCE, 0, 2)],
)
def test_an_answer_that_is_soon_given_earns_more_berths_and_any_other_end_takes_them(
    answer: Taken | Missed, seconds: int, berths: int
) -> None:
    desk = Desk(answer)
    desk.subscriber.during = lambda: desk.clock.pass_time(seconds=seconds)
    desk.deliver()
    assert calls_at_once(desk) == berths


def test_what_a_call_came_to_is_stored_though_the_berth_cannot_be_left(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()

    def away(*_: object) -> None:
        raise RedisError

    monkeypatch.setattr(desk.berths, "leave", away)
    with pytest.raises(RedisError):
        desk.deliver()
    assert desk.stored().state is DeliveryState.SENT


@pytest.mark.parametrize("answer", [TAKEN, SILENCE, ValueError("a defect")])
def test_the_gate_is_told_of_every_call_and_the_berth_is_left(answer: object) -> None:
    desk = Desk(answer, most_calls=1)  # type: ignore[arg-type]
    desk.deliver()
    assert len(desk.gate.told) == 1
    assert desk.berths.take(desk.subscription.id, "another")


def test_a_defect_of_ours_is_an_attempt_like_any_other() -> None:
    desk = Desk(ValueError("secret"), TAKEN)
    queued = desk.deliver()
    assert (queued.state, queued.failure_cause) == (DeliveryState.QUEUED, "unexpected ValueError")


def test_without_its_subscription_it_has_no_destination() -> None:
    desk = Desk()
    desk.subscriptions.delete(desk.subscription.id, an_act("deleted"))
    failed = desk.deliver()
    assert (failed.state, failed.failure_reason) == (DeliveryState.FAILED, FailureReason.UNDEFINED_DESTINATION)
    assert desk.attempts() == []


def test_a_subscription_that_was_switched_off_meanwhile_is_not_called() -> None:
    desk = Desk(is_active=False)
    assert desk.deliver().failure_reason is FailureReason.WEBHOOK_NOTIFICATIONS_DISABLED
    assert desk.subscriber.calls == []


def test_a_test_that_was_asked_for_goes_out_though_the_subscription_is_off() -> None:
    desk = Desk(is_active=False, trigger=Trigger.SUBSCRIPTION_TEST)
    [asked] = desk.deliveries.begin([a_delivery(an_event(Trigger.SUBSCRIPTION_TEST), desk.subscription)])
    assert desk.deliver(asked.id).state is DeliveryState.SENT


def test_secrets_that_cannot_be_opened_fail_it_with_their_reason() -> None:
    desk = Desk()
    desk.subscriptions.spoilt.add(desk.subscription.id)
    failed = desk.deliver()
    assert (failed.failure_reason, failed.failure_cause) == (
        FailureReason.OTHER,
        "subscription subscription-1 cannot be read.",
    )


def test_a_record_that_cannot_be_read_waits_for_a_person() -> None:
    desk = Desk()
    desk.deliveries.spoilt.add(desk.delivery.id)
    deliver(desk.delivery.id, desk.dispatch)
    assert list(desk.deliveries.set_aside()) == [desk.delivery.id]


def test_what_a_slow_worker_learns_after_its_lease_changes_nothing_that_another_wrote() -> None:
    desk = Desk(Missed(reason=FailureReason.HTTP_ERROR_WHILE_SENDING, cause="too late"), TAKEN)

    def sleep_through_the_lease() -> None:
        desk.subscriber.during = lambda: None
        desk.clock.pass_time(seconds=25)
        desk.deliver()

    desk.subscriber.during = sleep_through_the_lease
    desk.subscriber.answers = [TAKEN, replace(SILENCE, cause="too late")]
    assert desk.deliver().state is DeliveryState.SENT
    assert desk.attempts() == [(1, STOPPED), (2, "")]
