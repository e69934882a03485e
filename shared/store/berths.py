"""How many calls of one destination may be out at once, so that those that hang hold no more workers than their share.

A destination has all its berths once it has shown that it answers soon. One that has not, or no more, gets few.
"""

from redis import Redis

from shared.store import keys
from shared.store.connection import lua

PROVEN_SECONDS = 3600.0


class Berths:
    """At most `most` for each subscription that has proven itself in the last hour, `most_unproven` for the others.
    `lease_seconds`: longer than any call takes; by the store's own clock."""

    def __init__(self, redis: Redis, most: int, most_unproven: int, lease_seconds: float) -> None:
        self._redis, self._most, self._most_unproven = redis, most, most_unproven
        self._lease_ms = int(lease_seconds * 1000)
        self._take = redis.register_script(lua("berth_take"))

    def take(self, subscription_id: str, delivery_id: str) -> bool:
        """False when all are taken. Free again by `leave`, or by itself after the lease."""
        arguments: list[str | int] = [delivery_id, self._most, self._most_unproven, self._lease_ms]
        return bool(self._take(keys=[keys.berths(subscription_id), keys.proven(subscription_id)], args=arguments))

    def leave(self, subscription_id: str, delivery_id: str, has_proven: bool | None = None) -> None:
        """`has_proven`: whether the call shows that the destination answers soon; None when it shows nothing."""
        proven = keys.proven(subscription_id)
        with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.zrem(keys.berths(subscription_id), delivery_id)
            if has_proven:
                pipeline.set(proven, 1, px=int(PROVEN_SECONDS * 1000))
            elif has_proven is not None:
                pipeline.delete(proven)
            pipeline.execute()

    def room(self, subscription_id: str) -> int | None:
        """How many are free; None for a destination that has proven itself: more will be soon."""
        with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.exists(keys.proven(subscription_id))
            pipeline.zcard(keys.berths(subscription_id))
            is_proven, taken = pipeline.execute()
        return None if is_proven else max(self._most_unproven - taken, 0)
