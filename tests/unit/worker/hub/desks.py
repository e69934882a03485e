"""What the sending use cases are given in tests: stores in memory, and a receiver whose answers are set beforehand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from services.worker.handlers.hub.deliver import deliver
from services.worker.handlers.hub.dispatch import Dispatch
from services.worker.hub_ports import Called
from shared.domain.hub.delivery import Delivery, FailureReason, Missed, Taken
from shared.domain.hub.subscription import Subscription
from tests.builders.hub import NOON, a_delivery, a_subscription, an_act, an_event
from tests.fakes.clock import FakeClock
from tests.fakes.hub_stores import FakeBerths, FakeDeliveries, FakeSubscriptions

LEASE = timedelta(seconds=25)
TAKEN = Taken(status=200, answer="ok")
SILENCE = Missed(reason=FailureReason.HTTP_ERROR_WHILE_SENDING, cause="no answer within 15 s")
REFUSAL = Missed(reason=FailureReason.INVALID_HTTP_RESPONSE, cause="the receiver answered 400", status=400)


@dataclass
class FakeGate:
    """Open unless a test closes it; `when_asked` happens whenever a delivery comes to it."""

    closed_seconds: float = 0.0
    when_asked: Callable[[], object] = lambda: None
    told: list[Taken | Missed] = field(default_factory=list)

    def seconds_to_wait(self) -> float:
        self.when_asked()
        return self.closed_seconds

    def seconds_closed(self) -> float:
        return self.seconds_to_wait()

    def tell(self, result: Taken | Missed) -> None:
        self.told.append(result)


@dataclass
class FakeSubscriber:
    """`answers` are given in order, the last one for ever; `during` happens in the middle of each call."""

    answers: list[Taken | Missed | Exception] = field(default_factory=lambda: [TAKEN])
    during: Callable[[], object] = lambda: None
    calls: list[Delivery] = field(default_factory=list)

    def call(self, delivery: Delivery, subscription: Subscription) -> Called:
        self.calls.append(delivery)
        self.during()
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Called(answer, (("User-Agent", "Causeway"),))


class Desk:
    """One subscription with one delivery of one event; time stands still until a test moves it."""

    def __init__(self, *answers: Taken | Missed | Exception, most_calls: int = 8, **subscription: Any) -> None:
        self.clock = FakeClock(NOON)
        self.deliveries = FakeDeliveries(self.clock)
        self.subscriptions = FakeSubscriptions()
        self.berths = FakeBerths(self.clock, most_calls, min(most_calls, 2), LEASE.total_seconds())
        self.gate = FakeGate()
        self.subscriber = FakeSubscriber(list(answers) or [TAKEN])
        self.subscription = a_subscription(**subscription)
        self.subscriptions.add(self.subscription, an_act())
        self.delivery = self.begin()
        self.chance = 0.0

    @property
    def dispatch(self) -> Dispatch:
        return Dispatch(
            self.deliveries,
            self.subscriptions,
            self.berths,
            lambda _subscription_id: self.gate,
            self.subscriber,
            self.clock,
            lambda: self.chance,
            LEASE,
        )

    def begin(self, origin: str = "transaction-1") -> Delivery:
        [begun] = self.deliveries.begin([a_delivery(an_event(origin=origin), self.subscription)])
        return begun

    def deliver(self, delivery_id: str = "") -> Delivery:
        """As the task does; what is stored afterwards."""
        deliver(delivery_id or self.delivery.id, self.dispatch)
        return self.stored(delivery_id)

    def stored(self, delivery_id: str = "") -> Delivery:
        found = self.deliveries.load(delivery_id or self.delivery.id)
        assert found is not None
        return found

    def store(self, delivery: Delivery) -> Delivery:
        moved = self.deliveries.move(delivery)
        assert moved is not None
        return moved

    def attempts(self) -> list[tuple[int, str]]:
        """Number and reason, "" for one that was taken."""
        return [(attempt.number, attempt.reason) for attempt in self.deliveries.attempts(self.delivery.id)]
