"""Faster Payments v3: up to 10 x 10 transfers a request, accepted or refused one by one."""

import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request

from sandbox.clearbank import ledger, orders, rules, steps
from sandbox.clearbank.accounts import from_fps
from sandbox.clearbank.authentication import use_up_request_id
from sandbox.clearbank.bank import Bank
from sandbox.clearbank.fields import load
from sandbox.clearbank.orders import Order
from sandbox.clearbank.problems import Problem, answer
from sandbox.clearbank.reading import json_body
from sandbox.clearbank.schemas_fps import FpsPayments, FpsReturn

RETURN_WINDOW_SECONDS = timedelta(days=90).total_seconds()
PAYMENTS, RETURN = FpsPayments(), FpsReturn()


def blueprint(bank: Bank) -> Blueprint:
    door = Blueprint("fps", __name__)

    @door.post("/v3/payments/fps")
    def pay() -> Response:
        body = load(PAYMENTS, json_body(request))
        now = time.time()
        with bank.store.transaction() as db:
            transactions = [_take(bank, db, *pair, now) for pair in _transfers(body)]
            forced = any(given.pop("forced", False) for given in transactions)
            if not forced and all(given["response"] != "Accepted" for given in transactions):
                raise Problem(400, body={"transactions": transactions})
            use_up_request_id(db, request, now)
        return answer({"transactions": transactions, "halLinks": []}, 202)

    @door.post("/v3/payments/fps/return")
    def give_back() -> Response:
        instruction = load(RETURN, json_body(request))["paymentReturnInstruction"]
        now = time.time()
        with bank.store.transaction() as db:
            original = returnable(db, instruction["TransactionId"], "FasterPayments", now, RETURN_WINDOW_SECONDS)
            use_up_request_id(db, request, now)
            returned = steps.record_return(db, original, instruction["ReasonForReturn"], now)
            steps.plan(db, "settle", now + bank.settings.settle_seconds, returned)
        return Response(status=202)

    return door


def returnable(
    db: sqlite3.Connection, transaction_id: str, scheme: str, now: float, window_seconds: float
) -> sqlite3.Row:
    """The settled inbound payment of that id. Raises Problem 404 or 400."""
    query = "SELECT * FROM transactions WHERE id = ? AND direction = 'credit' AND scheme = ? AND NOT is_return"
    payment: sqlite3.Row | None = db.execute(query, (transaction_id, scheme)).fetchone()
    if payment is None:
        raise Problem(404, "Not Found", "The transaction was not found.")
    if payment["status"] != "settled":
        raise Problem(400, "Bad Request", "The transaction is not yet eligible for return.")
    if ledger.has_been_returned(db, payment):
        raise Problem(400, "Bad Request", "The transaction has already been returned.")
    if now - payment["created_at"] > window_seconds:
        raise Problem(400, "Bad Request", "The transaction is too old to be returned.")
    return payment


def _transfers(body: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for instruction in body["paymentInstructions"]:
        for transfer in instruction["creditTransfers"]:
            yield instruction, transfer


def _take(
    bank: Bank, db: sqlite3.Connection, instruction: dict[str, Any], transfer: dict[str, Any], now: float
) -> dict[str, Any]:
    """One line of the answer; takes the payment when it is accepted."""
    end_to_end_id = transfer["paymentIdentification"]["endToEndIdentification"]
    account = ledger.account_named(db, from_fps(instruction["debtorAccount"]["identification"]))
    given: dict[str, Any] = {"endToEndIdentification": end_to_end_id}
    if account is None:
        return given | {"response": "InvalidAccount"}
    order = _order(account, transfer, end_to_end_id)
    forced = rules.take(db, order.subject(), frozenset({rules.REJECTED_IN_202}))
    if forced is not None:
        orders.take_rejected(db, order, now)
        return given | {"response": forced.code or "Rejected", "forced": True}
    response = _response(db, instruction, transfer, order, now)
    if response == "Accepted":
        orders.take(db, order, now, bank.settings.settle_seconds)
    return given | {"response": response}


def _response(
    db: sqlite3.Connection, instruction: dict[str, Any], transfer: dict[str, Any], order: Order, now: float
) -> str:
    if order.account["status"] != "Enabled":
        return "DebitPaymentDisabled"
    if transfer["amount"].get("currency", "GBP") != "GBP":
        return "InvalidCurrency"
    if instruction.get("paymentTypeCode") == "SOP" and not standing_orders_run(now):
        return "Rejected"  # and no webhook follows
    if ledger.available_pence(db, order.account) < order.amount_pence:
        return "InsufficientFunds"
    return "Accepted"


def standing_orders_run(now: float) -> bool:
    """Monday to Friday, 00:01 to 06:00 in London (bank holidays are not known here)."""
    london = datetime.fromtimestamp(now, ZoneInfo("Europe/London"))
    return london.isoweekday() <= 5 and 1 <= london.hour * 60 + london.minute < 360


def _order(account: sqlite3.Row, transfer: dict[str, Any], end_to_end_id: str) -> Order:
    structured = transfer["remittanceInformation"].get("structured") or {}
    reference = (structured.get("creditorReferenceInformation") or {}).get("reference") or ""
    return Order(
        scheme="FasterPayments",
        account=account,
        creditor=from_fps(transfer["creditorAccount"]["identification"]),
        creditor_name=transfer["creditor"]["name"],
        amount_pence=transfer["amount"]["instructedAmount"],
        end_to_end_id=end_to_end_id,
        reference=reference,
        instruction_id=transfer["paymentIdentification"]["instructionIdentification"],
        to_scheme_only=transfer.get("enforceSendToScheme", False),
    )
