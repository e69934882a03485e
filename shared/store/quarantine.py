"""Records that nobody can work on: they wait for a person with a reason, and neither loop nor get lost."""

from typing import Any

import structlog
from redis import Redis

from shared.domain.history import HistoryEntry
from shared.store import keys
from shared.store.connection import StoreClock, lua
from shared.store.history import as_line

_log = structlog.get_logger()

_SETS = (keys.DUE, keys.PARKED, keys.QUARANTINE)


class Quarantine:
    """A member is what the due set calls a record: `receipt:<id>`, or a flow's id."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._clock = StoreClock(redis)
        self._put = redis.register_script(lua("quarantine"))
        self._readmit = redis.register_script(lua("readmit"))

    def put(self, member: str, reason: str) -> None:
        """The record is due no more and waits for a person; it stays as it is. Said aloud, once per call."""
        self._put(keys=_SETS, args=[member, reason])
        say_quarantined(member, reason)

    def readmit(self, member: str, operator: str) -> bool:
        """A person has seen to it: due at once, and written down. False when it is not set aside."""
        if not self._redis.hexists(keys.QUARANTINE, member):
            return False
        # Written first: an act without a trace is worse than a trace of an act that another person was faster with.
        entry = HistoryEntry(self._clock.now(), "readmitted", f"operator {operator}", "due")
        self._redis.rpush(keys.history(member), as_line(entry))
        return bool(self._readmit(keys=_SETS, args=[member]))

    def reasons(self) -> dict[str, str]:
        """All that are set aside, each with its reason."""
        found: Any = self._redis.hgetall(keys.QUARANTINE)
        return {member.decode(): reason.decode() for member, reason in found.items()}


def say_quarantined(member: str, reason: str) -> None:
    """To the log, as the alarm that it is."""
    _log.error("quarantined", record=member, reason="quarantined", why=reason)
