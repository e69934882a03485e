"""What is due: the memory behind the queue. Waiting lives here, never in a Celery countdown."""

from typing import Any

from redis import Redis

from shared.store import keys
from shared.store.connection import StoreClock, lua
from shared.store.quarantine import say_quarantined

_NO_RECORD = "it is due and there is no such record"


class Outbox:
    """The sweeper takes from it; receipts and flows put themselves in when they are stored or moved."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._clock = StoreClock(redis)
        self._take_due = redis.register_script(lua("take_due"))

    def take_due(self, limit: int, again_after_seconds: float) -> list[str]:
        """At most `limit` members that are due; each is due again after `again_after_seconds` unless it gets done.

        A member without a record is set aside for a person, see Quarantine.
        """
        taken, aside = self._take_due(
            keys=[keys.DUE, keys.PARKED, keys.QUARANTINE],
            args=[limit, int(again_after_seconds * 1000), keys.PREFIX, _NO_RECORD],
        )
        for member in aside:
            say_quarantined(member.decode(), _NO_RECORD)
        return [member.decode() for member in taken]

    def parked(self, limit: int) -> list[tuple[str, int]]:
        """At most `limit` members that wait for a person, longest first, each with the ms since when."""
        return _members(self._redis.zrange(keys.PARKED, 0, limit - 1, withscores=True)) if limit > 0 else []

    def overdue(self, older_than_ms: int, limit: int) -> list[tuple[str, int]]:
        """At most `limit` members that nobody has taken for so long, longest first, each with the ms it was due at.

        A sweeper that is alive leaves none.
        """
        before_ms = int(self._clock.now().timestamp() * 1000) - older_than_ms
        found = self._redis.zrangebyscore(keys.DUE, "-inf", f"({before_ms}", 0, max(limit, 0), withscores=True)
        return _members(found)


def _members(found: Any) -> list[tuple[str, int]]:
    return [(member.decode(), int(score)) for member, score in found]
