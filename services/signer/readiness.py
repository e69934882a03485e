"""Readiness proved by doing the work: sign a known text and verify it."""

import time
from collections.abc import Callable

from services.signer.keys import KeyProvider
from shared.signing.digital_signature import verify

# Not JSON, so neither door would sign it, and its signature never leaves the process.
PROBE = b"causeway signer readiness"
CACHED_SECONDS = 5.0


def readiness_check(key: KeyProvider, clock: Callable[[], float] = time.monotonic) -> Callable[[], bool]:
    """A check that asks the key at most every 5 seconds, so that probing cannot load it."""
    last: tuple[float, bool] | None = None

    def is_ready() -> bool:
        nonlocal last
        now = clock()
        if last is None or now - last[0] >= CACHED_SECONDS:
            last = (now, _can_sign(key))
        return last[1]

    return is_ready


def _can_sign(key: KeyProvider) -> bool:
    try:
        return verify(PROBE, key.sign(PROBE), [key.public_key])
    except Exception:
        return False
