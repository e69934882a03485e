"""How many calls a caller may make: a bucket that holds one second's worth and fills evenly."""

import threading
import time
from collections.abc import Callable


class RateLimit:
    def __init__(self, calls_per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._calls_per_second = calls_per_second
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}  # caller -> (calls left, as of when)
        self._lock = threading.Lock()

    def allows(self, caller: str) -> bool:
        """Whether the caller may make one call more now; it is counted."""
        with self._lock:
            now = self._clock()
            left, as_of = self._buckets.get(caller, (float(self._calls_per_second), now))
            left = min(left + (now - as_of) * self._calls_per_second, float(self._calls_per_second))
            self._buckets[caller] = (left - 1 if left >= 1 else left, now)
            return left >= 1
