"""PATCH of a loan: name, notes and custom fields; the rest of a loan past approval is not editable."""

import sqlite3
from collections.abc import Collection
from typing import Any

from sandbox.mambu import custom_fields, loans, records
from sandbox.mambu.core import Core
from sandbox.mambu.errors import Code, Refusal, invalid
from sandbox.mambu.posting_input import notes_from
from sandbox.mambu.records import Document

NATIVE = ("loanName", "notes")
OPERATIONS = ("ADD", "REPLACE", "REMOVE")


def patch(core: Core, db: sqlite3.Connection, loan: Document, operations: Any) -> None:
    """All operations or none. Raises Refusal. Lower-case operations work too, as working clients send them."""
    if not isinstance(operations, list) or not operations:
        raise invalid("the body must be an array of operations")
    names = core.settings.names
    for operation in operations:
        op, path = _read(operation)
        if path[0] in NATIVE and len(path) == 1:
            _native(loan, op, path[0], operation.get("value"))
        elif path[0] != names.loan_set:
            code = Code.INVALID_CUSTOM_FIELD_SET_ID if path[0].startswith("_") else Code.INVALID_PARAMETERS
            raise Refusal(code, f"{operation['path']} cannot be changed")
        else:
            _custom(loan, op, path, operation.get("value"), set(names.loan_fields.values()))
    _check_unique(db, loan, names.loan_set, names.loan_fields["virtualAccountId"])
    loans.save(core, db, loan)


def _read(operation: Any) -> tuple[str, list[str]]:
    if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
        raise invalid("every operation needs op and path")
    op, path = str(operation.get("op")).upper(), operation["path"]
    if op not in OPERATIONS:
        raise invalid(f"op must be one of {', '.join(OPERATIONS)}")
    if not path.startswith("/"):
        raise invalid(f"path must begin with a slash: {path}")
    return op, path[1:].split("/")


def _native(loan: Document, op: str, name: str, value: Any) -> None:
    if op == "REMOVE":
        loan.pop(name, None)
    else:
        loan[name] = notes_from(value) or ""


def _custom(loan: Document, op: str, path: list[str], value: Any, known: Collection[str]) -> None:
    """REPLACE of an absent field and REMOVE of one: unverified, both go through here."""
    set_id, *rest = path
    if len(rest) > 1:
        raise invalid(f"{set_id} is no grouped set")
    values = dict(loan.get(set_id, {}))
    if not rest:
        values = {} if op == "REMOVE" else custom_fields.check_values(value, known, set_id)
    else:
        custom_fields.check_field(rest[0], known, set_id)
        if op == "REMOVE":
            values.pop(rest[0], None)
        else:
            values[rest[0]] = custom_fields.check_value(value, "/".join(path))
    loan.pop(set_id, None)
    if values:
        loan[set_id] = values


def _check_unique(db: sqlite3.Connection, loan: Document, set_id: str, field: str) -> None:
    value = loan.get(set_id, {}).get(field)
    others = records.having(db, loans.LOAN, (set_id, field), value) if value else []
    if any(other["encodedKey"] != loan["encodedKey"] for other in others):
        raise Refusal(Code.DUPLICATE_UNIQUE_VALUE, f"{set_id}.{field}")
