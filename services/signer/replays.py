"""Remembers every proof that was accepted for as long as its time would let it pass again."""

import threading
from collections import defaultdict

from shared.signing.caller_proof import TOLERANCE_SECONDS

BUCKET_SECONDS = 60


class ReplayMemory:
    """Bounded by time: proofs are kept by the minute they were made in, and whole minutes are dropped."""

    def __init__(self) -> None:
        self._seen: defaultdict[int, set[int]] = defaultdict(set)
        self._lock = threading.Lock()

    def is_new(self, proof: str, made_at_seconds: int, now_seconds: float) -> bool:
        """Whether this proof (hex) is seen for the first time; it is remembered. Times are Unix seconds."""
        # 64 bits of an HMAC: 8 bytes of a number tell proofs apart as well as 64 letters do, in a quarter of the room
        mark = int(proof[:16], 16)
        with self._lock:
            self._drop_before(now_seconds - TOLERANCE_SECONDS)
            bucket = self._seen[made_at_seconds // BUCKET_SECONDS]
            if mark in bucket:
                return False
            bucket.add(mark)
            return True

    def __len__(self) -> int:
        return sum(len(bucket) for bucket in self._seen.values())

    def _drop_before(self, seconds: float) -> None:
        oldest = int(seconds) // BUCKET_SECONDS
        for minute in [minute for minute in self._seen if minute < oldest]:
            del self._seen[minute]
