"""The door of the bank's API: token, signature over the raw bytes, X-Request-Id."""

import hmac
import sqlite3
import time

from flask import Request

from sandbox.clearbank.bank import Bank
from sandbox.clearbank.problems import Problem, status_only
from sandbox.clearbank.signatures import verifies
from sandbox.sqlite import Store

REQUEST_ID_LENGTH = 83
REQUEST_ID_LIFE_SECONDS = 24 * 3600
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
SIGNED = CHANGING - {"DELETE"}  # a DELETE has no body to sign


def authenticate(bank: Bank, request: Request) -> None:
    """Raises Problem 401, 403 or 400."""
    authorization = request.headers.get("Authorization", "")
    if not authorization:
        raise status_only(401)
    if not hmac.compare_digest(authorization.encode(), f"Bearer {bank.settings.token}".encode()):
        raise status_only(403)
    if request.method in CHANGING and not 0 < len(request_id_of(request)) <= REQUEST_ID_LENGTH:
        raise Problem(400, "Missing X-Request-Id Header")
    signature = request.headers.get("DigitalSignature", "")
    if request.method in SIGNED and not verifies(request.get_data(), signature, bank.client_key):
        raise Problem(400, "Invalid DigitalSignature Header")


def request_id_of(request: Request) -> str:
    return request.headers.get("X-Request-Id", "").strip()


def refuse_repeat(store: Store, request: Request) -> None:
    """Raises Problem 409 when the id was used up in the last 24 hours."""
    with store.reading() as db:
        if request.method in CHANGING and _is_used(db, request_id_of(request), time.time()):
            raise status_only(409)


def use_up_request_id(db: sqlite3.Connection, request: Request, now: float) -> None:
    """Part of the transaction that holds the effect, so neither exists without the other.

    Only an accepted request uses its id up: whether a 400, 422 or 429 does at ClearBank is unverified.
    """
    if _is_used(db, request_id_of(request), now):
        raise status_only(409)
    db.execute("INSERT OR REPLACE INTO request_ids (id, at) VALUES (?, ?)", (request_id_of(request), now))


def _is_used(db: sqlite3.Connection, request_id: str, now: float) -> bool:
    query = "SELECT 1 FROM request_ids WHERE id = ? AND at > ?"
    return db.execute(query, (request_id, now - REQUEST_ID_LIFE_SECONDS)).fetchone() is not None
