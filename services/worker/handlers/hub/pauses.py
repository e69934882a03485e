"""When a delivery waits though it is due: its destination is left alone, or has as many calls out as it may."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.hub.delivery import Delivery


@dataclass(frozen=True, slots=True)
class Pause:
    """Those who wait come back after `seconds`, spread over so long that no more than `looks_per_second` come."""

    seconds: float
    looks_per_second: float
    cause: str

    def put_off(self, delivery: Delivery, waiting: int, now: datetime, chance: float) -> Delivery:
        """`waiting` deliveries of this destination are put off already; `chance` is in [0, 1)."""
        spread = chance * waiting / self.looks_per_second
        return delivery.wait(now + timedelta(seconds=self.seconds + spread), self.cause)


def busy(chance: float) -> Pause:
    """All berths are taken, and one should soon be free."""
    return Pause(0.5 + chance, 100.0, "its destination is busy")


def unproven(chance: float) -> Pause:
    """The few berths that it has are taken by calls that may hang."""
    return Pause(0.5 + chance, 10.0, "its destination is busy and has not shown that it answers soon")


def closed(seconds: float) -> Pause:
    return Pause(seconds, 10.0, "its destination is left alone after failures, or asked for time")
