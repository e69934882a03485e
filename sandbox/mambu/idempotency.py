"""Idempotency-Key on postings: a repeat within 6 hours gets the first answer (Mambu API v2, idempotency)."""

import hashlib
import re
import sqlite3
import time
from collections.abc import Callable

from flask import Request, Response

from sandbox.mambu.core import Core, switch
from sandbox.mambu.errors import Refusal, invalid, refusal_answer
from sandbox.mambu.wire import V2

LIVES_SECONDS = 6 * 3600
_UUID_4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)

Effect = Callable[[sqlite3.Connection], Response]


def once(core: Core, request: Request, effect: Effect, slow_seconds: float = 0) -> Response:
    """The effect's answer, or the stored one. The effect and its stored answer are one commit.

    `slow_seconds`: how long the first call stays running before its effect, for tests of repeats that come too early.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        with core.store.transaction() as db:
            return effect(db)
    if not _UUID_4.fullmatch(key):
        raise invalid("Idempotency-Key must be a UUID of version 4")
    earlier = _begin(core, key, _digest(request))
    if earlier is not None:
        return earlier
    try:
        time.sleep(slow_seconds)
        return _perform(core, key, effect)
    except BaseException:
        _forget(core, key)
        raise


def _begin(core: Core, key: str, digest: str) -> Response | None:
    with core.store.transaction() as db:
        now = core.now(db).timestamp()
        db.execute("DELETE FROM idempotency WHERE at <= ? AND status IS NOT NULL", (now - LIVES_SECONDS,))
        row = db.execute("SELECT * FROM idempotency WHERE key = ?", (key,)).fetchone()
        if row is None:
            db.execute("INSERT INTO idempotency (key, request, at) VALUES (?, ?, ?)", (key, digest, now))
            return None
        if row["request"] != digest:
            # Status and code of this refusal: unverified.
            raise invalid("Idempotency-Key was used for another request")
        if row["status"] is None:
            return Response(status=switch(db, "runningStatus"), content_type=V2)
        return _replayed(row)


def _replayed(row: sqlite3.Row) -> Response:
    response = Response(row["body"], row["status"], content_type=V2)
    if row["status"] == 204:
        del response.headers["Content-Type"]
    return response


def _perform(core: Core, key: str, effect: Effect) -> Response:
    try:
        with core.store.transaction() as db:
            response = effect(db)
            _keep(db, key, response)
            return response
    except Refusal as refusal:
        if refusal.status == 400:  # never stored: the same key is processed afresh
            raise
        response = refusal_answer(refusal)
        with core.store.transaction() as db:
            _keep(db, key, response)
        return response


def _keep(db: sqlite3.Connection, key: str, response: Response) -> None:
    values = (response.status_code, response.get_data(as_text=True), key)
    db.execute("UPDATE idempotency SET status = ?, body = ? WHERE key = ?", values)


def _forget(core: Core, key: str) -> None:
    with core.store.transaction() as db:
        db.execute("DELETE FROM idempotency WHERE key = ? AND status IS NULL", (key,))


def _digest(request: Request) -> str:
    said = f"{request.method} {request.full_path}\n".encode() + request.get_data()
    return hashlib.sha256(said).hexdigest()
