"""The books: accounts, payments, and money that moves exactly when a payment settles.

Callers hold a store transaction; nothing here sends a webhook.
"""

import sqlite3
from dataclasses import dataclass

from sandbox.clearbank import source
from sandbox.clearbank.accounts import AccountNumber
from sandbox.sqlite import insert

UNDECIDED = ("pending", "held")


@dataclass(frozen=True)
class Movement:
    """One side of a payment, as it is first written down."""

    direction: str  # "debit" or "credit", seen from our account
    scheme: str  # FasterPayments, Chaps, Bacs, Transfer
    account: sqlite3.Row  # the account named in the payment, real or virtual
    amount_pence: int
    end_to_end_id: str
    counterpart: AccountNumber
    counterpart_name: str
    reference: str
    actual_end_to_end_id: str = ""  # FPS: the FPID; CHAPS: the instruction identification
    transaction_id: str = ""  # empty: a new one
    by_api: bool = False
    returned: sqlite3.Row | None = None  # the payment this one gives back
    return_code: str | None = None
    bacs_transaction_id: str | None = None
    credit_account_id: str | None = None  # the payee's account when this bank holds it too


def account_named(db: sqlite3.Connection, number: AccountNumber) -> sqlite3.Row | None:
    """The account of this bank with that number, enabled or not."""
    found: sqlite3.Row | None = db.execute(
        "SELECT * FROM accounts WHERE iban = ? OR bban = ? OR substr(bban, 5) = ?",
        (number.iban, number.bban, number.sort_code_and_number),
    ).fetchone()
    return found


def account_by_id(db: sqlite3.Connection, account_id: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute("SELECT * FROM accounts WHERE id = ?", (account_id.lower(),)).fetchone()
    return found


def real_account(db: sqlite3.Connection, account: sqlite3.Row) -> sqlite3.Row:
    """Where the money is: a virtual account has none of its own."""
    row: sqlite3.Row = db.execute(
        "SELECT * FROM accounts WHERE id = ?", (account["parent_id"] or account["id"],)
    ).fetchone()
    return row


def available_pence(db: sqlite3.Connection, account: sqlite3.Row) -> int:
    return spendable_pence(real_account(db, account))


def spendable_pence(real: sqlite3.Row) -> int:
    """The balance as ClearBank shows it, without earmarked money."""
    return int(real["balance_pence"] - real["earmarked_pence"])


def transaction(db: sqlite3.Connection, seq: int) -> sqlite3.Row:
    row: sqlite3.Row = db.execute("SELECT * FROM transactions WHERE seq = ?", (seq,)).fetchone()
    return row


def record(db: sqlite3.Connection, movement: Movement, now: float) -> sqlite3.Row:
    """Write the payment down as pending; a debit earmarks its money."""
    seq = insert(
        db,
        "transactions",
        id=movement.transaction_id or source.next_uuid(db),
        end_to_end_id=movement.end_to_end_id,
        direction=movement.direction,
        amount_pence=movement.amount_pence,
        scheme=movement.scheme,
        status="pending",
        is_return=movement.returned is not None,
        by_api=movement.by_api,
        account_id=movement.account["id"],
        account_iban=movement.account["iban"],
        counterpart_iban=movement.counterpart.iban,
        counterpart_bban=movement.counterpart.bban,
        counterpart_name=movement.counterpart_name,
        reference=movement.reference,
        actual_end_to_end_id=movement.actual_end_to_end_id or source.next_uuid(db).replace("-", "").upper(),
        returned_seq=movement.returned["seq"] if movement.returned else None,
        return_code=movement.return_code,
        bacs_transaction_id=movement.bacs_transaction_id,
        credit_account_id=movement.credit_account_id,
        created_at=now,
        listed_at=now,
    )
    if movement.direction == "debit":
        _move(db, movement.account, now, earmarked_pence=movement.amount_pence)
    return transaction(db, seq)


def settle(db: sqlite3.Connection, payment: sqlite3.Row, now: float) -> sqlite3.Row:
    """The money moves."""
    account = account_by_id(db, payment["account_id"])
    amount = payment["amount_pence"]
    if account and payment["direction"] == "debit":
        _move(db, account, now, balance_pence=-amount, earmarked_pence=-amount)
    elif account:
        _move(db, account, now, balance_pence=amount)
    db.execute("UPDATE transactions SET status = 'settled', settled_at = ? WHERE seq = ?", (now, payment["seq"]))
    return transaction(db, payment["seq"])


def hold(db: sqlite3.Connection, payment: sqlite3.Row) -> None:
    db.execute("UPDATE transactions SET status = 'held' WHERE seq = ?", (payment["seq"],))


def reject(db: sqlite3.Connection, payment: sqlite3.Row, now: float) -> None:
    """Earmarked money is free again."""
    account = account_by_id(db, payment["account_id"])
    if account and payment["direction"] == "debit":
        _move(db, account, now, earmarked_pence=-payment["amount_pence"])
    db.execute("UPDATE transactions SET status = 'rejected' WHERE seq = ?", (payment["seq"],))


def has_been_ordered(db: sqlite3.Connection, end_to_end_id: str) -> bool:
    """How long ClearBank checks end-to-end ids for duplicates is unverified: here, for ever."""
    query = "SELECT 1 FROM transactions WHERE end_to_end_id = ? AND by_api AND direction = 'debit' AND NOT is_return"
    return db.execute(query, (end_to_end_id,)).fetchone() is not None


def has_been_returned(db: sqlite3.Connection, payment: sqlite3.Row) -> bool:
    query = "SELECT 1 FROM transactions WHERE returned_seq = ? AND status != 'rejected'"
    return db.execute(query, (payment["seq"],)).fetchone() is not None


def _move(
    db: sqlite3.Connection, account: sqlite3.Row, now: float, balance_pence: int = 0, earmarked_pence: int = 0
) -> None:
    db.execute(
        "UPDATE accounts SET balance_pence = balance_pence + ?, earmarked_pence = earmarked_pence + ?, modified_at = ?"
        " WHERE id = ?",
        (balance_pence, earmarked_pence, now, account["parent_id"] or account["id"]),
    )
