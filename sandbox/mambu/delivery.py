"""The webhook sender: at least once, at most four attempts with doubling pauses, then FAILED until resent."""

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests
from requests.auth import HTTPBasicAuth

from sandbox.mambu import source
from sandbox.mambu.core import Core
from sandbox.mambu.wire import to_json
from sandbox.sqlite import insert

LOG = logging.getLogger(__name__)
MOST_IN_FLIGHT = 8
MOST_ATTEMPTS = 4  # the first and three retries (Mambu, delayed notifications)
TIMEOUT_SECONDS = 10.0  # Mambu's own is not published
LONGEST_WAIT_SECONDS = 60.0


@dataclass(frozen=True)
class Attempt:
    """How it went; `reason` is Mambu's failure reason, empty when the answer was 2xx."""

    at: float
    milliseconds: int
    idempotency_key: str
    reason: str = ""
    status: int | None = None
    answer: str = ""


class Courier:
    """Sends bodies to the lender. Redirects are failures and are never followed. Safe to use from many threads."""

    def __init__(self, core: Core) -> None:
        self._settings = core.settings
        self._threads = threading.local()

    def carry(
        self,
        url: str,
        body: bytes,
        method: str = "POST",
        key: str = "",
        headers: Mapping[str, str] | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> Attempt:
        sent = {"Content-Type": "application/json", "x-notifications-idempotency-key": key, **(headers or {})}
        user = credentials or (self._settings.webhook_user, self._settings.webhook_password)
        began, at = time.monotonic(), time.time()
        try:
            response = self._session().request(
                method,
                url,
                data=body,
                headers={name: value for name, value in sent.items() if value},
                auth=HTTPBasicAuth(*(part.encode() for part in user)),  # as UTF-8; texts would go as Latin-1
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException:
            return Attempt(at, _since(began), key, "HTTP_ERROR_WHILE_SENDING")
        reason = "" if 200 <= response.status_code < 300 else "INVALID_HTTP_RESPONSE"
        return Attempt(at, _since(began), key, reason, response.status_code, response.text)

    def _session(self) -> requests.Session:
        if not hasattr(self._threads, "session"):
            self._threads.session = requests.Session()
            self._threads.session.trust_env = False
        session: requests.Session = self._threads.session
        return session


class Sender:
    """Sends due messages; what is in flight when the process dies is sent again."""

    def __init__(self, core: Core) -> None:
        self._core, self._store = core, core.store
        self.courier = Courier(core)
        self._pool = ThreadPoolExecutor(MOST_IN_FLIGHT, "message")
        self._in_flight: set[int] = set()
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="message-sender", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in flight and send no more."""
        self._stopping.set()
        self._store.changed.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown()

    def run_due(self) -> int:
        """Once, here and now: attempt due messages. Returns how many were attempted."""
        due = self._take_due(limit=10_000)
        list(self._pool.map(self._attempt, due))
        return len(due)

    def resend(self, message_key: str, times: int, *, new_key: bool) -> list[Attempt]:
        """Send copies at once, whatever the state. Raises LookupError."""
        with self._store.transaction() as db:
            message = db.execute("SELECT * FROM messages WHERE key = ?", (message_key,)).fetchone()
            if message is None:
                raise LookupError(f"There is no message {message_key}.")
            key = source.next_uuid(db) if new_key else message["idempotency_key"]
        with ThreadPoolExecutor(times) as pool:
            attempts = list(pool.map(lambda _: self._carry(message, key), range(times)))
        with self._store.transaction() as db:
            for attempt in attempts:
                _note(db, message["seq"], attempt)
            if any(not attempt.reason for attempt in attempts):
                _settle(db, message["seq"], "SENT", {"numRetries": message["failures"]})
        return attempts

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._store.changed.clear()
            try:
                for message in self._take_due(limit=MOST_IN_FLIGHT):
                    self._pool.submit(self._attempt, message)
                wait_seconds = self._seconds_until_next()
            except sqlite3.Error:
                LOG.exception("The store could not be used; the sender tries again in a second.")
                wait_seconds = 1.0
            self._store.changed.wait(wait_seconds)

    def _take_due(self, limit: int) -> list[sqlite3.Row]:
        query = "SELECT * FROM messages WHERE next_attempt_at <= ? ORDER BY next_attempt_at, seq LIMIT ?"
        with self._guard:
            free = max(limit - len(self._in_flight), 0)
            with self._store.reading() as db:
                rows = db.execute(query, (time.time(), limit + len(self._in_flight))).fetchall()
            due = [row for row in rows if row["seq"] not in self._in_flight][:free]
            self._in_flight.update(row["seq"] for row in due)
        return due

    def _seconds_until_next(self) -> float:
        with self._guard:
            busy = set(self._in_flight)
        if len(busy) >= MOST_IN_FLIGHT:
            return LONGEST_WAIT_SECONDS  # the next attempt to end wakes us
        query = "SELECT seq, next_attempt_at FROM messages WHERE next_attempt_at IS NOT NULL ORDER BY 2 LIMIT ?"
        with self._store.reading() as db:
            rows = db.execute(query, (len(busy) + 1,)).fetchall()
        seconds = (row["next_attempt_at"] - time.time() for row in rows if row["seq"] not in busy)
        return max(min(seconds, default=LONGEST_WAIT_SECONDS), 0.0)

    def _attempt(self, message: sqlite3.Row) -> None:
        try:
            if message["state"] != "SENT":
                with self._store.transaction() as db:
                    _set_state(db, message["seq"], "SENDING")
            attempt = self._carry(message, message["idempotency_key"])
            with self._store.transaction() as db:
                _note(db, message["seq"], attempt)
                self._plan_next(db, message, attempt)
        except Exception:  # a lost thread would leave the message in flight for ever
            LOG.exception("Message %s could not be attempted.", message["key"])
        finally:
            with self._guard:
                self._in_flight.discard(message["seq"])
            self._store.changed.set()

    def _carry(self, message: sqlite3.Row, key: str) -> Attempt:
        document = json.loads(message["document"])
        return self.courier.carry(document["destination"], document["body"].encode(), message["method"], key)

    def _plan_next(self, db: sqlite3.Connection, message: sqlite3.Row, attempt: Attempt) -> None:
        is_copy = message["state"] == "SENT"
        if is_copy or not attempt.reason:
            copies = message["copies_left"] - (1 if is_copy else 0)
            _settle(db, message["seq"], "SENT", {"sendDate": self._core.stamp(db), "numRetries": message["failures"]})
            if copies > 0:
                query = "UPDATE messages SET copies_left = ?, next_attempt_at = ? WHERE seq = ?"
                db.execute(query, (copies, time.time(), message["seq"]))
            return
        failures = message["failures"] + 1
        failure = {"failureReason": attempt.reason, "failureCause": str(attempt.status or "no answer")}
        if failures >= MOST_ATTEMPTS:
            _settle(db, message["seq"], "FAILED", {**failure, "numRetries": failures - 1})
            return
        _settle(db, message["seq"], "WAITING", {**failure, "numRetries": failures})
        due = attempt.at + self._core.settings.retry_seconds * 2 ** (failures - 1)
        query = "UPDATE messages SET failures = ?, next_attempt_at = ? WHERE seq = ?"
        db.execute(query, (failures, due, message["seq"]))


def queue_again(db: sqlite3.Connection, message: sqlite3.Row) -> None:
    """A manual resend: the same body under a new idempotency key; that the counter starts anew is unverified."""
    _settle(db, message["seq"], "QUEUED", {"numRetries": 0})
    db.execute(
        "UPDATE messages SET failures = 0, next_attempt_at = ?, idempotency_key = ? WHERE seq = ?",
        (time.time(), source.next_uuid(db), message["seq"]),
    )


def _settle(db: sqlite3.Connection, seq: int, state: str, said: Mapping[str, object]) -> None:
    """The state, in the column and in the document the log shows; nothing more is planned."""
    row = db.execute("SELECT document FROM messages WHERE seq = ?", (seq,)).fetchone()
    if row is None:  # emptied by a reset
        return
    document = json.loads(row["document"])
    if state in ("SENT", "QUEUED"):
        document.pop("failureReason", None)
        document.pop("failureCause", None)
    db.execute(
        "UPDATE messages SET document = ?, state = ?, next_attempt_at = NULL WHERE seq = ?",
        (to_json(document | said | {"state": state}), state, seq),
    )


def _set_state(db: sqlite3.Connection, seq: int, state: str) -> None:
    db.execute("UPDATE messages SET state = ? WHERE seq = ?", (state, seq))


def _note(db: sqlite3.Connection, seq: int, attempt: Attempt) -> None:
    insert(
        db,
        "attempts",
        message_seq=seq,
        at=attempt.at,
        status=attempt.status,
        reason=attempt.reason,
        idempotency_key=attempt.idempotency_key,
        milliseconds=attempt.milliseconds,
    )


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
