"""Counts what the attempts at deliveries came to, as their log is told of it."""

from collections.abc import Callable, Sequence

from services.worker.hub_ports import Deliveries
from shared.domain.hub.delivery import Attempt, Delivery

DELIVERY_ATTEMPTS = "delivery_attempts"
TAKEN = "taken"

Count = Callable[[str, str], None]
"""Counts one more of (counter, label)."""


class CountedDeliveries:
    """Deliveries whose attempts are counted by outcome, once each: what was not stored does not count."""

    def __init__(self, deliveries: Deliveries, count: Count) -> None:
        self._deliveries = deliveries
        self._count = count

    def begin(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        return self._deliveries.begin(deliveries)

    def load(self, delivery_id: str) -> Delivery | None:
        return self._deliveries.load(delivery_id)

    def move(self, delivery: Delivery, attempt: Attempt | None = None) -> Delivery | None:
        moved = self._deliveries.move(delivery, attempt)
        if moved and attempt:
            self._count(DELIVERY_ATTEMPTS, attempt.reason or TAKEN)
        return moved

    def load_readable(self, delivery_ids: Sequence[str]) -> list[Delivery]:
        return self._deliveries.load_readable(delivery_ids)

    def move_all(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        return self._deliveries.move_all(deliveries)

    def quarantine(self, delivery_id: str, reason: str) -> None:
        self._deliveries.quarantine(delivery_id, reason)

    def take_due(self, limit: int, again_after_seconds: float) -> list[str]:
        return self._deliveries.take_due(limit, again_after_seconds)

    def waiting(self, subscription_id: str) -> int:
        return self._deliveries.waiting(subscription_id)
