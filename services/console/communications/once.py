"""Work that a repeat of its request must not do again (Mambu API v2, idempotency)."""

import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any, Protocol

from flask import Response, request

from services.console.access.caller import Caller
from services.console.communications.refusals import Code, MambuRefusal, invalid
from shared.store.idempotency import Request

HEADER = "Idempotency-Key"


class Idempotency(Protocol):
    """As shared.store.idempotency keeps it."""

    def begin(self, key: str, fingerprint: str) -> Request | None: ...

    def finish(self, key: str, request: Request) -> None: ...

    def forget(self, key: str) -> None: ...


def once(store: Idempotency, caller: Caller, status: int, work: Callable[[], Any]) -> Response:
    """What the work came to, as JSON with this status; with the key of an earlier request, what that was answered.

    What was refused may be sent again under its key. Raises MambuRefusal.
    """
    if (given := request.headers.get(HEADER)) is None:
        return _answer(Request("", status, json.dumps(work())))
    key = _digest(caller.user_id, _checked(given))
    fingerprint = _digest(request.path, request.get_data(as_text=True))
    if earlier := store.begin(key, fingerprint):
        return _answer(_same(earlier, fingerprint))
    try:
        done = Request(fingerprint, status, json.dumps(work()))
    except Exception:
        store.forget(key)
        raise
    store.finish(key, done)
    return _answer(done)


def _checked(given: str) -> str:
    try:
        key = uuid.UUID(given)
    except ValueError:
        key = uuid.UUID(int=0)
    if key.version != 4 or str(key) != given.lower():
        raise invalid(f"{HEADER} is not a UUID of version 4.")
    return str(key)


def _same(earlier: Request, fingerprint: str) -> Request:
    if earlier.fingerprint != fingerprint:
        raise invalid(f"This {HEADER} belongs to another request: take a new one.")
    if earlier.status is None:  # Mambu answers 102, which many clients wait behind for ever, and means to take 409
        raise MambuRefusal(
            409, Code.BLOCKING_OPERATION_IN_PROGRESS, "The same request is still worked on: ask again later."
        )
    return earlier


def _answer(done: Request) -> Response:
    return Response(done.body, done.status, mimetype="application/json")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode(errors="replace")).hexdigest()
