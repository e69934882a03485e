"""Lets a call in: a known token, a good proof, the right door, not seen before, and not too many."""

import time
from collections.abc import Callable, Mapping, Sequence

from services.signer.callers import Caller, find_caller
from services.signer.credential_watch import CredentialWatch
from services.signer.rate_limit import RateLimit
from services.signer.replays import ReplayMemory
from shared.signing.caller_proof import PROOF_HEADER, TIME_HEADER, check, token_of

MAYBE_NEWER = ("token", "proof")


class UnprovedCallerError(Exception):
    """The call is not let in; holds the reason code, which the caller is not told, and who it is if that is proved."""

    def __init__(self, reason: str, caller: str = "unknown") -> None:
        super().__init__(reason)
        self.reason = reason
        self.caller = caller


class TooManyCallsError(Exception):
    """The caller is proved and calls too often; it may try again in a second."""

    def __init__(self, caller: str) -> None:
        super().__init__(caller)
        self.caller = caller


class Doorkeeper:
    def __init__(self, credentials: CredentialWatch, limit: RateLimit, clock: Callable[[], float] = time.time) -> None:
        self._credentials = credentials
        self._limit = limit
        self._clock = clock
        self._replays = ReplayMemory()

    def admit(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> str:
        """The caller's name. Raises UnprovedCallerError, TooManyCallsError."""
        now_seconds = self._clock()

        def proved(callers: Sequence[Caller]) -> tuple[Caller | None, str | None]:
            caller = find_caller(callers, token_of(headers))
            if caller is None:
                return None, "token"
            return caller, check(caller.secret_keys, method, path, body, headers=headers, now_seconds=now_seconds)

        caller, reason = proved(self._credentials.callers)
        if reason in MAYBE_NEWER:
            caller, reason = proved(self._credentials.read_again())
        if caller is None or reason is not None:
            raise UnprovedCallerError(reason or "token")
        if path not in caller.doors:
            raise UnprovedCallerError("wrong_door", caller.name)
        if not self._replays.is_new(headers[PROOF_HEADER], int(headers[TIME_HEADER]), now_seconds):
            raise UnprovedCallerError("replay", caller.name)
        if not self._limit.allows(caller.name):
            raise TooManyCallsError(caller.name)
        return caller.name
