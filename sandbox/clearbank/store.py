"""Everything the bank remembers, in one SQLite file that survives kill -9 of the process."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Times are seconds since 1970 (UTC), amounts are pence, `match`, `subject` and `detail` are JSON objects.
# AUTOINCREMENT where work under way may outlive a reset: its number is never given to something else.
TABLES = {
    "source": "seed INTEGER NOT NULL, drawn INTEGER NOT NULL",
    "accounts": """
        id TEXT PRIMARY KEY, parent_id TEXT, name TEXT NOT NULL, label TEXT NOT NULL, iban TEXT NOT NULL UNIQUE,
        bban TEXT NOT NULL UNIQUE, external_id TEXT UNIQUE, status TEXT NOT NULL, balance_pence INTEGER NOT NULL,
        earmarked_pence INTEGER NOT NULL, legal_owner_type TEXT, relationship_type TEXT, created_at REAL NOT NULL,
        modified_at REAL NOT NULL""",
    "transactions": """
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL, end_to_end_id TEXT NOT NULL, direction TEXT NOT NULL,
        amount_pence INTEGER NOT NULL, scheme TEXT NOT NULL, status TEXT NOT NULL, is_return INTEGER NOT NULL,
        by_api INTEGER NOT NULL, account_id TEXT NOT NULL, account_iban TEXT NOT NULL,
        counterpart_iban TEXT NOT NULL, counterpart_bban TEXT NOT NULL, counterpart_name TEXT NOT NULL,
        reference TEXT NOT NULL, actual_end_to_end_id TEXT NOT NULL, returned_seq INTEGER, return_code TEXT,
        bacs_transaction_id TEXT, credit_account_id TEXT, created_at REAL NOT NULL, settled_at REAL,
        listed_at REAL""",
    "requests": """
        seq INTEGER PRIMARY KEY, method TEXT NOT NULL, path TEXT NOT NULL, request_id TEXT NOT NULL,
        status INTEGER NOT NULL, end_to_end_ids TEXT NOT NULL, at REAL NOT NULL""",
    "request_ids": "id TEXT PRIMARY KEY, at REAL NOT NULL",
    "steps": """
        seq INTEGER PRIMARY KEY AUTOINCREMENT, due_at REAL NOT NULL, kind TEXT NOT NULL, transaction_seq INTEGER,
        detail TEXT NOT NULL""",
    "rules": """
        seq INTEGER PRIMARY KEY, match TEXT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL,
        times_left INTEGER""",
    "faults": """
        seq INTEGER PRIMARY KEY, area TEXT NOT NULL, kind TEXT NOT NULL, match TEXT NOT NULL,
        detail TEXT NOT NULL, times_left INTEGER""",
    "delivery_rules": """
        seq INTEGER PRIMARY KEY, match TEXT NOT NULL, duplicates INTEGER NOT NULL, reorder_seconds REAL NOT NULL,
        lost INTEGER NOT NULL, times_left INTEGER""",
    "webhooks": """
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
        version INTEGER NOT NULL, body TEXT NOT NULL, nonce INTEGER NOT NULL, signature TEXT NOT NULL,
        subject TEXT NOT NULL, state TEXT NOT NULL, next_attempt_at REAL, failures INTEGER NOT NULL,
        copies_left INTEGER NOT NULL, losses_left INTEGER NOT NULL, created_at REAL NOT NULL""",
    "attempts": """
        seq INTEGER PRIMARY KEY, webhook_seq INTEGER NOT NULL, number INTEGER NOT NULL, at REAL NOT NULL,
        status INTEGER, ok INTEGER NOT NULL, reason TEXT NOT NULL, milliseconds INTEGER NOT NULL""",
}
INDEXES = {
    "transactions_by_end_to_end_id": "transactions (end_to_end_id)",
    "transactions_by_id": "transactions (id)",
    "steps_by_due_at": "steps (due_at)",
    "webhooks_by_next_attempt_at": "webhooks (next_attempt_at)",
    "attempts_by_webhook": "attempts (webhook_seq)",
    "request_ids_by_at": "request_ids (at)",
}


class Store:
    """One connection behind one lock: a simulator needs order more than speed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.changed = threading.Event()  # set after every commit; the sender waits for it
        self._lock = threading.Lock()
        self._db = sqlite3.connect(folder / "clearbank.sqlite3", isolation_level=None, check_same_thread=False)
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
