"""Loan accounts: how they are made, their balance and the states they go through."""

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.mambu import custom_fields, holders, records, source
from sandbox.mambu.core import Core
from sandbox.mambu.errors import Code, Refusal, invalid
from sandbox.mambu.records import Document

LOAN = "LOAN"
OPEN = ("ACTIVE", "ACTIVE_IN_ARREARS")
CLOSED = ("CLOSED", "CLOSED_WRITTEN_OFF", "CLOSED_REJECTED")
STATES = ("PARTIAL_APPLICATION", "PENDING_APPROVAL", "APPROVED", *OPEN, *CLOSED)

# action of :changeState -> (states it may start from, state it leads to, sub-state)
ACTIONS: Mapping[str, tuple[tuple[str, ...], str, str | None]] = {
    "REQUEST_APPROVAL": (("PARTIAL_APPLICATION",), "PENDING_APPROVAL", None),
    "SET_INCOMPLETE": (("PENDING_APPROVAL",), "PARTIAL_APPLICATION", None),
    "APPROVE": (("PENDING_APPROVAL",), "APPROVED", None),
    "UNDO_APPROVE": (("APPROVED",), "PENDING_APPROVAL", None),
    "REJECT": (("PARTIAL_APPLICATION", "PENDING_APPROVAL", "APPROVED"), "CLOSED_REJECTED", "REJECTED"),
    "WITHDRAW": (("PARTIAL_APPLICATION", "PENDING_APPROVAL", "APPROVED"), "CLOSED", "WITHDRAWN"),
    "CLOSE": (OPEN, "CLOSED", "REPAID"),
    "UNDO_REJECT": (("CLOSED_REJECTED",), "PENDING_APPROVAL", None),
    "UNDO_WITHDRAW": (("CLOSED",), "PENDING_APPROVAL", None),
    "UNDO_CLOSE": (("CLOSED",), "ACTIVE", None),
}
_SUB_STATE_BEFORE = {"UNDO_WITHDRAW": "WITHDRAWN", "UNDO_CLOSE": "REPAID"}


def found(db: sqlite3.Connection, id_or_key: str) -> Document:
    """Raises Refusal 404."""
    loan = records.find(db, LOAN, id_or_key)
    if loan is None:
        raise Refusal(Code.INVALID_LOAN_ACCOUNT_ID, f"there is no loan {id_or_key}", 404)
    return loan


def save(core: Core, db: sqlite3.Connection, loan: Document) -> None:
    loan["lastModifiedDate"] = core.stamp(db)
    records.save(db, LOAN, loan)


def balance(loan: Document) -> Decimal:
    """What is still owed: principal alone, the sandbox knows no interest."""
    return Decimal(loan["balances"]["principalBalance"])


def set_balance(loan: Document, amount: Decimal) -> None:
    loan["balances"] = {"principalBalance": amount, "totalBalance": amount}


def disbursed(loan: Document) -> Decimal:
    return Decimal(loan["sandbox"]["disbursed"])


def set_state(loan: Document, state: str, sub_state: str | None, stamp: str) -> None:
    loan["accountState"] = state
    loan.pop("accountSubState", None)
    loan.pop("closedDate", None)
    if sub_state:
        loan["accountSubState"] = sub_state
    if state in CLOSED:
        loan["closedDate"] = stamp


def change_state(core: Core, db: sqlite3.Connection, loan: Document, action: Any) -> None:
    """Raises Refusal when the action is none or the loan's state does not allow it."""
    if action not in ACTIONS:
        raise invalid(f"action must be one of {', '.join(ACTIONS)}")
    starts, state, sub_state = ACTIONS[action]
    needed = _SUB_STATE_BEFORE.get(action)
    if loan["accountState"] not in starts or (needed and loan.get("accountSubState") != needed):
        raise Refusal(Code.INVALID_ACCOUNT_STATE, f"{action} is not possible in state {loan['accountState']}")
    if action == "CLOSE" and balance(loan) != 0:
        raise Refusal(Code.INVALID_ACCOUNT_STATE, "a loan with a balance cannot be closed")
    set_state(loan, state, sub_state, core.stamp(db))
    save(core, db, loan)


def add(core: Core, db: sqlite3.Connection, given: Mapping[str, Any]) -> Document:
    """A new loan as the control door describes it, in any state. Raises Refusal."""
    holder = _holder(core, db, given["holderType"], given["holder"])
    owed = Decimal(given["balance"] if given["balance"] is not None else _first_balance(given))
    names, now = core.settings.names, core.stamp(db)
    loan: Document = {
        "encodedKey": source.next_key(db),
        "id": given["id"] or f"LN{records.count(db, LOAN) + 1:04}{source.next_digits(db, 3)}",
        "loanName": given["loanName"] or "Term loan",
        "accountHolderType": given["holderType"],
        "accountHolderKey": holder["encodedKey"],
        "loanAmount": Decimal(given["amount"]),
        "currency": {"code": given["currency"]},
        "productTypeKey": source.next_key(db),
        "assignedBranchKey": source.next_key(db),
        "disbursementDetails": {},
        "futurePaymentsAcceptance": "ACCEPT_OVERPAYMENTS" if given["acceptsOverpayments"] else "NO_FUTURE_PAYMENTS",
        "creationDate": now,
        "lastModifiedDate": now,
        "approvedDate": now,
        "sandbox": {
            "revolving": given["revolving"],
            "partialDisbursements": given["partialDisbursements"],
            "tranches": given["tranches"],
            "disbursed": _disbursed(given, owed),
        },
    }
    set_state(loan, given["state"], given["subState"] or _sub_state(given["state"]), now)
    set_balance(loan, owed)
    if given["customFields"]:
        loan[names.loan_set] = custom_fields.named(given["customFields"], names.loan_fields, names.loan_set)
    records.add(db, LOAN, loan)
    return loan


def _first_balance(given: Mapping[str, Any]) -> str:
    return str(given["amount"]) if given["state"] in OPEN else "0"


def _disbursed(given: Mapping[str, Any], owed: Decimal) -> Decimal:
    if given["state"] in ("PARTIAL_APPLICATION", "PENDING_APPROVAL", "APPROVED"):
        return Decimal(0)
    return owed if given["subState"] == "PARTIALLY_DISBURSED" else Decimal(given["amount"])


def _sub_state(state: str) -> str | None:
    return {"CLOSED": "REPAID", "CLOSED_WRITTEN_OFF": "WRITTEN_OFF", "CLOSED_REJECTED": "REJECTED"}.get(state)


def _holder(core: Core, db: sqlite3.Connection, kind: str, given: Any) -> Document:
    if isinstance(given, str):
        return holders.found(db, kind, given)
    if not isinstance(given, dict | None):
        raise invalid("holder must be an id or an object")
    return holders.add(core, db, kind, given or {})
