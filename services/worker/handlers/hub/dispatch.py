"""What the use cases that send are given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from services.worker.hub_ports import Berths, Deliveries, Subscriber, Subscriptions
from services.worker.ports import Clock
from shared.domain.hub.delivery import Missed, Taken


class Gate(Protocol):
    """Says, for all workers together, when a destination may be called."""

    def seconds_to_wait(self) -> float:
        """0 when a call may go now; whoever goes must tell."""
        ...

    def seconds_closed(self) -> float:
        """What `seconds_to_wait` would say, for whoever does not go."""
        ...

    def tell(self, result: Taken | Missed) -> None: ...


@dataclass(frozen=True, slots=True)
class Dispatch:
    """`gate_of` is asked by subscription id; `jitter` gives chance in [0, 1). `lease` must outlast the longest call."""

    deliveries: Deliveries
    subscriptions: Subscriptions
    berths: Berths
    gate_of: Callable[[str], Gate]
    subscriber: Subscriber
    clock: Clock
    jitter: Callable[[], float]
    lease: timedelta
