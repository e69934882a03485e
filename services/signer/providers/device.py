"""A key in a device or a service: several signatures at once, each of them checked, and none waited for too long."""

import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from functools import partial

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from services.signer.keys import MINIMUM_KEY_BITS, KeyRefusedError, KeyUnavailableError, is_signature, key_id
from services.signer.providers.daemon_threads import DaemonThreads
from shared.runtime.settings import SettingsReader

SIGNATURES_AT_ONCE = 16
# Below the 1.5 s that the listener waits for the signer.
DEFAULT_MILLISECONDS = 1200
STUCK_SECONDS = 60.0
EXIT_CODE_STUCK = 70

# (SHA-256 digest, moment of time.monotonic() after which nobody waits) -> signature
SignDigest = Callable[[bytes, float], bytes]


def read_timeout_seconds(reader: SettingsReader) -> float:
    milliseconds = reader.integer("SIGNING_TIMEOUT_MILLISECONDS", DEFAULT_MILLISECONDS, minimum=50, maximum=30_000)
    return milliseconds / 1000


class DeviceKey:
    """`sign_digest` may be slow, hang or raise; this answers in time, with good signatures or an error.

    A thread that hangs in a driver cannot be ended, so it is left to itself. While all hang, calls fail at once. When
    one has hung for a minute and none has signed, the process ends: only a new one can load the driver anew.
    """

    def __init__(
        self,
        provider: str,
        public_key: RSAPublicKey,
        sign_digest: SignDigest,
        *,
        timeout_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        end_process: Callable[[int], object] = os._exit,
    ) -> None:
        self.provider = provider
        self.public_key = public_key
        self.key_id = key_id(public_key)
        self._sign_digest = sign_digest
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._end_process = end_process
        self._forget_threads()
        os.register_at_fork(after_in_child=self._forget_threads)  # they do not cross a fork

    def _forget_threads(self) -> None:
        self._started_threads: DaemonThreads[bytes] | None = None
        self._overdue: dict[Future[bytes], float] = {}  # and since when
        self._signed_at = self._clock()
        self._starting = threading.Lock()

    def sign_all(self, digests: Sequence[bytes]) -> list[bytes]:
        """All or none. Raises KeyUnavailableError."""
        self._end_if_stuck()
        if len(self._overdue) >= SIGNATURES_AT_ONCE:
            raise self._late()
        deadline = time.monotonic() + self._timeout_seconds
        threads = self._threads()
        futures = [threads.submit(partial(self._checked_signature, digest, deadline)) for digest in digests]
        done, unfinished = wait(futures, self._timeout_seconds, FIRST_EXCEPTION)
        for future in unfinished:
            if not future.cancel():
                self._overdue[future] = self._clock()
                future.add_done_callback(self._overdue.pop)
        for future in done:
            if error := future.exception():
                raise error
        if unfinished:
            raise self._late()
        self._signed_at = self._clock()
        return [future.result() for future in futures]

    def _end_if_stuck(self) -> None:
        since = max(self._signed_at, min(self._overdue.copy().values(), default=math.inf))
        if self._clock() - since > STUCK_SECONDS:
            structlog.get_logger().critical("the key is stuck", key_id=self.key_id, provider=self.provider)
            self._end_process(EXIT_CODE_STUCK)

    def _threads(self) -> DaemonThreads[bytes]:
        with self._starting:
            if self._started_threads is None:
                self._started_threads = DaemonThreads(SIGNATURES_AT_ONCE, f"key-{self.key_id}")
            return self._started_threads

    def _checked_signature(self, digest: bytes, deadline: float) -> bytes:
        try:
            signature = self._sign_digest(digest, deadline)
        except KeyUnavailableError:
            raise
        except Exception as error:
            sentence = f"The {self.provider} key {self.key_id} does not sign ({type(error).__name__})."
            raise KeyUnavailableError("device", sentence) from error
        if not is_signature(self.public_key, digest, signature):
            sentence = f"What the {self.provider} key {self.key_id} signed does not verify: is it another key now?"
            raise KeyUnavailableError("wrong_signature", sentence)
        return signature

    def _late(self) -> KeyUnavailableError:
        return KeyUnavailableError(
            "timeout", f"The {self.provider} key {self.key_id} did not sign within {self._timeout_seconds:g} s."
        )


def checked_public_key(public_key: RSAPublicKey, where: str) -> RSAPublicKey:
    """Raises KeyRefusedError for a key that is too short; `where` begins its sentence."""
    if public_key.key_size < MINIMUM_KEY_BITS:
        raise KeyRefusedError(f"{where} has {public_key.key_size} bits: make one of {MINIMUM_KEY_BITS} or more.")
    return public_key
