"""Counters that all worker processes add to, for whoever watches the system. No count of money comes from here."""

import json
import threading
from collections import Counter
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from shared.store.keys import COUNTS


class Counts:
    """Adds up in memory and tells the store every few seconds: a write for each would cost an fsync for each.

    A process that is killed takes the last few seconds with it. Make one after the fork, and use it by any thread.
    """

    def __init__(self, redis: Redis, tell_every_seconds: float = 5.0) -> None:
        self._redis = redis
        self._tell_every_seconds = tell_every_seconds
        self._untold: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._teller: threading.Thread | None = None

    def add(self, counter: str, *labels: str) -> None:
        """One more."""
        with self._lock:
            self._untold[json.dumps([counter, *labels])] += 1
            if self._teller is None:
                self._teller = threading.Thread(target=self._tell_on, name="counts", daemon=True)
                self._teller.start()

    def tell(self) -> None:
        """Now. Raises RedisError when the store is away; then nothing is forgotten."""
        with self._lock:
            telling, self._untold = self._untold, Counter()
        if not telling:
            return
        try:
            with self._redis.pipeline(transaction=True) as pipeline:
                for field, count in telling.items():
                    pipeline.hincrby(COUNTS, field, count)
                pipeline.execute()
        except RedisError:
            with self._lock:
                self._untold.update(telling)
            raise

    def read(self) -> dict[tuple[str, ...], int]:
        """Everything told so far by anyone, by (counter, label, ...)."""
        found: Any = self._redis.hgetall(COUNTS)
        return {tuple(json.loads(field)): int(count) for field, count in found.items()}

    def _tell_on(self) -> None:
        pause = threading.Event()
        while not pause.wait(self._tell_every_seconds):
            try:
                self.tell()
            except RedisError:
                continue  # the tasks themselves say that the store is away
