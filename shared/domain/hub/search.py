"""What people ask of the log of deliveries, and what they ask to have resent."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.hub.delivery import Delivery, FailureReason
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.triggers import Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryQuery:
    """All that is given must hold. Order is by the time of creation. `created_from` and `created_until` count in."""

    states: frozenset[DeliveryState] = frozenset()
    triggers: frozenset[Trigger] = frozenset()
    failure_reasons: frozenset[FailureReason] = frozenset()
    subscription_id: str = ""
    event_id: str = ""
    account_id: str = ""
    destination: str = ""
    created_from: datetime | None = None
    created_until: datetime | None = None

    def matches(self, delivery: Delivery) -> bool:
        return (
            (not self.states or delivery.state in self.states)
            and (not self.triggers or delivery.trigger in self.triggers)
            and (not self.failure_reasons or delivery.failure_reason in self.failure_reasons)
            and self.subscription_id in ("", delivery.subscription_id)
            and self.event_id in ("", delivery.event_id)
            and self.account_id in ("", delivery.account_id)
            and self.destination in ("", delivery.destination)
            and (self.created_from is None or delivery.created_at >= self.created_from)
            and (self.created_until is None or delivery.created_at <= self.created_until)
        )


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """`total` is None when counting would cost more than the page. `is_cut`: the search stopped at the most it may
    look at, so later pages may hold more; ask for a smaller range of time."""

    deliveries: tuple[Delivery, ...]
    total: int | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resend:
    """Many failed deliveries to be queued again, some at a time, at no more than `per_second`.

    `counted` when it was asked for; `looked_at_until` is the creation time up to which the log was gone through, and
    `stepped_at` when a worker last set out to queue some.
    """

    id: str
    query: DeliveryQuery
    counted: int
    per_second: int
    requested_by: str
    reason: str
    created_at: datetime
    resent: int = 0
    looked_at_until: datetime | None = None
    stepped_at: datetime | None = None
    finished_at: datetime | None = None
