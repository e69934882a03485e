"""The webhook sender: at least once, in any order, every RETRY_SECONDS until a good answer or the 96th failure."""

import json
import logging
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from sandbox.clearbank import steps
from sandbox.clearbank.attempts import Attempt, Courier
from sandbox.clearbank.bank import Bank
from sandbox.clearbank.wire import timestamp
from sandbox.sqlite import insert

LOG = logging.getLogger(__name__)
MOST_IN_FLIGHT = 8
MOST_FAILURES = 96  # every 15 minutes for 24 hours
LONGEST_WAIT_SECONDS = 60.0


class Sender:
    """Takes due steps and sends due webhooks; what is in flight when the process dies is sent again."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._store = bank.store
        self.courier = Courier(bank)
        self._pool = ThreadPoolExecutor(MOST_IN_FLIGHT, "webhook")
        self._in_flight: set[int] = set()
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhook-sender", daemon=True)

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
        """Once, here and now: take due steps, attempt due webhooks. Returns how many were attempted."""
        steps.run_due(self._store, time.time())
        due = self._take_due(limit=10_000)
        list(self._pool.map(self._attempt, due))
        return len(due)

    def resend(self, webhook_id: str, times: int) -> list[Attempt]:
        """Send copies at once, also of a delivered webhook. Raises LookupError."""
        with self._store.reading() as db:
            webhook = db.execute("SELECT * FROM webhooks WHERE id = ?", (webhook_id,)).fetchone()
        if webhook is None:
            raise LookupError(f"There is no webhook {webhook_id}.")
        with ThreadPoolExecutor(times) as pool:
            attempts = list(pool.map(self._carry, [webhook] * times))
        with self._store.transaction() as db:
            for attempt in attempts:
                _note(db, webhook["seq"], attempt)
            if any(not attempt.reason for attempt in attempts):
                _finish_waiting(db, webhook["seq"])
        return attempts

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._store.changed.clear()
            try:
                wait_seconds = self._round()
            except sqlite3.Error:
                LOG.exception("The store could not be used; the sender tries again in a second.")
                wait_seconds = 1.0
            self._store.changed.wait(wait_seconds)

    def _round(self) -> float:
        """Hand what is due to the pool; returns the seconds until the next is due."""
        steps.run_due(self._store, time.time())
        for webhook in self._take_due(limit=MOST_IN_FLIGHT):
            self._pool.submit(self._attempt, webhook)
        return self._seconds_until_next()

    def _take_due(self, limit: int) -> list[sqlite3.Row]:
        query = "SELECT * FROM webhooks WHERE next_attempt_at <= ? ORDER BY next_attempt_at, seq LIMIT ?"
        with self._guard:
            free = limit - len(self._in_flight)
            with self._store.reading() as db:
                rows = db.execute(query, (time.time(), limit + len(self._in_flight))).fetchall()
            due = [row for row in rows if row["seq"] not in self._in_flight][: max(free, 0)]
            self._in_flight.update(row["seq"] for row in due)
        return due

    def _seconds_until_next(self) -> float:
        with self._guard:
            if len(self._in_flight) >= MOST_IN_FLIGHT:
                return LONGEST_WAIT_SECONDS  # the next attempt to end wakes us
            busy = set(self._in_flight)
        query = "SELECT seq, next_attempt_at FROM webhooks WHERE next_attempt_at IS NOT NULL ORDER BY 2 LIMIT ?"
        with self._store.reading() as db:
            waiting = db.execute(query, (len(busy) + 1,)).fetchall()
            moments = [steps.next_due(db), *(row["next_attempt_at"] for row in waiting if row["seq"] not in busy)]
        seconds = (moment - time.time() for moment in moments if moment is not None)
        return max(min(seconds, default=LONGEST_WAIT_SECONDS), 0.0)

    def _attempt(self, webhook: sqlite3.Row) -> None:
        try:
            is_copy = webhook["state"] == "delivered"
            lost = webhook["losses_left"] > 0 and not is_copy
            attempt = Attempt(time.time(), "Connection", 0) if lost else self._carry(webhook)
            with self._store.transaction() as db:
                _note(db, webhook["seq"], attempt)
                self._plan_next(db, webhook, attempt, is_copy=is_copy)
        except Exception:  # a lost thread would leave the webhook in flight for ever
            LOG.exception("Webhook %s could not be attempted.", webhook["id"])
        finally:
            with self._guard:
                self._in_flight.discard(webhook["seq"])
            self._store.changed.set()

    def _carry(self, webhook: sqlite3.Row) -> Attempt:
        headers = {"x-delivery-attempt": str(webhook["failures"] + 1)}
        if webhook["failures"] and webhook["state"] == "waiting":  # absent on the first attempt and on duplicates
            headers["x-retry-reason"] = self._last_reason(webhook["seq"])
        return self.courier.carry(webhook["body"].encode(), webhook["nonce"], headers, webhook["signature"])

    def _last_reason(self, seq: int) -> str:
        query = "SELECT reason FROM attempts WHERE webhook_seq = ? AND NOT ok ORDER BY seq DESC LIMIT 1"
        with self._store.reading() as db:
            row = db.execute(query, (seq,)).fetchone()
        return row["reason"] if row else "Connection"

    def _plan_next(self, db: sqlite3.Connection, webhook: sqlite3.Row, attempt: Attempt, *, is_copy: bool) -> None:
        if is_copy or not attempt.reason:
            copies = webhook["copies_left"] - (1 if is_copy else 0)
            db.execute(
                "UPDATE webhooks SET state = 'delivered', copies_left = ?, next_attempt_at = ? WHERE seq = ?",
                (copies, time.time() if copies > 0 else None, webhook["seq"]),
            )
            return
        failures = webhook["failures"] + 1
        over = failures >= MOST_FAILURES
        db.execute(
            "UPDATE webhooks SET failures = ?, losses_left = max(losses_left - 1, 0), state = ?, next_attempt_at = ?"
            " WHERE seq = ?",
            (
                failures,
                "given_up" if over else "waiting",
                None if over else attempt.at + self._bank.settings.retry_seconds,
                webhook["seq"],
            ),
        )


def _note(db: sqlite3.Connection, seq: int, attempt: Attempt) -> None:
    number = db.execute("SELECT count(*) FROM attempts WHERE webhook_seq = ?", (seq,)).fetchone()[0] + 1
    insert(
        db,
        "attempts",
        webhook_seq=seq,
        number=number,
        at=attempt.at,
        status=attempt.status,
        ok=not attempt.reason,
        reason=attempt.reason,
        milliseconds=attempt.milliseconds,
    )


def _finish_waiting(db: sqlite3.Connection, seq: int) -> None:
    query = "UPDATE webhooks SET state = 'delivered', next_attempt_at = NULL WHERE seq = ? AND state != 'delivered'"
    db.execute(query, (seq,))


def described(db: sqlite3.Connection, webhook: sqlite3.Row) -> dict[str, object]:
    """A webhook and its attempts as the control door shows them."""
    attempts = db.execute("SELECT * FROM attempts WHERE webhook_seq = ? ORDER BY seq", (webhook["seq"],)).fetchall()
    return {
        "id": webhook["id"],
        "type": webhook["type"],
        "version": webhook["version"],
        "body": webhook["body"],
        "nonce": webhook["nonce"],
        "state": webhook["state"],
        "subject": json.loads(webhook["subject"]),
        "attempts": [_described_attempt(row) for row in attempts],
    }


def _described_attempt(row: sqlite3.Row) -> dict[str, object]:
    said = {name: row[name] for name in ("number", "status", "reason", "milliseconds")}
    return said | {"at": timestamp(row["at"]), "ok": bool(row["ok"])}
