"""A PKCS#11 module that fails as told and notes every breach of the standard's rules."""

import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from pkcs11.exceptions import (
    DeviceError,
    NoSuchKey,
    PinIncorrect,
    PKCS11Error,
    SessionHandleInvalid,
    UserAlreadyLoggedIn,
)

from tests.unit.signer.callers import KEY

PIN = "1234"


class FakeModule:
    """Stands for a module, its token and its sessions.

    `breaches` tells what a real module answers with undefined behaviour: two threads in one session, or finalised
    while a call is under way. `before_signing` runs inside each call to the device.
    """

    def __init__(self) -> None:
        self.breaches: list[str] = []
        self.logins = 0
        self.starts = 0
        self.most_sessions_at_once = 0
        self.pin = PIN
        self.is_away = False
        self.is_logged_in = False
        self.is_logged_in_by_another = False
        self.before_signing: Callable[[], None] = lambda: None
        self._generation = 0
        self._open = 0
        self._calls = 0
        self._lock = threading.Lock()

    def start(self) -> "FakeModule":
        """Finalise and initialise."""
        if self._calls:
            self.breaches.append("finalised during a call")
        self.lose_sessions()
        self.starts += 1
        return self

    def lose_sessions(self) -> None:
        """As a device does when its connection drops."""
        with self._lock:
            self._generation += 1
            self._open = 0
            self.is_logged_in = False

    def get_token(self, token_label: str) -> "FakeModule":
        if self.is_away:
            raise DeviceError
        return self

    def open(self, rw: bool, user_pin: str | None = None) -> "FakeSession":
        if not rw:
            self.breaches.append("a read-only session")
        if user_pin is not None:
            self._log_in(user_pin)
        with self._lock:
            self._open += 1
            self.most_sessions_at_once = max(self.most_sessions_at_once, self._open)
        return FakeSession(self, self._generation)

    def _log_in(self, pin: str) -> None:
        if self.is_logged_in or self.is_logged_in_by_another:
            raise UserAlreadyLoggedIn
        self.logins += 1
        if pin != self.pin:
            raise PinIncorrect
        self.is_logged_in = True

    @contextmanager
    def calling(self, generation: int) -> Any:
        with self._lock:
            self._calls += 1
        try:
            self.before_signing()
            if generation != self._generation or self.is_away:
                raise SessionHandleInvalid
            yield
        finally:
            with self._lock:
                self._calls -= 1


class FakeSession:
    def __init__(self, module: FakeModule, generation: int) -> None:
        self._module = module
        self._generation = generation
        self._in_use = threading.Lock()

    def get_key(self, object_class: object, label: str) -> "FakeSession":
        if label != "ours":
            raise NoSuchKey
        return self

    def sign(self, text: bytes, mechanism: object) -> bytes:
        if not self._in_use.acquire(blocking=False):
            self._module.breaches.append("two threads in one session")
            raise PKCS11Error("operation active")
        try:
            with self._module.calling(self._generation):
                return KEY.sign_all([text[-32:]])[0]
        finally:
            self._in_use.release()
