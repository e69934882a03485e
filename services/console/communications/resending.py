"""Failed deliveries queued again because a person asked: some by name at once, many by a job of the worker's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from services.console.access.caller import Caller
from services.console.v1.ringing import Publisher, ring
from shared.domain.history import HistoryEntry
from shared.domain.hub.delivery import Attempt, Delivery
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.search import DeliveryQuery, Resend
from shared.messages import tasks

RESENT_PER_SECOND = 20  # so that a receiver that is back again is not knocked over at once


class Deliveries(Protocol):
    """As shared.store.deliveries keeps them."""

    def load_readable(self, delivery_ids: Sequence[str]) -> list[Delivery]: ...

    def move(
        self, delivery: Delivery, attempt: Attempt | None = None, entry: HistoryEntry | None = None
    ) -> Delivery | None: ...


class Search(Protocol):
    """As shared.store.delivery_search answers."""

    def count(self, query: DeliveryQuery) -> tuple[int, bool]: ...


class Resends(Protocol):
    """As shared.store.resends keeps them."""

    def begin(self, resend: Resend, due_at: datetime) -> bool: ...

    def load(self, resend_id: str) -> Resend | None: ...


@dataclass(frozen=True, slots=True)
class Resending:
    """`new_id` gives a UUID."""

    deliveries: Deliveries
    search: Search
    resends: Resends
    publisher: Publisher
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    def again(self, caller: Caller, delivery: Delivery) -> bool:
        """A failed one goes again: the same bytes under a new key. False when somebody else was faster."""
        entry = HistoryEntry(self.now(), "resent", f"{caller.name} by Mambu's API", DeliveryState.QUEUED.value)
        if self.deliveries.move(delivery.resent(self.now()), entry=entry) is None:
            return False
        ring(self.publisher, tasks.REDELIVER, delivery.id)
        return True

    def count(self, query: DeliveryQuery) -> tuple[int, bool]:
        """How many failed ones there are of these, and whether there may be more."""
        return self.search.count(_failed(query))

    def begin(self, caller: Caller, query: DeliveryQuery, reason: str, counted: int) -> Resend:
        """A job for the worker."""
        now = self.now()
        job = Resend(
            id=self.new_id(),
            query=_failed(query),
            counted=counted,
            per_second=RESENT_PER_SECOND,
            requested_by=caller.name,
            reason=reason,
            created_at=now,
        )
        self.resends.begin(job, now)
        ring(self.publisher, tasks.RESEND, job.id)
        return job


def _failed(query: DeliveryQuery) -> DeliveryQuery:
    return replace(query, states=frozenset({DeliveryState.FAILED}))
