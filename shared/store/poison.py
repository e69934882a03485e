"""What stood in a queue and was no message for us, kept for a person to look at."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from redis import Redis

from shared.store import keys
from shared.store.connection import StoreClock

MOST_KEPT = 1_000
MOST_CHARACTERS = 64 * 1024  # of each


@dataclass(frozen=True, slots=True)
class PoisonElement:
    """`at` is when it was found, in ISO 8601; `raw` its text, cut short when it is long."""

    at: str
    queue: str
    reason: str
    raw: str


class PoisonList:
    """Newest first; the oldest go. The counts stay."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._clock = StoreClock(redis)

    def add(self, queue: str, reason: str, raw: str) -> None:
        element = PoisonElement(self._clock.now().isoformat(), queue, reason, raw[:MOST_CHARACTERS])
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.lpush(keys.POISON, json.dumps(asdict(element)))
            pipeline.ltrim(keys.POISON, 0, MOST_KEPT - 1)
            pipeline.hincrby(keys.POISON_COUNTS, reason, 1)
            pipeline.execute()

    def latest(self, limit: int) -> list[PoisonElement]:
        """At most so many, newest first."""
        return (
            [PoisonElement(**json.loads(line)) for line in self._redis.lrange(keys.POISON, 0, limit - 1)]
            if limit > 0
            else []
        )

    def counts(self) -> dict[str, int]:
        """How often anything was found, by reason code."""
        found: Any = self._redis.hgetall(keys.POISON_COUNTS)
        return {reason.decode(): int(count) for reason, count in found.items()}
