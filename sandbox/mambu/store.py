"""Everything the core remembers, in one SQLite file that survives kill -9 of the process."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Times are seconds since 1970 (UTC). `document`, `value`, `match` and `detail` are JSON.
# AUTOINCREMENT where work under way may outlive a reset: its number is never given to something else.
TABLES = {
    "source": "seed INTEGER NOT NULL, drawn INTEGER NOT NULL",
    "switches": "name TEXT PRIMARY KEY, value TEXT NOT NULL",
    "records": """
        seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL,
        parent_key TEXT, external_id TEXT, document TEXT NOT NULL,
        UNIQUE (kind, key), UNIQUE (kind, id), UNIQUE (kind, external_id)""",
    "idempotency": "key TEXT PRIMARY KEY, request TEXT NOT NULL, at REAL NOT NULL, status INTEGER, body TEXT",
    "messages": """
        seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, document TEXT NOT NULL,
        transaction_key TEXT, loan_key TEXT NOT NULL, loan_id TEXT NOT NULL, state TEXT NOT NULL,
        method TEXT NOT NULL, idempotency_key TEXT NOT NULL, next_attempt_at REAL, failures INTEGER NOT NULL,
        copies_left INTEGER NOT NULL""",
    "attempts": """
        seq INTEGER PRIMARY KEY, message_seq INTEGER NOT NULL, at REAL NOT NULL, status INTEGER, reason TEXT NOT NULL,
        idempotency_key TEXT NOT NULL, milliseconds INTEGER NOT NULL""",
    "faults": """
        seq INTEGER PRIMARY KEY, area TEXT NOT NULL, kind TEXT NOT NULL, match TEXT NOT NULL,
        detail TEXT NOT NULL, times_left INTEGER""",
    "requests": """
        seq INTEGER PRIMARY KEY, method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL,
        idempotency_key TEXT, body TEXT NOT NULL, status INTEGER NOT NULL, at REAL NOT NULL""",
}
INDEXES = {
    "records_by_parent": "records (kind, parent_key)",
    "messages_by_next_attempt_at": "messages (next_attempt_at)",
    "messages_by_loan": "messages (loan_key)",
    "attempts_by_message": "attempts (message_seq)",
    "idempotency_by_at": "idempotency (at)",
    "requests_by_path": "requests (path)",
}


class Store:
    """One connection behind one lock: a simulator needs order more than speed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.changed = threading.Event()  # set after every commit; the sender waits for it
        self._lock = threading.Lock()
        self._db = sqlite3.connect(folder / "mambu.sqlite3", isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")  # safe against a killed process, not a lost machine
        for name, columns in TABLES.items():
            self._db.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
        for name, columns in INDEXES.items():
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

    def close(self) -> None:
        with self._lock:
            self._db.close()


def insert(db: sqlite3.Connection, table: str, **columns: object) -> int:
    """Insert one row, return its rowid. Table and column names come from code, never from a request."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    cursor = db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))  # noqa: S608
    return int(cursor.lastrowid or 0)


def empty(db: sqlite3.Connection) -> None:
    for table in TABLES:
        db.execute(f"DELETE FROM {table}")  # noqa: S608 (names from the constant above)
