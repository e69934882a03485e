"""The memory of a simulator: one SQLite file that survives kill -9 of its process."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


class Store:
    """One connection behind one lock: a simulator needs order more than speed.

    `tables`: name -> columns; `indexes`: name -> what it is on. Both come from code, never from a request.
    """

    def __init__(self, path: Path, tables: Mapping[str, str], indexes: Mapping[str, str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.changed = threading.Event()  # set after every commit; a sender waits for it
        self._tables = tables
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")  # safe against a killed process, not a lost machine
        for name, columns in tables.items():
            self._db.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
        for name, columns in indexes.items():
            self._db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; wakes the sender. Not re-entrant: functions inside take the connection."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        self.changed.set()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            yield self._db

    def empty(self, db: sqlite3.Connection) -> None:
        """Forget everything, inside a transaction."""
        for table in self._tables:
            db.execute(f"DELETE FROM {table}")  # noqa: S608 (names from code)

    def close(self) -> None:
        with self._lock:
            self._db.close()


def insert(db: sqlite3.Connection, table: str, **columns: object) -> int:
    """Insert one row, return its rowid. Table and column names come from code, never from a request."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    cursor = db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))  # noqa: S608
    return int(cursor.lastrowid or 0)
