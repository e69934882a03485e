"""CHAPS v6: customer payments and returns, one a request. Version 5 is switched off.

What happens outside CHAPS hours is unverified, so the simulated bank takes payments at any hour.
"""

import sqlite3
import time
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request

from sandbox.clearbank import ledger, orders, source, steps
from sandbox.clearbank.accounts import from_chaps
from sandbox.clearbank.authentication import use_up_request_id
from sandbox.clearbank.bank import Bank
from sandbox.clearbank.fields import load
from sandbox.clearbank.orders import ASSESSMENT, Order
from sandbox.clearbank.payloads import failed_message
from sandbox.clearbank.payments_fps import returnable
from sandbox.clearbank.problems import Problem, answer
from sandbox.clearbank.reading import json_body
from sandbox.clearbank.schemas_chaps import ChapsPayment, ChapsReturn

RETURN_WINDOW_SECONDS = timedelta(days=4).total_seconds()  # by the next working day, over a long weekend
PAYMENT, RETURN = ChapsPayment(), ChapsReturn()


def blueprint(bank: Bank) -> Blueprint:
    door = Blueprint("chaps", __name__)

    @door.post("/payments/chaps/v6/customer-payments")
    def pay() -> Response:
        body = load(PAYMENT, json_body(request))
        now = time.time()
        with bank.store.transaction() as db:
            use_up_request_id(db, request, now)
            # Whether paymentId is the later TransactionId is unverified: here it is not.
            payment_id = source.next_uuid(db)
            account = _paying_account(db, body)
            if account is None:
                _refuse_unknown_account(db, body, now + bank.settings.settle_seconds)
            else:
                orders.take(db, _order(account, body), now, bank.settings.settle_seconds)
        return answer({"paymentId": payment_id}, 202)

    @door.post("/payments/chaps/v6/return-payments")
    def give_back() -> Response:
        body = load(RETURN, json_body(request))
        now = time.time()
        with bank.store.transaction() as db:
            original = returnable(db, body["paymentId"], "Chaps", now, RETURN_WINDOW_SECONDS)
            use_up_request_id(db, request, now)
            instruction_id = body["instructionIdentification"]
            returned = steps.record_return(db, original, body["reason"], now, instruction_id)
            steps.plan(db, "settle", now + bank.settings.settle_seconds, returned)
        return answer({"paymentId": returned["id"]}, 202)

    @door.post("/payments/chaps/v5/<path:_rest>")
    def version_5(_rest: str) -> Response:
        raise Problem(410, "Gone", "CHAPS v5 was switched off on 13 November 2026.")

    return door


def _paying_account(db: sqlite3.Connection, body: dict[str, Any]) -> sqlite3.Row | None:
    """The debtor's account when it is the paying account or a virtual one under it (inferred)."""
    paying = ledger.account_named(db, from_chaps(body["sourceAccount"]))
    debtor = ledger.account_named(db, from_chaps(body["debtorAccount"]))
    if paying is not None and debtor is not None and debtor["parent_id"] == paying["id"]:
        return debtor
    return paying


def _order(account: sqlite3.Row, body: dict[str, Any]) -> Order:
    return Order(
        scheme="Chaps",
        account=account,
        creditor=from_chaps(body["creditorAccount"]),
        creditor_name=body["creditor"]["name"],
        amount_pence=body["interBankSettlementAmount"]["amount"],
        end_to_end_id=body["endToEndIdentification"],
        reference=_reference(body),
        instruction_id=body["instructionIdentification"],
    )


def _reference(body: dict[str, Any]) -> str:
    return str(body.get("remittanceInformation", {}).get("creditorReferenceInformation", ""))


def _refuse_unknown_account(db: sqlite3.Connection, body: dict[str, Any], due_at: float) -> None:
    end_to_end_id = body["endToEndIdentification"]
    payload = failed_message(
        ASSESSMENT[1],
        ["Account not found"],
        message_id=source.next_uuid(db).replace("-", ""),
        scheme="Chaps",
        end_to_end_id=end_to_end_id,
        debtor=from_chaps(body["sourceAccount"]),
        creditor=from_chaps(body["creditorAccount"]),
        reference=_reference(body),
        amount_pence=body["interBankSettlementAmount"]["amount"],
    )
    subject = {"endToEndId": [end_to_end_id]}
    steps.plan(db, "send", due_at, detail={"type": ASSESSMENT[0], "version": 1, "payload": payload, "subject": subject})
