"""The clock's work: release what was finished long ago, a bounded number at a time."""

from datetime import timedelta

import structlog

from services.worker.ports import Retention

_log = structlog.get_logger()

# One batch holds the store up for a millisecond or two. So many batches a minute are 14 million receipts a day.
BATCH, MOST_BATCHES = 200, 50


def retire(retention: Retention, keep: timedelta) -> int:
    """How many receipts were released that were finished longer ago than `keep`. What is left is for the next time."""
    released = 0
    for _ in range(MOST_BATCHES):
        batch = retention.release_finished(keep.total_seconds(), BATCH)
        released += batch.released
        if batch.examined < BATCH:
            break
    if released:
        _log.info("retired", released=released)
    return released
