"""When a call goes again, and when a person must look. Schedules are data."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """Exponential waits with full jitter, between two bounds, for a limited time."""

    shortest: timedelta
    longest: timedelta
    give_up_after: timedelta

    def next_attempt_at(
        self, attempts: int, first_at: datetime, now: datetime, jitter: float, after_seconds: float | None = None
    ) -> datetime | None:
        """The time of the next attempt after `attempts` (1 or more) were made, or None to give up.

        `jitter` is chance in [0, 1); `after_seconds` is the other side's Retry-After and is never undercut.
        """
        ceiling = min(self.longest, self.shortest * 2 ** min(attempts - 1, 32))
        wait = max(self.shortest / 2, ceiling * jitter)
        if after_seconds is not None:
            wait = max(wait, timedelta(seconds=after_seconds))
        due_at = now + wait
        return due_at if due_at - first_at <= self.give_up_after else None

    def next_look_at(self, first_at: datetime, now: datetime, jitter: float, after_seconds: float) -> datetime | None:
        """When to try after a wait that was nobody's fault, or None to give up: soon, and not all at one moment."""
        wait = timedelta(seconds=after_seconds)
        due_at = now + wait + jitter * max(self.shortest, wait / 4)
        return due_at if due_at - first_at <= self.give_up_after else None


EFFECTS = RetrySchedule(timedelta(seconds=1), timedelta(minutes=5), timedelta(hours=24))
