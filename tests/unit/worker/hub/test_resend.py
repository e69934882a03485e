"""Many failed deliveries go again, each once, at the pace that was asked for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from services.worker.handlers.hub.resend import STEP_LEASE, ResendDesk, resend
from shared.domain.hub.delivery import Delivery, FailureReason
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.search import DeliveryQuery, Resend
from tests.builders.hub import NOON, a_delivery, a_resend, a_subscription, an_event
from tests.fakes.clock import FakeClock
from tests.fakes.hub_stores import FakeDeliveries, FakeDeliverySearch, FakeResends, HubSets
from tests.fakes.wire import WorkerDied


class Log:
    """A log of deliveries, and one job about it."""

    def __init__(self) -> None:
        self.clock, sets = FakeClock(NOON), HubSets()
        self.deliveries, self.resends = FakeDeliveries(self.clock, sets), FakeResends(sets)
        self.desk = ResendDesk(self.resends, FakeDeliverySearch(self.deliveries), self.deliveries, self.clock)

    def failed(self, count: int, apart: timedelta = timedelta(seconds=1), subscription: str = "subscription-1") -> None:
        for number in range(count):
            event = an_event(origin=f"{subscription}-{number}")
            created_at = NOON - timedelta(hours=1) + number * apart
            begun = self.deliveries.begin([a_delivery(event, a_subscription(subscription), created_at=created_at)])
            assert self.deliveries.move(begun[0].failed(FailureReason.OTHER, "for the test"))

    def asked(self, **changed: object) -> None:
        job = replace(a_resend(counted=0, per_second=10, created_at=NOON), **changed)  # type: ignore[arg-type]
        self.resends.begin(job, NOON)

    def step(self) -> Resend:
        resend("resend-1", self.desk)
        self.clock.pass_time(seconds=1)
        job = self.resends.load("resend-1")
        assert job is not None
        return job

    def steps(self) -> list[int]:
        """How many had been resent after each step, to the end."""
        counts = []
        while not (job := self.step()).finished_at:
            counts.append(job.resent)
            assert len(counts) < 100, "it does not end"
        return [*counts, job.resent]

    def queued(self) -> list[Delivery]:
        return [each for each in self.deliveries.in_order() if each.state is DeliveryState.QUEUED]


def test_so_many_go_in_a_step_and_a_step_goes_every_second() -> None:
    log = Log()
    log.failed(25)
    log.asked()
    first = log.step()
    assert (first.resent, len(log.queued())) == (10, 10)
    assert log.resends.sets.due["resend:resend-1"] == (NOON + timedelta(seconds=1)).timestamp() * 1000
    assert log.steps()[-1] == 25
    assert len(log.queued()) == 25
    assert "resend:resend-1" not in log.resends.sets.due


def test_each_goes_with_a_new_key_and_a_new_round() -> None:
    log = Log()
    log.failed(1)
    [before] = log.deliveries.in_order()
    log.asked()
    log.steps()
    [after] = log.queued()
    assert (after.round, after.body) == (2, before.body)
    assert after.key != before.key


def test_only_what_was_asked_for_goes() -> None:
    log = Log()
    log.failed(3)
    log.failed(3, subscription="subscription-2")
    log.asked()
    log.steps()
    assert {each.subscription_id for each in log.queued()} == {"subscription-1"}
    assert len(log.queued()) == 3


@pytest.mark.parametrize("apart", [timedelta(0), timedelta(seconds=1)], ids=["of one moment", "one by one"])
def test_what_fails_again_at_once_goes_once_all_the_same(apart: timedelta) -> None:
    log = Log()
    log.failed(30, apart=apart)
    log.asked()
    while not log.step().finished_at:
        for each in log.queued():
            assert log.deliveries.move(each.failed(FailureReason.WEBHOOK_NOTIFICATIONS_DISABLED, "switched off"))
    assert {each.round for each in log.deliveries.in_order()} == {2}


def test_what_failed_after_it_was_asked_for_stays() -> None:
    log = Log()
    log.asked(created_at=NOON - timedelta(hours=2))
    log.failed(3)
    assert log.steps() == [0]


@pytest.mark.parametrize(
    "broken",
    [
        lambda each: each.failed(FailureReason.MAX_MESSAGE_SIZE_LIMIT_EXCEEDED, "too long to be kept"),
        lambda each: replace(each, destination="https://receiver.example/{EVENT_ID}").failed(
            FailureReason.UNDEFINED_DESTINATION, "its segment would climb"
        ),
    ],
    ids=["no body was kept", "placeholders in the address"],
)
def test_what_was_never_rendered_is_not_sent_empty(broken: Callable[[Delivery], Delivery]) -> None:
    log = Log()
    [begun] = log.deliveries.begin([a_delivery(created_at=NOON - timedelta(hours=1))])
    assert log.deliveries.move(broken(begun))
    log.asked(query=DeliveryQuery())
    assert log.steps() == [0]
    assert log.queued() == []


def test_however_often_it_is_rung_for_the_pace_is_kept() -> None:
    log = Log()
    log.failed(25)
    log.asked()
    for _ in range(3):
        resend("resend-1", log.desk)
    assert len(log.queued()) == 10
    log.clock.pass_time(seconds=0.9)
    resend("resend-1", log.desk)
    assert len(log.queued()) == 10
    log.clock.pass_time(seconds=0.1)
    resend("resend-1", log.desk)
    assert len(log.queued()) == 20


def test_of_two_workers_one_makes_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log()
    log.failed(25)
    log.asked()
    [*steps] = [log.resends.load, log.resends.load]

    def be_overtaken(resend_id: str) -> Resend | None:
        load = steps.pop()
        job = load(resend_id)
        if steps:
            resend(resend_id, log.desk)  # the other one, from beginning to end
        return job

    monkeypatch.setattr(log.resends, "load", be_overtaken)
    resend("resend-1", log.desk)
    assert len(log.queued()) == 10


def test_a_step_that_its_worker_did_not_end_is_made_anew_after_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log()
    log.failed(5)
    log.asked()

    def die(*_: object) -> None:
        raise WorkerDied

    with monkeypatch.context() as dying:
        dying.setattr(log.desk.search, "following", die)
        with pytest.raises(WorkerDied):
            resend("resend-1", log.desk)
    assert log.resends.sets.due["resend:resend-1"] == (NOON + STEP_LEASE).timestamp() * 1000
    log.clock.pass_time(seconds=STEP_LEASE.total_seconds())
    assert log.steps() == [5]


def test_a_job_that_is_over_or_unknown_does_nothing() -> None:
    log = Log()
    log.failed(1)
    log.asked(finished_at=NOON)
    resend("resend-1", log.desk)
    resend("unknown", log.desk)
    assert log.queued() == []
