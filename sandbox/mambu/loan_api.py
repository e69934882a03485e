"""Loan accounts over HTTP, API v2."""

import sqlite3
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from sandbox.mambu import loans, paging, records
from sandbox.mambu.adjustments import reverse
from sandbox.mambu.core import Core
from sandbox.mambu.errors import Code, Refusal, invalid
from sandbox.mambu.faults import posted
from sandbox.mambu.loan_patch import patch
from sandbox.mambu.posting_input import notes_from
from sandbox.mambu.reading import body_of
from sandbox.mambu.records import Document
from sandbox.mambu.search import Searchable, search
from sandbox.mambu.transactions import Ledger, of_loan
from sandbox.mambu.wire import answer

FILTERS = {"accountState": "accountState", "accountHolderType": "accountHolderType", "branchId": "assignedBranchKey"}


def searchable(core: Core) -> Searchable:
    names = core.settings.names
    return Searchable(
        kind=loans.LOAN,
        fields=frozenset(
            {
                "id",
                "encodedKey",
                "accountHolderKey",
                "accountHolderId",
                "accountHolderType",
                "accountState",
                "accountSubState",
                "loanName",
                "loanAmount",
                "productTypeKey",
                "creationDate",
                "lastModifiedDate",
                "closedDate",
                "approvedDate",
                "totalDue",
            }
        ),
        sets={names.loan_set: set(names.loan_fields.values())},
        paths={"totalDue": ("balances", "totalBalance")},
        made_up={"accountHolderId": _holder_id},
    )


def blueprint(core: Core) -> Blueprint:
    door = Blueprint("loans", __name__, url_prefix="/api")
    what = searchable(core)

    @door.get("/loans/<id_or_key>")
    def one(id_or_key: str) -> Response:
        full = paging.wants_full()
        with core.store.reading() as db:
            return answer(records.shown(loans.found(db, id_or_key), full=full))

    @door.get("/loans")
    def every() -> Response:
        wanted = {field: request.args[name] for name, field in FILTERS.items() if name in request.args}
        with core.store.reading() as db:
            rows = [
                row
                for row in records.every(db, loans.LOAN)
                if all(row.get(field) == value for field, value in wanted.items())
                and request.args.get("accountHolderId") in (None, _holder_id(db, row))
            ]
        return paging.page_answer(rows)

    @door.post("/loans:search")
    def found() -> Response:
        body = body_of(request)
        with core.store.reading() as db:
            rows = search(db, what, body, core.now(db).date())
        return paging.page_answer(rows, with_cursor=True)

    @door.patch("/loans/<id_or_key>")
    def changed(id_or_key: str) -> Response:
        operations = body_of(request)
        with core.store.transaction() as db:
            patch(core, db, loans.found(db, id_or_key), operations)
        return Response(status=204)

    @door.post("/loans/<id_or_key>:changeState")
    def moved(id_or_key: str) -> Response:
        def effect(db: sqlite3.Connection, body: dict[str, Any]) -> Response:
            loan = loans.found(db, id_or_key)
            loans.change_state(core, db, loan, body.get("action"))
            if body.get("action") == "CLOSE":
                Ledger(core, db).close(loan, "CLOSED", "REPAID", notes_from(body.get("notes")) or "")
            return answer(records.shown(loan, full=False))

        return _posted(effect)

    @door.post("/loans/<id_or_key>:writeOff")
    def written_off(id_or_key: str) -> Response:
        def effect(db: sqlite3.Connection, body: dict[str, Any]) -> Response:
            write_off(core, db, loans.found(db, id_or_key), notes_from(body.get("notes")) or "")
            return Response(status=204)

        return _posted(effect)

    @door.post("/loans/<id_or_key>:undoWriteOff")
    def taken_back(id_or_key: str) -> Response:
        def effect(db: sqlite3.Connection, body: dict[str, Any]) -> Response:
            undo_write_off(core, db, loans.found(db, id_or_key), notes_from(body.get("notes")) or "")
            return Response(status=204)

        return _posted(effect)

    def _posted(effect: Callable[[sqlite3.Connection, dict[str, Any]], Response]) -> Response:
        body = body_of(request)
        if not isinstance(body, dict):
            raise invalid("the body must be an object")
        return posted(core, request, lambda db: effect(db, body))

    return door


def write_off(core: Core, db: sqlite3.Connection, loan: Document, notes: str) -> None:
    """Raises Refusal when the loan is not open."""
    if loan["accountState"] not in loans.OPEN:
        raise Refusal(Code.INVALID_ACCOUNT_STATE, f"the loan is {loan['accountState']}")
    ledger, owed = Ledger(core, db), loans.balance(loan)
    loans.set_balance(loan, owed - owed)
    ledger.add(loan, "WRITE_OFF", owed)
    ledger.close(loan, "CLOSED_WRITTEN_OFF", "WRITTEN_OFF", notes)
    loans.save(core, db, loan)


def undo_write_off(core: Core, db: sqlite3.Connection, loan: Document, notes: str) -> None:
    """Raises Refusal when the loan is not written off."""
    if loan["accountState"] != "CLOSED_WRITTEN_OFF":
        raise Refusal(Code.INVALID_ACCOUNT_STATE, f"the loan is {loan['accountState']}")
    loans.set_state(loan, "ACTIVE", None, core.stamp(db))
    written_off = [row for row in of_loan(db, loan) if row["type"] == "WRITE_OFF"]
    if written_off:
        reverse(core, db, loan, written_off[-1], notes)
    loans.save(core, db, loan)


def _holder_id(db: sqlite3.Connection, loan: Document) -> Any:
    holder = records.find(db, loan["accountHolderType"], loan["accountHolderKey"])
    return holder and holder["id"]
