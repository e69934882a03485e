"""Readiness proved by doing the work: every loaded key signs a known text, and the signature is verified."""

import threading
import time
from collections.abc import Callable

from services.signer.keyring import Keyring
from services.signer.keys import KeyProvider, prove_that_it_signs
from services.signer.telemetry import Telemetry

CACHED_SECONDS = 5.0


class Readiness:
    """Ready while the active key signs. Asks the keys at most every 5 seconds, so that probing cannot load them."""

    def __init__(self, keyring: Keyring, telemetry: Telemetry, clock: Callable[[], float] = time.monotonic) -> None:
        self._keyring = keyring
        self._telemetry = telemetry
        self._clock = clock
        self._asking = threading.Lock()
        self._is_ready = False
        self._asked_at: float | None = None

    def __call__(self) -> bool:
        # Whoever comes while a slow key is asked gets the last answer.
        if self._asking.acquire(blocking=False):
            try:
                if self._asked_at is None or self._clock() - self._asked_at >= CACHED_SECONDS:
                    self._asked_at = self._clock()
                    self._is_ready = self._ask()
            finally:
                self._asking.release()
        return self._is_ready

    def _ask(self) -> bool:
        ready = {key.key_id: _signs(key) for key in self._keyring.keys}
        active = self._keyring.active
        for key in self._keyring.keys:
            self._telemetry.key_is_ready(key, is_active=key is active, is_ready=ready[key.key_id])
        return ready[active.key_id]


def _signs(key: KeyProvider) -> bool:
    try:
        prove_that_it_signs(key)
    except Exception:
        return False
    return True
