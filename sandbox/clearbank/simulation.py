"""Payments nobody ordered through the API: money from outside, and payments entered in the bank's own portal."""

import sqlite3
import time
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response

from sandbox.clearbank import bacs, ledger, orders, source, steps
from sandbox.clearbank import control_schemas as schemas
from sandbox.clearbank.accounts import from_iban
from sandbox.clearbank.bank import Bank
from sandbox.clearbank.control import control_body
from sandbox.clearbank.decisions import ids_of
from sandbox.clearbank.fields import load
from sandbox.clearbank.ledger import Movement
from sandbox.clearbank.orders import HELD_CREDITOR_NAME, Order
from sandbox.clearbank.problems import Problem, answer
from sandbox.clearbank.virtual_account_creation import open_virtual_account
from sandbox.clearbank.wire import pence_of

SCHEMES = {"fps": "FasterPayments", "chaps": "Chaps", "bacs": "Bacs"}
INBOUND = {"fps": schemas.InboundFps, "chaps": schemas.Inbound, "bacs": schemas.InboundBacs}


def blueprint(bank: Bank) -> Blueprint:
    door = Blueprint("simulation", __name__, url_prefix="/_sandbox")
    settle_seconds = bank.settings.settle_seconds

    @door.post("/inbound/<any(fps, chaps, bacs):rail>")
    def inbound(rail: str) -> Response:
        wanted = load(INBOUND[rail](), control_body())
        now = time.time()
        with bank.store.transaction() as db:
            payment = ledger.record(db, _incoming(db, rail, wanted), now)
            orders.list_late(db, payment)
            pause = settle_seconds if wanted["delaySeconds"] is None else wanted["delaySeconds"]
            if rail == "bacs":
                bacs.plan_credit(db, payment, wanted, now, pause)
            else:
                held = wanted["hold"] or wanted["debtorName"] == HELD_CREDITOR_NAME
                steps.plan(db, "hold" if held else "settle", now + pause, payment)
        return answer(ids_of(payment), 202)

    @door.post("/outbound/<any(fps, chaps):rail>")
    def outbound(rail: str) -> Response:
        """A payment entered in the bank's own portal: the client did not order it."""
        wanted = load(schemas.Outbound(), control_body())
        with bank.store.transaction() as db:
            order = _portal_order(db, rail, wanted)
            transaction_id = orders.take(db, order, time.time(), settle_seconds)
        return answer({"transactionId": transaction_id, "endToEndId": order.end_to_end_id}, 202)

    @door.post("/virtual-accounts")
    def virtual_account() -> Response:
        """A virtual account that the client has had for long: it is there at once and no webhook tells of it."""
        wanted = load(schemas.KnownVirtualAccount(), control_body())
        with bank.store.transaction() as db:
            account = open_virtual_account(db, bank.settings.pooled_account_id, wanted["ownerName"], time.time())
        return answer({"virtualAccountId": account["id"], "iban": account["iban"]}, 201)

    return door


def _own_account(db: sqlite3.Connection, iban: str) -> sqlite3.Row:
    account = ledger.account_named(db, from_iban(iban))
    if account is None:
        raise Problem(404, "Not Found", f"The simulated bank holds no account {iban}.")
    if account["status"] != "Enabled":
        raise Problem(409, "Conflict", f"The account {iban} is disabled.")
    return account


def _incoming(db: sqlite3.Connection, rail: str, wanted: dict[str, Any]) -> Movement:
    if db.execute("SELECT 1 FROM transactions WHERE id = ?", (wanted["transactionId"],)).fetchone():
        raise Problem(409, "Conflict", "That transactionId is taken.")
    instruction_id = source.next_uuid(db).replace("-", "")
    prefix = "II-" if rail == "chaps" else ""  # docs: CHAPS in carries II- and the instruction identification
    return Movement(
        direction="credit",
        scheme=SCHEMES[rail],
        account=_own_account(db, wanted["creditorIban"]),
        amount_pence=_positive_pence(wanted["amount"]),
        end_to_end_id=wanted["endToEndId"] or prefix + instruction_id,
        counterpart=from_iban(wanted["debtorIban"]),
        counterpart_name=wanted["debtorName"],
        reference=wanted["reference"],
        actual_end_to_end_id=instruction_id if rail == "chaps" else "",
        transaction_id=wanted["transactionId"],
        bacs_transaction_id=source.next_uuid(db) if rail == "bacs" else None,
    )


def _portal_order(db: sqlite3.Connection, rail: str, wanted: dict[str, Any]) -> Order:
    return Order(
        scheme=SCHEMES[rail],
        account=_own_account(db, wanted["debtorIban"]),
        creditor=from_iban(wanted["creditorIban"]),
        creditor_name=wanted["creditorName"],
        amount_pence=_positive_pence(wanted["amount"]),
        end_to_end_id=wanted["endToEndId"] or source.next_uuid(db).replace("-", ""),
        reference=wanted["reference"],
        instruction_id=source.next_uuid(db).replace("-", ""),
        by_api=False,
    )


def _positive_pence(amount: str) -> int:
    pence = pence_of(Decimal(amount))
    if pence == 0:
        raise Problem(400, "Bad Request", "The amount must be greater than zero.")
    return pence
