"""Taking postings back: each reversal is a transaction of its own that names what it reverses."""

import sqlite3
from decimal import Decimal
from typing import Any

from sandbox.mambu import loans, records
from sandbox.mambu.core import Core
from sandbox.mambu.dates import tenant_date_time
from sandbox.mambu.errors import Code, Refusal, invalid
from sandbox.mambu.posting_input import notes_from
from sandbox.mambu.records import Document
from sandbox.mambu.transactions import TRANSACTION, Ledger, is_open, of_loan

KNOWN = frozenset({"notes", "bookingDate", "installments"})


def adjust(core: Core, db: sqlite3.Connection, transaction: Document, body: Any) -> Document:
    """The new `..._ADJUSTMENT` transaction. Raises Refusal.

    Which of the two transactions Mambu's 200 shows is unverified; both name the other.
    """
    notes = _notes(core, transaction, body)
    _check_reversible(transaction)
    loan = loans.found(db, transaction["parentAccountKey"])
    if loan["accountState"] in loans.CLOSED:
        raise Refusal(Code.ACCOUNT_ALREADY_CLOSED, "a closed account must be opened again first")
    later = [other for other in of_loan(db, loan) if int(other["id"]) > int(transaction["id"]) and is_open(other)]
    if later:
        raise Refusal(Code.UNREVERSED_TRANSACTION_LOGGED_AFTER_CURRENT_ONE, later[-1]["id"])
    return reverse(core, db, loan, transaction, notes)


def reverse(core: Core, db: sqlite3.Connection, loan: Document, transaction: Document, notes: str) -> Document:
    _give_back(core, db, loan, transaction)
    adjustment = Ledger(core, db).add(loan, f"{transaction['type']}_ADJUSTMENT", transaction["amount"])
    adjustment |= {"originalTransactionKey": transaction["encodedKey"], "notes": notes}
    if "transactionDetails" in transaction:
        adjustment["transactionDetails"] = transaction["transactionDetails"]
    transaction["adjustmentTransactionKey"] = adjustment["encodedKey"]
    records.save(db, TRANSACTION, adjustment)
    records.save(db, TRANSACTION, transaction)
    loans.save(core, db, loan)
    return adjustment


def _notes(core: Core, transaction: Document, body: Any) -> str:
    if not isinstance(body, dict) or set(body) - KNOWN:
        raise invalid("the body may have notes, bookingDate and installments")
    if "bookingDate" in body:
        if transaction["type"] != "REPAYMENT":
            raise invalid("bookingDate is for repayments, payments made and fees")
        tenant_date_time(body["bookingDate"], "bookingDate", core.settings.zone)
    notes = notes_from(body.get("notes"))
    if not notes or not notes.strip():
        raise invalid("notes is required")
    return notes


def _check_reversible(transaction: Document) -> None:
    if "originalTransactionKey" in transaction:
        raise Refusal(Code.TRANSACTION_TYPE_IS_IRREVERSIBLE, transaction["type"])
    if "adjustmentTransactionKey" in transaction:
        raise Refusal(Code.TRANSACTION_ALREADY_REVERSED)


def _give_back(core: Core, db: sqlite3.Connection, loan: Document, transaction: Document) -> None:
    amount = Decimal(transaction["amount"])
    if transaction["type"] != "DISBURSEMENT":
        loans.set_balance(loan, loans.balance(loan) + amount)
        return
    loans.set_balance(loan, loans.balance(loan) - amount)
    left = loans.disbursed(loan) - amount
    loan["sandbox"]["disbursed"] = left
    if left == 0:  # the only disbursement undone: back to APPROVED (life cycle, "undo disburse")
        loan.pop("activationTransactionKey", None)
        loan["disbursementDetails"].pop("disbursementDate", None)
        loans.set_state(loan, "APPROVED", None, core.stamp(db))
    elif not loan["sandbox"]["revolving"]:
        loans.set_state(loan, "ACTIVE", "PARTIALLY_DISBURSED", core.stamp(db))
