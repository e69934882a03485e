"""Everything that arrived, and the answers still to give, in one SQLite file that survives kill -9 of the process."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# `query`, `headers` and `detail` are JSON; `at` is seconds since 1970 (UTC); `times_left` NULL means for ever.
TABLES = {
    "arrivals": """
        seq INTEGER PRIMARY KEY, sink TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL,
        headers TEXT NOT NULL, body BLOB NOT NULL, at REAL NOT NULL""",
    "plans": "seq INTEGER PRIMARY KEY, sink TEXT NOT NULL, detail TEXT NOT NULL, times_left INTEGER",
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


class Store:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(folder / "sinks.sqlite3", isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        for name, columns in TABLES.items():
            self._db.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
        self._db.execute("CREATE INDEX IF NOT EXISTS arrivals_by_sink ON arrivals (sink)")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def record(self, sink: str, arrival: Arrival) -> int:
        """Returns its number among all arrivals."""
        query = "INSERT INTO arrivals (sink, method, path, query, headers, body, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        words = (json.dumps(arrival.query), json.dumps(dict(arrival.headers)), arrival.body, arrival.at)
        with self._transaction() as db:
            return int(db.execute(query, (sink, arrival.method, arrival.path, *words)).lastrowid or 0)

    def arrivals(self, sink: str) -> list[Arrival]:
        """Oldest first."""
        with self._transaction() as db:
            rows = db.execute("SELECT * FROM arrivals WHERE sink = ? ORDER BY seq", (sink,)).fetchall()
        return [_arrival(row) for row in rows]

    def counts(self) -> dict[str, int]:
        with self._transaction() as db:
            return dict(db.execute("SELECT sink, count(*) FROM arrivals GROUP BY sink ORDER BY sink").fetchall())

    def plan(self, sink: str, detail: Mapping[str, Any], times: int | None) -> None:
        query = "INSERT INTO plans (sink, detail, times_left) VALUES (?, ?, ?)"
        with self._transaction() as db:
            db.execute(query, (sink, json.dumps(detail), times))

    def take_plan(self, sink: str) -> dict[str, Any]:
        """The oldest answer planned that is not used up, or an empty one."""
        query = "SELECT * FROM plans WHERE sink = ? AND (times_left IS NULL OR times_left > 0) ORDER BY seq LIMIT 1"
        with self._transaction() as db:
            row = db.execute(query, (sink,)).fetchone()
            if row is None:
                return {}
            db.execute("UPDATE plans SET times_left = times_left - 1 WHERE seq = ?", (row["seq"],))
            detail: dict[str, Any] = json.loads(row["detail"])
            return detail

    def empty(self) -> None:
        with self._transaction() as db:
            for table in TABLES:
                db.execute(f"DELETE FROM {table}")  # noqa: S608 (names from the constant above)

    def close(self) -> None:
        with self._lock:
            self._db.close()


def _arrival(row: sqlite3.Row) -> Arrival:
    query = [(name, value) for name, value in json.loads(row["query"])]
    return Arrival(row["method"], row["path"], query, json.loads(row["headers"]), row["body"], row["at"])
