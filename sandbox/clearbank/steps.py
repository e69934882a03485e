"""What the bank has planned: each step moves a payment on, tells the client by webhook, and is forgotten."""

import logging
import sqlite3
from collections.abc import Callable
from typing import Any

from sandbox.clearbank import ledger, payloads, webhooks
from sandbox.clearbank.accounts import AccountNumber
from sandbox.clearbank.ledger import UNDECIDED, Movement
from sandbox.clearbank.virtual_account_creation import create_virtual_account
from sandbox.clearbank.wire import from_json, to_json
from sandbox.sqlite import Store, insert

LOG = logging.getLogger(__name__)
DECLINED = ("HOPRJ", "Held outbound payment was declined")


def plan(
    db: sqlite3.Connection,
    kind: str,
    due_at: float,
    payment: sqlite3.Row | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    insert(
        db,
        "steps",
        due_at=due_at,
        kind=kind,
        transaction_seq=payment["seq"] if payment else None,
        detail=to_json(detail or {}),
    )


def forget(db: sqlite3.Connection, payment: sqlite3.Row) -> None:
    """Nothing further happens to the payment by itself."""
    db.execute("DELETE FROM steps WHERE transaction_seq = ?", (payment["seq"],))


def next_due(db: sqlite3.Connection) -> float | None:
    due: float | None = db.execute("SELECT min(due_at) FROM steps").fetchone()[0]
    return due


def run_due(store: Store, now: float) -> None:
    """Take every step that is due, each in a transaction of its own."""
    with store.reading() as db:
        due = db.execute("SELECT * FROM steps WHERE due_at <= ? ORDER BY due_at, seq", (now,)).fetchall()
    for step in due:
        try:
            with store.transaction() as db:
                if db.execute("DELETE FROM steps WHERE seq = ?", (step["seq"],)).rowcount:
                    _take(db, step, now)
        except Exception:  # one bad step must not keep the others from their turn
            LOG.exception("The step %s could not be taken and is dropped.", step["kind"])
            with store.transaction() as db:
                db.execute("DELETE FROM steps WHERE seq = ?", (step["seq"],))


def _take(db: sqlite3.Connection, step: sqlite3.Row, now: float) -> None:
    payment = ledger.transaction(db, step["transaction_seq"]) if step["transaction_seq"] is not None else None
    detail = from_json(step["detail"])
    if payment is None:
        UNATTACHED[step["kind"]](db, detail, now)
    else:
        ATTACHED[step["kind"]](db, payment, detail, now)


def settle(db: sqlite3.Connection, payment: sqlite3.Row, _detail: dict[str, Any], now: float) -> None:
    if payment["status"] not in UNDECIDED:
        return
    settled = ledger.settle(db, payment, now)
    _tell_settled(db, settled)
    if settled["credit_account_id"] is not None:
        _credit_the_payee_here(db, settled, now)


def _credit_the_payee_here(db: sqlite3.Connection, debit: sqlite3.Row, now: float) -> None:
    """Both ends are ours: a Credit webhook too, under the same ids when it is an internal transfer."""
    payer = ledger.account_by_id(db, debit["account_id"])
    payee = ledger.account_by_id(db, debit["credit_account_id"])
    if payer is None or payee is None:
        raise LookupError("An internal transfer names an account that is not in the ledger.")
    credit = ledger.record(
        db,
        Movement(
            direction="credit",
            scheme=debit["scheme"],
            account=payee,
            amount_pence=debit["amount_pence"],
            end_to_end_id=debit["end_to_end_id"],
            counterpart=AccountNumber(payer["iban"], payer["bban"]),
            counterpart_name=payer["name"],
            reference=debit["reference"],
            actual_end_to_end_id=debit["actual_end_to_end_id"],
            transaction_id=debit["id"] if debit["scheme"] == "Transfer" else "",
        ),
        now,
    )
    _tell_settled(db, ledger.settle(db, credit, now))


def _tell_settled(db: sqlite3.Connection, payment: sqlite3.Row) -> None:
    payload = payloads.settled(db, payment)
    webhooks.enqueue(db, "TransactionSettled", 6, payload, payloads.subject_of_payment(payment))


def hold(db: sqlite3.Connection, payment: sqlite3.Row, _detail: dict[str, Any], _now: float) -> None:
    if payment["status"] != "pending":
        return
    ledger.hold(db, payment)
    kind = "OutboundHeldTransaction" if payment["direction"] == "debit" else "InboundHeldTransaction"
    webhooks.enqueue(db, kind, 1, payloads.held(payment), payloads.subject_of_payment(payment))


def reject(db: sqlite3.Connection, payment: sqlite3.Row, detail: dict[str, Any], now: float) -> None:
    if payment["status"] not in UNDECIDED:
        return
    ledger.reject(db, payment, now)
    payload = payloads.rejected(payment, detail.get("code"), detail.get("reason"), now)
    webhooks.enqueue(db, "TransactionRejected", 2, payload, payloads.subject_of_payment(payment))


def fail(db: sqlite3.Connection, payment: sqlite3.Row, detail: dict[str, Any], now: float) -> None:
    """Assessment or validation said no after the 202: no money moves, no TransactionRejected follows."""
    if payment["status"] not in UNDECIDED:
        return
    ledger.reject(db, payment, now)
    # It never became a transaction, so the listing does not know it (inferred).
    db.execute("UPDATE transactions SET listed_at = NULL WHERE seq = ?", (payment["seq"],))
    webhooks.enqueue(db, detail["type"], 1, detail["payload"], payloads.subject_of_payment(payment))


def give_back(db: sqlite3.Connection, payment: sqlite3.Row, detail: dict[str, Any], now: float) -> None:
    """The money of a settled payment goes the other way."""
    if payment["status"] != "settled" or ledger.has_been_returned(db, payment):
        return
    returned = record_return(db, payment, detail.get("code"), now)
    settle(db, returned, {}, now)


def record_return(
    db: sqlite3.Connection,
    original: sqlite3.Row,
    code: str | None,
    now: float,
    instruction_id: str = "",
    bacs_transaction_id: str = "",
) -> sqlite3.Row:
    """Write down the return: same end-to-end id as the original (unverified for payments we return)."""
    account = ledger.account_by_id(db, original["account_id"])
    if account is None:
        raise LookupError("A payment names an account that is not in the ledger.")
    movement = Movement(
        direction="credit" if original["direction"] == "debit" else "debit",
        scheme=original["scheme"],
        account=account,
        amount_pence=original["amount_pence"],
        end_to_end_id=original["end_to_end_id"],
        counterpart=AccountNumber(original["counterpart_iban"], original["counterpart_bban"]),
        counterpart_name=original["counterpart_name"],
        reference=original["reference"],
        actual_end_to_end_id=instruction_id,
        returned=original,
        return_code=code,
        bacs_transaction_id=bacs_transaction_id or original["bacs_transaction_id"],
    )
    return ledger.record(db, movement, now)


def send(db: sqlite3.Connection, detail: dict[str, Any], _now: float) -> None:
    """A webhook that belongs to no recorded payment."""
    webhooks.enqueue(db, detail["type"], detail["version"], detail["payload"], detail["subject"])


def announce(db: sqlite3.Connection, payment: sqlite3.Row, detail: dict[str, Any], _now: float) -> None:
    """A webhook that leaves its payment as it is."""
    webhooks.enqueue(db, detail["type"], detail["version"], detail["payload"], payloads.subject_of_payment(payment))


Attached = Callable[[sqlite3.Connection, sqlite3.Row, dict[str, Any], float], None]
ATTACHED: dict[str, Attached] = {
    "settle": settle,
    "hold": hold,
    "reject": reject,
    "fail": fail,
    "return": give_back,
    "announce": announce,
}
UNATTACHED: dict[str, Callable[[sqlite3.Connection, dict[str, Any], float], None]] = {
    "send": send,
    "create_virtual_account": create_virtual_account,
}
