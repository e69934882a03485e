"""Everything the bank remembers."""

from pathlib import Path

from sandbox.sqlite import Store

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


def open_store(folder: Path) -> Store:
    """The store in this folder, as it was left."""
    return Store(folder / "clearbank.sqlite3", TABLES, INDEXES)
