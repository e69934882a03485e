"""Tokens by client credentials (RFC 6749, 4.4), kept in memory alone for as long as they live."""

import base64
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode

from services.worker.adapters.subscribers.connection import CallError
from services.worker.adapters.subscribers.deadline import Deadline
from services.worker.adapters.subscribers.exchange import Answer, Exchange, Request
from shared.domain.hub.subscription import ClientCredentials

MARGIN_SECONDS = 30.0  # a token is not used up to its last moment, nor is more than half of its life given away
UNTOLD_LIFE_SECONDS = 300.0  # of a token that came without expires_in
MOST_TOKENS = 1_000

_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}", re.ASCII)
# RFC 6749, 5.2: any other text of the answer could hold what we sent.
_ERRORS = frozenset(
    {
        *("invalid_request", "invalid_client", "invalid_grant"),
        *("unauthorized_client", "unsupported_grant_type", "invalid_scope"),
    }
)


@dataclass(slots=True)
class _Slot:
    """The token of one client, and the right to fetch it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    token: str = field(default="", repr=False)
    good_until: float = 0.0


class Tokens:
    """For any number of threads. Each client of each endpoint has its own, by all of its credentials: whoever does not
    know the secret gets no token that another fetched with it."""

    def __init__(self, exchange: Exchange, clock_seconds: Callable[[], float] = time.monotonic) -> None:
        self._exchange = exchange
        self._clock_seconds = clock_seconds
        self._lock = threading.Lock()
        self._slots: dict[ClientCredentials, _Slot] = {}

    def token(self, client: ClientCredentials, deadline: Deadline, refused: str = "") -> str:
        """One that is good for a while, and not the one that a receiver refused; one thread fetches it, the others
        wait. Raises CallError."""
        slot = self._slot(client)
        try:
            is_ours = slot.lock.acquire(timeout=deadline.left())
        except TimeoutError:
            is_ours = False
        if not is_ours:
            raise CallError(f"no token within {deadline.seconds:.0f} s")
        try:
            if slot.token in ("", refused) or self._clock_seconds() >= slot.good_until:
                slot.token = ""
                token, life_seconds = self._fetch(client, deadline)
                slot.good_until = self._clock_seconds() + life_seconds - min(MARGIN_SECONDS, life_seconds / 2)
                slot.token = token
            return slot.token
        finally:
            slot.lock.release()

    def _slot(self, client: ClientCredentials) -> _Slot:
        with self._lock:
            if client not in self._slots and len(self._slots) >= MOST_TOKENS:
                self._slots.pop(next(iter(self._slots)))  # the oldest; whoever needs it fetches another
            return self._slots.setdefault(client, _Slot())

    def _fetch(self, client: ClientCredentials, deadline: Deadline) -> tuple[str, float]:
        try:
            answer = self._exchange.call(_request(client), deadline)
        except CallError as error:
            raise CallError(f"token endpoint: {error}", error.reason) from error
        return _read(answer)


def _request(client: ClientCredentials) -> Request:
    form = {"grant_type": "client_credentials"}
    if client.scope:
        form["scope"] = client.scope
    headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    if client.in_form:
        form |= {"client_id": client.client_id, "client_secret": client.client_secret}
    else:  # RFC 6749, 2.3.1: each of the two is form-encoded before they are joined
        pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
        headers.append(("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}"))
    return Request("POST", client.token_url, headers, urlencode(form).encode())


def _read(answer: Answer) -> tuple[str, float]:
    """The token and the seconds it lives. Raises CallError."""
    said = _json_object(answer.body)
    if answer.status != 200:
        error = said.get("error")
        named = f" {error}" if isinstance(error, str) and error in _ERRORS else ""
        raise CallError(f"token endpoint: it answered {answer.status}{named}")
    token, kind = said.get("access_token"), said.get("token_type", "Bearer")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise CallError("token endpoint: it answered 200 without an access_token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise CallError("token endpoint: the token it gave is no Bearer token")
    return token, _life_seconds(said.get("expires_in"))


def _life_seconds(told: Any) -> float:
    try:
        seconds = float(told)
    except (TypeError, ValueError, OverflowError):
        return UNTOLD_LIFE_SECONDS
    return seconds if 0 < seconds < float("inf") else UNTOLD_LIFE_SECONDS


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
