"""Everything that arrived, and the answers still to give."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.sqlite import Store

# `query`, `headers` and `detail` are JSON; `at` is seconds since 1970 (UTC); `times_left` NULL means for ever.
TABLES = {
    "arrivals": """
        seq INTEGER PRIMARY KEY, sink TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL,
        headers TEXT NOT NULL, body BLOB NOT NULL, at REAL NOT NULL""",
    "plans": "seq INTEGER PRIMARY KEY, sink TEXT NOT NULL, detail TEXT NOT NULL, times_left INTEGER",
    "tickets": "id INTEGER PRIMARY KEY, key TEXT NOT NULL, body BLOB NOT NULL",
}


@dataclass(frozen=True)
class Arrival:
    """One request as it came."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    at: float

    def described(self) -> dict[str, Any]:
        """As the control door shows it; `json` is the parsed body, if it is JSON."""
        shown: dict[str, Any] = {
            "method": self.method,
            "path": self.path,
            "query": dict(self.query),
            "headers": dict(self.headers),
            "body": self.body.decode(errors="replace"),
            "at": self.at,
        }
        try:
            return shown | {"json": json.loads(self.body)}
        except ValueError:
            return shown


@dataclass(frozen=True)
class Ticket:
    """A ticket of ZenDesk: its number, the Idempotency-Key it came under ("" for none), and the bytes."""

    id: int
    key: str
    body: bytes


class Arrivals:
    """What came, by sink, what is to be answered, and the tickets that were made of it."""

    def __init__(self, folder: Path) -> None:
        indexes = {"arrivals_by_sink": "arrivals (sink)"}
        self._store = Store(folder / "sinks.sqlite3", TABLES, indexes)

    def record(self, sink: str, arrival: Arrival) -> int:
        """Returns its number among all arrivals."""
        query = "INSERT INTO arrivals (sink, method, path, query, headers, body, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        words = (json.dumps(arrival.query), json.dumps(dict(arrival.headers)), arrival.body, arrival.at)
        with self._store.transaction() as db:
            return int(db.execute(query, (sink, arrival.method, arrival.path, *words)).lastrowid or 0)

    def of(self, sink: str) -> list[Arrival]:
        """Oldest first."""
        with self._store.transaction() as db:
            rows = db.execute("SELECT * FROM arrivals WHERE sink = ? ORDER BY seq", (sink,)).fetchall()
        return [_arrival(row) for row in rows]

    def counts(self) -> dict[str, int]:
        with self._store.transaction() as db:
            return dict(db.execute("SELECT sink, count(*) FROM arrivals GROUP BY sink ORDER BY sink").fetchall())

    def plan(self, sink: str, detail: Mapping[str, Any], times: int | None) -> None:
        query = "INSERT INTO plans (sink, detail, times_left) VALUES (?, ?, ?)"
        with self._store.transaction() as db:
            db.execute(query, (sink, json.dumps(detail), times))

    def take_plan(self, sink: str) -> dict[str, Any]:
        """The oldest answer planned that is not used up, or an empty one."""
        query = "SELECT * FROM plans WHERE sink = ? AND (times_left IS NULL OR times_left > 0) ORDER BY seq LIMIT 1"
        with self._store.transaction() as db:
            row = db.execute(query, (sink,)).fetchone()
            if row is None:
                return {}
            db.execute("UPDATE plans SET times_left = times_left - 1 WHERE seq = ?", (row["seq"],))
            detail: dict[str, Any] = json.loads(row["detail"])
            return detail

    def keep(self, ticket: Ticket) -> Ticket:
        """The ticket that was kept under the same key before, if there is one, else this one."""
        with self._store.transaction() as db:
            row = db.execute("SELECT id, key, body FROM tickets WHERE key = ? AND key <> ''", (ticket.key,)).fetchone()
            if row:
                return Ticket(row["id"], row["key"], row["body"])
            query = "INSERT INTO tickets (id, key, body) VALUES (?, ?, ?)"
            db.execute(query, (ticket.id, ticket.key, ticket.body))
        return ticket

    def tickets(self) -> list[Ticket]:
        """Oldest first."""
        with self._store.transaction() as db:
            rows = db.execute("SELECT id, key, body FROM tickets ORDER BY id").fetchall()
        return [Ticket(row["id"], row["key"], row["body"]) for row in rows]

    def empty(self) -> None:
        with self._store.transaction() as db:
            self._store.empty(db)

    def close(self) -> None:
        self._store.close()


def _arrival(row: sqlite3.Row) -> Arrival:
    query = [(name, value) for name, value in json.loads(row["query"])]
    return Arrival(row["method"], row["path"], query, json.loads(row["headers"]), row["body"], row["at"])
