"""The clock's work: release what was finished long ago, a bounded number at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.worker.ports import ReleasedBatch

_log = structlog.get_logger()

# One batch holds the store up for a few milliseconds. So many batches a minute are 14 million records a day.
BATCH, MOST_BATCHES = 200, 50


@dataclass(frozen=True, slots=True)
class Retirement:
    """`what` is kept for `keep` after it is over. `release` takes an age in seconds and how many at most."""

    what: str
    release: Callable[[float, int], ReleasedBatch]
    keep: timedelta


def retire(retirement: Retirement) -> int:
    """How many were released. What is left is for the next time."""
    released = 0
    for _ in range(MOST_BATCHES):
        batch = retirement.release(retirement.keep.total_seconds(), BATCH)
        released += batch.released
        if batch.examined < BATCH:
            break
    if released:
        _log.info("retired", what=retirement.what, released=released)
    return released
