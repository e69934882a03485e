"""What is due: the memory behind the queue. Waiting lives here, never in a Celery countdown."""

from redis import Redis

from shared.store import keys
from shared.store.connection import lua


class Outbox:
    """The sweeper takes from it; receipts and flows put themselves in when they are stored or moved."""

    def __init__(self, redis: Redis) -> None:
        self._take_due = redis.register_script(lua("take_due"))

    def take_due(self, limit: int, again_after_seconds: float) -> list[str]:
        """At most `limit` members that are due; each is due again after `again_after_seconds` unless it gets done."""
        return [
            member.decode() for member in self._take_due(keys=[keys.DUE], args=[limit, int(again_after_seconds * 1000)])
        ]
