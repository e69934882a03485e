"""Everything the core remembers."""

from pathlib import Path

from sandbox.sqlite import Store

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


def open_store(folder: Path) -> Store:
    """The store in this folder, as it was left."""
    return Store(folder / "mambu.sqlite3", TABLES, INDEXES)
