"""What the outgoing side needs of the outside, on one page. Adapters and fakes pass the same contract tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.domain.hub.delivery import Attempt, Delivery, Missed, Taken
from shared.domain.hub.event import BusinessEvent
from shared.domain.hub.subscription import Subscription


class Subscriptions(Protocol):
    """Who wants to be told; see shared.store.subscriptions."""

    def load(self, subscription_id: str) -> Subscription | None:
        """Raises CorruptRecordError, also when its secrets cannot be opened."""
        ...

    def wanting(self, event: BusinessEvent) -> list[Subscription]:
        """Those that want it, the inactive ones too; in the order they were made, without their secrets."""
        ...


class Deliveries(Protocol):
    """The deliveries and their attempts; see shared.store.deliveries."""

    def begin(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Store those that are not known yet, in one step; the stored ones, at version 1. Due as they say."""
        ...

    def load(self, delivery_id: str) -> Delivery | None:
        """Raises CorruptRecordError."""
        ...

    def move(self, delivery: Delivery, attempt: Attempt | None = None) -> Delivery | None:
        """The delivery at its next version, with one more line in its log; None when another worker moved it first and
        nothing was stored."""
        ...

    def load_readable(self, delivery_ids: Sequence[str]) -> list[Delivery]:
        """Those there are and that can be read, in one round trip."""
        ...

    def move_all(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Many in one step: those that nobody moved first, at their next version."""
        ...

    def quarantine(self, delivery_id: str, reason: str) -> None:
        """Its record cannot be read: due no more, it waits for a person as it is."""
        ...

    def take_due(self, limit: int, again_after_seconds: float) -> list[str]:
        """At most `limit` members that are due, `delivery:<id>` or `resend:<id>`; each is due again after
        `again_after_seconds` unless it is moved."""
        ...

    def waiting(self, subscription_id: str) -> int:
        """How many deliveries of a subscription stand in WAITING."""
        ...


class Berths(Protocol):
    """How many calls of one destination may be out at once: few until it has proven that it answers soon; see
    shared.store.berths."""

    def take(self, subscription_id: str, delivery_id: str) -> bool:
        """False when all are taken. Free again by `leave`, or by itself after the longest a call may take."""
        ...

    def leave(self, subscription_id: str, delivery_id: str, has_proven: bool | None = None) -> None:
        """`has_proven`: whether the call shows that the destination answers soon; None when it shows nothing."""
        ...

    def room(self, subscription_id: str) -> int | None:
        """How many are free; None for a destination that has proven itself: more will be soon."""
        ...


@dataclass(frozen=True, slots=True)
class Called:
    """What a call came to, and the headers that it carried, without those that hold a secret."""

    result: Taken | Missed
    headers: tuple[tuple[str, str], ...]


class Subscriber(Protocol):
    """The other side of a delivery: one HTTP call, with all that the subscription asks for."""

    def call(self, delivery: Delivery, subscription: Subscription) -> Called:
        """Never raises for what the network or the receiver does."""
        ...
