"""What others decide about a payment later: screening staff, the payee's bank, the payer."""

import sqlite3
import time
from typing import Any

from flask import Blueprint, Response

from sandbox.clearbank import bacs, ledger, steps
from sandbox.clearbank import control_schemas as schemas
from sandbox.clearbank.bank import Bank
from sandbox.clearbank.control import control_body
from sandbox.clearbank.fields import load
from sandbox.clearbank.problems import Problem, answer


def blueprint(bank: Bank) -> Blueprint:
    door = Blueprint("decisions", __name__, url_prefix="/_sandbox")

    @door.post("/held/<path:end_to_end_id>/<any(release, decline):decision>")
    def decide(end_to_end_id: str, decision: str) -> Response:
        said = load(schemas.Decision(), control_body())
        now = time.time()
        with bank.store.transaction() as db:
            payment = _payment(db, end_to_end_id, ("held",))
            steps.forget(db, payment)
            if decision == "release":
                steps.plan(db, "settle", now, payment)
            elif payment["direction"] == "debit" or said["webhook"]:
                detail = {"code": steps.DECLINED[0], "reason": steps.DECLINED[1]} | said
                steps.plan(db, "reject", now, payment, detail)
            else:
                ledger.reject(db, payment, now)
        return answer(ids_of(payment), 202)

    @door.post("/payments/<path:end_to_end_id>/return")
    def give_back(end_to_end_id: str) -> Response:
        """Outbound: the payee's bank sends it back. Inbound: the bank takes it back."""
        code = load(schemas.GiveBack(), control_body())["code"]
        now = time.time()
        with bank.store.transaction() as db:
            payment = _payment(db, end_to_end_id, ("settled",))
            if ledger.has_been_returned(db, payment):
                raise Problem(409, "Conflict", "The payment has already been returned.")
            returned = steps.record_return(db, payment, code, now)
            steps.plan(db, "settle", now, returned)
        return answer(ids_of(returned), 202)

    @door.post("/payments/<path:end_to_end_id>/recall")
    def recall(end_to_end_id: str) -> Response:
        """The payer withdraws a Bacs credit, before its settlement as the scheme has it, or after."""
        now = time.time()
        with bank.store.transaction() as db:
            payment = _payment(db, end_to_end_id, ("pending", "settled"))
            if payment["scheme"] != "Bacs":
                raise Problem(409, "Conflict", "Only a Bacs credit can be recalled.")
            bacs.recall(db, payment, now)
        return answer(ids_of(payment), 202)

    return door


def ids_of(payment: sqlite3.Row) -> dict[str, Any]:
    ids = {"transactionId": payment["id"], "endToEndId": payment["end_to_end_id"]}
    return ids | ({"bacsTransactionId": payment["bacs_transaction_id"]} if payment["bacs_transaction_id"] else {})


def _payment(db: sqlite3.Connection, end_to_end_id: str, statuses: tuple[str, ...]) -> sqlite3.Row:
    """The newest original payment with that id, by choice an outbound one. Raises Problem 404 or 409."""
    query = "SELECT * FROM transactions WHERE end_to_end_id = ? AND NOT is_return ORDER BY direction DESC, seq DESC"
    payments = db.execute(query, (end_to_end_id,)).fetchall()
    if not payments:
        raise Problem(404, "Not Found", f"There is no payment with the end-to-end id {end_to_end_id}.")
    for payment in payments:
        if payment["status"] in statuses:
            return payment  # type: ignore[no-any-return]
    raise Problem(409, "Conflict", f"The payment is {payments[0]['status']}, not {' or '.join(statuses)}.")
