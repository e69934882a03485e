"""What is due is enqueued, no more than the queue has room for, and not for destinations that cannot be called."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.worker.handlers.hub.sweep_deliveries import AT_MOST, sweep_deliveries
from shared.domain.hub.delivery import FailureReason
from shared.domain.hub.delivery_states import DeliveryState
from shared.messages import queues, tasks
from tests.builders.hub import NOON, a_delivery, a_resend, an_event
from tests.fakes.hub_stores import FakeResends
from tests.unit.worker.hub.desks import LEASE, Desk


class FakePublisher:
    def __init__(self, room: int = AT_MOST) -> None:
        self.enqueued: list[tuple[str, str]] = []
        self._room = room

    def enqueue(self, task: str, argument: str) -> None:
        self.enqueued.append((task, argument))

    def room(self, queue: str) -> int:
        assert queue == queues.REDELIVERIES
        return self._room


def due(count: int) -> Desk:
    """As many deliveries to one destination, all due; nothing is known of it yet."""
    desk = Desk()
    for number in range(count - 1):
        desk.begin(f"another-{number}")
    return desk


def proven(desk: Desk) -> Desk:
    """Its destination has shown that it answers soon."""
    desk.berths.leave(desk.subscription.id, "an earlier one", has_proven=True)
    return desk


def swept(desk: Desk, publisher: FakePublisher | None = None) -> int:
    return sweep_deliveries(desk.dispatch, publisher or FakePublisher(), 30)


def test_deliveries_and_resends_go_to_their_own_tasks() -> None:
    desk, publisher = due(1), FakePublisher()
    FakeResends(desk.deliveries.sets).begin(a_resend("resend-1"), NOON)
    assert swept(desk, publisher) == 2
    assert sorted(publisher.enqueued) == [(tasks.REDELIVER, desk.delivery.id), (tasks.RESEND, "resend-1")]


def test_what_was_enqueued_is_left_alone_for_a_while() -> None:
    desk = due(2)
    assert [swept(desk) for _ in range(2)] == [2, 0]


def test_a_queue_that_nobody_drains_gets_nothing_and_what_is_due_stays_so() -> None:
    desk = proven(due(3))
    assert [swept(desk, FakePublisher(room)) for room in (0, 2, 5)] == [0, 2, 1]


def test_for_a_destination_that_is_left_alone_nobody_is_rung_and_all_wait() -> None:
    desk, publisher = due(3), FakePublisher()
    desk.gate.closed_seconds = 30.0
    assert swept(desk, publisher) == 0
    assert publisher.enqueued == []
    waiting = desk.deliveries.in_order()
    assert {(each.state, each.due_at) for each in waiting} == {(DeliveryState.WAITING, NOON + timedelta(seconds=30))}
    desk.clock.pass_time(seconds=30)
    desk.gate.closed_seconds = 0.0
    assert swept(desk) == 2


def test_those_who_wait_spread_out_to_ten_a_second() -> None:
    desk = due(100)
    desk.gate.closed_seconds, desk.chance = 30.0, 0.5
    swept(desk)
    desk.clock.pass_time(seconds=30)
    swept(desk)
    due_at = NOON + timedelta(seconds=30 + 30 + 0.5 * 100 / 10)
    assert {each.due_at for each in desk.deliveries.in_order()} == {due_at}


@pytest.mark.parametrize(("taken", "rung"), [(0, 2), (1, 1), (2, 0)])
def test_for_one_that_has_not_proven_to_answer_soon_as_many_are_rung_as_berths_are_free(taken: int, rung: int) -> None:
    desk, publisher = due(5), FakePublisher()
    for other in range(taken):
        desk.berths.take(desk.subscription.id, str(other))
    in_order = sorted(desk.deliveries.sets.due)
    assert swept(desk, publisher) == rung
    assert [f"delivery:{each}" for _, each in publisher.enqueued] == in_order[:rung]
    put_off = [each for each in desk.deliveries.in_order() if each.state is DeliveryState.WAITING]
    assert [each.due_at for each in put_off] == [NOON + timedelta(seconds=0.5)] * (5 - rung)


def test_one_that_has_proven_to_answer_soon_is_rung_for_though_it_is_busy() -> None:
    desk = proven(due(3))
    for number in range(8):
        desk.berths.take(desk.subscription.id, str(number))
    assert swept(desk) == 3


def test_other_destinations_are_rung_for_all_the_same() -> None:
    desk, publisher = due(2), FakePublisher()
    for other in ("one", "two"):
        desk.berths.take("subscription-2", other)
    [stuck] = desk.deliveries.begin([replace(a_delivery(an_event(origin="stuck")), subscription_id="subscription-2")])
    assert swept(desk, publisher) == 2
    assert stuck.id not in {argument for _, argument in publisher.enqueued}


def test_an_attempt_that_nobody_came_back_from_is_looked_after_though_the_destination_is_left_alone() -> None:
    desk = due(1)
    sending = desk.store(desk.delivery.begin_attempt(NOON, LEASE))
    desk.clock.pass_time(seconds=LEASE.total_seconds())
    desk.gate.closed_seconds = 30.0
    assert swept(desk) == 1
    assert desk.stored() == sending


@pytest.mark.parametrize("fate", ["unreadable", "moved meanwhile"])
def test_whoever_cannot_be_put_off_finds_out_by_itself(fate: str) -> None:
    desk = due(1)
    desk.gate.closed_seconds = 30.0
    if fate == "unreadable":
        desk.deliveries.spoilt.add(desk.delivery.id)
    else:
        failed = desk.delivery.failed(FailureReason.OTHER, "for the test")
        desk.gate.when_asked = lambda: desk.store(failed)
    assert swept(desk) == 1
