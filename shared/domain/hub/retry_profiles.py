"""When a delivery goes again, and when it has failed. Profiles are data."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_JITTER = 0.1  # of a wait, so that what failed together does not come back together


@dataclass(frozen=True, slots=True)
class RetryProfile:
    """`waits` lie between the attempts of one round, so there is one attempt more than waits.

    They count from the end of an attempt, or from its start with `from_start`, so that slow failures do not stretch
    the plan.
    """

    name: str
    waits: tuple[timedelta, ...]
    from_start: bool = False
    jitter: float = _JITTER

    def next_attempt_at(
        self,
        tries: int,
        last_at: datetime,
        now: datetime,
        chance: float,
        after_seconds: float | None = None,
    ) -> datetime | None:
        """After `tries` (1 or more) attempts, the last of which began at `last_at`; None to give up.

        `chance` is in [0, 1). What the receiver asked for is never undercut, as far as the plan's own length: it cannot
        keep a delivery open for ever.
        """
        if tries > len(self.waits):
            return None
        wait = self.waits[tries - 1]
        due_at = max((last_at if self.from_start else now) + wait + wait * self.jitter * chance, now)
        if after_seconds is None:
            return due_at
        longest = max(sum(self.waits, timedelta()), timedelta(minutes=1))
        return max(due_at, now + min(timedelta(seconds=max(after_seconds, 0.0)), longest))


# Five attempts in growing intervals, then only by hand.
BACKOFF = RetryProfile(
    "backoff", (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
)
# UMM Services Webhooks, delivery: every hour for at most three days, the post at 72 h included.
HOURLY = RetryProfile("hourly", (timedelta(hours=1),) * 72, from_start=True, jitter=0.0)

PROFILES = {profile.name: profile for profile in (BACKOFF, HOURLY)}

MOST_OWN_WAITS, LONGEST_OWN_WAIT_SECONDS = 100, 7 * 24 * 3600


def profile_of(name: str, own_waits_seconds: tuple[int, ...]) -> RetryProfile:
    """The named profile, or one of a subscription's own waits when it names none. Raises KeyError."""
    if name:
        return PROFILES[name]
    return RetryProfile("own", tuple(timedelta(seconds=seconds) for seconds in own_waits_seconds))
