"""One token of a PKCS#11 module: logged in once per process, a session for one thread at a time, recovery.

Why so: OASIS PKCS#11 usage guide (initialise after fork, login is the process's, one operation per session) and AWS
CloudHSM's known issues (read-write sessions only, sign in one call).
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

import pkcs11
from pkcs11 import Mechanism, ObjectClass, SignMixin
from pkcs11.exceptions import PinIncorrect, PinInvalid, PinLocked, PKCS11Error, UserAlreadyLoggedIn

from services.signer.keys import KeyUnavailableError
from services.signer.providers.pkcs11_module import start_module

Result = TypeVar("Result")
PIN_REFUSED = (PinIncorrect, PinInvalid, PinLocked)


class TokenSession:
    """One session, and the private keys found in it: an object's handle is looked up once."""

    def __init__(self, session: pkcs11.Session) -> None:
        self.session = session
        self._keys: dict[str, pkcs11.Key] = {}

    def private_key(self, label: str) -> pkcs11.Key:
        """Raises NoSuchKey, MultipleObjectsReturned."""
        if label not in self._keys:
            self._keys[label] = self.session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=label)
        return self._keys[label]

    def sign(self, label: str, text: bytes, mechanism: Mechanism) -> bytes:
        """In one call to the device."""
        key = cast(SignMixin, self.private_key(label))
        return bytes(key.sign(text, mechanism=mechanism))


class Pkcs11Token:
    """Sessions are opened when needed, at most `most_sessions`. Nothing is loaded before the first use."""

    def __init__(self, module: str, label: str, pin: str, most_sessions: int) -> None:
        self._module = module
        self._label = label
        self._pin = pin
        self._most_sessions = most_sessions
        self._pin_is_refused = False
        self._forget_sessions()
        os.register_at_fork(after_in_child=self._forget_sessions)

    def use(self, work: Callable[[TokenSession], Result], deadline: float) -> Result:
        """What `work` answers on a session of its own. After a fault of the device, once more on a new one.

        Raises PKCS11Error, and KeyUnavailableError when no session is free before `deadline` (time.monotonic()).
        """
        try:
            return self._use_once(work, deadline)
        except PKCS11Error:
            if self._pin_is_refused:
                raise
        return self._use_once(work, deadline)

    def _use_once(self, work: Callable[[TokenSession], Result], deadline: float) -> Result:
        with self._session(deadline) as session:
            return work(session)

    def _forget_sessions(self) -> None:
        self._changed = threading.Condition()
        self._idle: list[TokenSession] = []
        self._in_use = 0
        self._is_usable = False

    @contextmanager
    def _session(self, deadline: float) -> Iterator[TokenSession]:
        session = self._take(deadline)
        try:
            yield session
        except PKCS11Error:
            self._is_usable = False  # before it is given back, or a new start would be taken for the faulty one
            raise
        finally:
            self._give_back(session)

    def _take(self, deadline: float) -> TokenSession:
        with self._changed:
            left_seconds = deadline - time.monotonic()
            if left_seconds <= 0 or not self._changed.wait_for(self._may_take, left_seconds):
                raise KeyUnavailableError("timeout", f"No session of the token {self._label} became free in time.")
            try:
                if not self._is_usable:
                    self._start()
                session = self._idle.pop() if self._idle else TokenSession(self._token.open(rw=True))
            except PKCS11Error:
                self._is_usable = False
                raise
            self._in_use += 1
            return session

    def _give_back(self, session: TokenSession) -> None:
        with self._changed:
            self._in_use -= 1
            self._idle.append(session)
            self._changed.notify_all()

    def _may_take(self) -> bool:
        # To finalise a module while another thread is inside is undefined (PKCS#11, C_Finalize).
        return self._in_use < self._most_sessions if self._is_usable else self._in_use == 0

    def _start(self) -> None:
        """Initialise the module and log in: at first, after a fault, and after a fork."""
        if self._pin_is_refused:
            # A token locks itself after a few wrong PINs.
            raise KeyUnavailableError("pin", f"The token {self._label} refused its PIN: restart with the right one.")
        self._idle.clear()
        self._token: pkcs11.Token = start_module(self._module).get_token(token_label=self._label)
        self._idle.append(TokenSession(self._log_in()))
        self._is_usable = True
        self._changed.notify_all()

    def _log_in(self) -> pkcs11.Session:
        try:
            return self._token.open(rw=True, user_pin=self._pin)
        except UserAlreadyLoggedIn:
            return self._token.open(rw=True)
        except PIN_REFUSED:
            self._pin_is_refused = True
            raise
