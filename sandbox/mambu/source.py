"""Where every made-up value comes from: one seeded sequence, remembered, so a story plays the same twice."""

import hashlib
import sqlite3
import uuid


def seed(db: sqlite3.Connection, value: int) -> None:
    db.execute("DELETE FROM source")
    db.execute("INSERT INTO source (seed, drawn) VALUES (?, 0)", (value,))


def _draw(db: sqlite3.Connection) -> bytes:
    start, drawn = db.execute("UPDATE source SET drawn = drawn + 1 RETURNING seed, drawn").fetchone()
    return hashlib.sha256(f"mambu:{start}:{drawn}".encode()).digest()


def next_key(db: sqlite3.Connection) -> str:
    """An encoded key: 32 hexadecimal characters."""
    return _draw(db)[:16].hex()


def next_uuid(db: sqlite3.Connection) -> str:
    return str(uuid.UUID(bytes=_draw(db)[:16], version=4))


def next_digits(db: sqlite3.Connection, length: int) -> str:
    return str(int.from_bytes(_draw(db)[:16]))[-length:].zfill(length)
