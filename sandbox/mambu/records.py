"""Clients, groups, loans, transactions and tasks as documents: each is stored as Mambu would answer it.

What only the sandbox knows of a record lies under its key `sandbox` and never leaves through the API.
"""

import sqlite3
from typing import Any

from sandbox.mambu.wire import from_json, to_json
from sandbox.sqlite import insert

Document = dict[str, Any]


def add(db: sqlite3.Connection, kind: str, document: Document, parent_key: str | None = None) -> None:
    """Raises sqlite3.IntegrityError when its key, id or external id is taken."""
    insert(
        db,
        "records",
        kind=kind,
        key=document["encodedKey"],
        id=str(document["id"]),
        parent_key=parent_key,
        external_id=document.get("externalId"),
        document=to_json(document),
    )


def save(db: sqlite3.Connection, kind: str, document: Document) -> None:
    db.execute(
        "UPDATE records SET document = ? WHERE kind = ? AND key = ?",
        (to_json(document), kind, document["encodedKey"]),
    )


def find(db: sqlite3.Connection, kind: str, id_or_key: str) -> Document | None:
    """Paths of Mambu take the readable id or the 32-hex encoded key."""
    row = db.execute(
        "SELECT document FROM records WHERE kind = ? AND key = ?"
        " UNION ALL SELECT document FROM records WHERE kind = ? AND id = ?",
        (kind, id_or_key, kind, id_or_key),
    ).fetchone()
    return None if row is None else from_json(row["document"])


def every(db: sqlite3.Connection, kind: str, parent_key: str | None = None) -> list[Document]:
    """All of a kind, or those of one parent, oldest first."""
    where, values = ("", ()) if parent_key is None else (" AND parent_key = ?", (parent_key,))
    rows = db.execute(f"SELECT document FROM records WHERE kind = ?{where} ORDER BY seq", (kind, *values))  # noqa: S608
    return [from_json(row["document"]) for row in rows]


def having(db: sqlite3.Connection, kind: str, path: tuple[str, ...], value: str) -> list[Document]:
    """Those whose text at this path equals the value, whatever its case; the path is made of known field ids."""
    where = "$" + "".join(f'."{name}"' for name in path)
    rows = db.execute(
        "SELECT document FROM records WHERE kind = ? AND json_extract(document, ?) = ? COLLATE NOCASE ORDER BY seq",
        (kind, where, value),
    )
    return [from_json(row["document"]) for row in rows]


def is_external_id_known(db: sqlite3.Connection, kind: str, external_id: str) -> bool:
    query = "SELECT 1 FROM records WHERE kind = ? AND external_id = ?"
    return db.execute(query, (kind, external_id)).fetchone() is not None


def count(db: sqlite3.Connection, kind: str) -> int:
    return int(db.execute("SELECT count(*) FROM records WHERE kind = ?", (kind,)).fetchone()[0])


def shown(document: Document, *, full: bool) -> Document:
    """As the API answers it: BASIC hides custom fields, addresses and other related objects."""
    hidden = {"sandbox"} if full else {"sandbox", "addresses", "idDocuments", "groupMembers"}
    return {
        name: value for name, value in document.items() if name not in hidden and (full or not name.startswith("_"))
    }
