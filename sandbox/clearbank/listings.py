"""What the bank shows on request: real accounts, transactions, and its test call."""

import sqlite3
import time
from typing import Any

from flask import Blueprint, Response, request

from sandbox.clearbank import ledger, webhooks
from sandbox.clearbank.authentication import use_up_request_id
from sandbox.clearbank.bank import Bank
from sandbox.clearbank.payloads import reference_shown
from sandbox.clearbank.problems import Problem, answer
from sandbox.clearbank.reading import json_body, moment, page, real_account_of, virtual_account_of
from sandbox.clearbank.wire import Pounds, timestamp

STATUSES = {"settled": "ACSC", "rejected": "RJCT", "pending": "PDNG", "held": "PDNG"}
SCHEMES = {scheme.lower(): scheme for scheme in ("Transfer", "FasterPayments", "Bacs", "Chaps")}
Filter = tuple[str, tuple[Any, ...]]


def blueprint(bank: Bank) -> Blueprint:
    door = Blueprint("listings", __name__)
    pooled_id = bank.settings.pooled_account_id

    @door.get("/v3/accounts")
    def accounts() -> Response:
        with bank.store.reading() as db:
            query = "SELECT * FROM accounts WHERE parent_id IS NULL ORDER BY created_at, id LIMIT ? OFFSET ?"
            rows = db.execute(query, page(request)).fetchall()
        return answer({"accounts": [_account(row, pooled_id) for row in rows], "halLinks": []})

    @door.get("/v3/accounts/<account_id>")
    def account(account_id: str) -> Response:
        with bank.store.reading() as db:
            row = real_account_of(db, account_id)
        return answer({"account": _account(row, pooled_id), "halLinks": []})

    @door.get("/v2/transactions")
    def of_the_institution() -> Response:
        with bank.store.reading() as db:
            return _page_of_transactions(db, ("TRUE", ()))

    @door.get("/v2/accounts/<account_id>/transactions")
    @door.get("/v2/accounts/<account_id>/transactions/<transaction_id>")
    def of_an_account(account_id: str, transaction_id: str = "") -> Response:
        with bank.store.reading() as db:
            real = real_account_of(db, account_id)
            return _answer(db, _money_on(real), transaction_id)

    @door.get("/v2/accounts/<account_id>/virtual/<virtual_id>/transactions")
    @door.get("/v2/accounts/<account_id>/virtual/<virtual_id>/transactions/<transaction_id>")
    def of_a_virtual_account(account_id: str, virtual_id: str, transaction_id: str = "") -> Response:
        with bank.store.reading() as db:
            virtual = virtual_account_of(db, account_id, virtual_id)
            return _answer(db, ("account_id = ?", (virtual["id"],)), transaction_id)

    @door.get("/v1/test")
    def test() -> Response:
        return Response(status=200)

    @door.post("/v1/test")
    def signed_test() -> Response:
        body = json_body(request)
        message = body["body"] if isinstance(body, dict) and isinstance(body.get("body"), str) else "test me"
        with bank.store.transaction() as db:
            use_up_request_id(db, request, time.time())
            webhooks.enqueue(db, "FITestEvent", 1, message, {})
        return answer({"Message": message})

    return door


def _money_on(real: sqlite3.Row) -> Filter:
    """Money of a virtual account lands on its parent."""
    return "account_id IN (SELECT id FROM accounts WHERE id = ? OR parent_id = ?)", (real["id"], real["id"])


def _answer(db: sqlite3.Connection, scope: Filter, transaction_id: str) -> Response:
    if not transaction_id:
        return _page_of_transactions(db, scope)
    query = f"SELECT * FROM transactions WHERE listed_at <= ? AND {scope[0]} AND id = ?"  # noqa: S608
    row = db.execute(query, (time.time(), *scope[1], transaction_id.lower())).fetchone()
    if row is None:
        raise Problem(404, "Not Found", "The transaction was not found.")
    return answer({"transaction": _transaction(row), "halLinks": []})


def _page_of_transactions(db: sqlite3.Connection, scope: Filter) -> Response:
    conditions = ["listed_at <= ?", "created_at >= ?", "created_at <= ?", scope[0]]
    now = time.time()
    values = [now, moment(request, "startDateTime", 0), moment(request, "endDateTime", now + 1), *scope[1]]
    if "paymentMethodType" in request.args:
        conditions.append("scheme = ?")
        values.append(_scheme(request.args["paymentMethodType"]))
    if "endToEndIdentifier" in request.args:
        conditions.append("end_to_end_id = ?")
        values.append(request.args["endToEndIdentifier"])
    where = " AND ".join(conditions)
    query = f"SELECT * FROM transactions WHERE {where} ORDER BY seq DESC LIMIT ? OFFSET ?"  # noqa: S608
    rows = db.execute(query, (*values, *page(request))).fetchall()
    return answer({"transactions": [_transaction(row) for row in rows], "halLinks": []})


def _scheme(word: str) -> str:
    if word.lower() not in SCHEMES:
        faults = {"paymentMethodType": [f"The field must be one of {', '.join(SCHEMES.values())}."]}
        raise Problem(400, "One or more validation errors occurred.", errors=faults)
    return SCHEMES[word.lower()]


def _transaction(row: sqlite3.Row) -> dict[str, Any]:
    """CRDT and DBIT here, Credit and Debit in webhooks; no scheme, no return flag."""
    identification = {
        "iban": row["counterpart_iban"],
        "accountName": row["counterpart_name"],
        "accountHolderName": row["counterpart_name"],
        "sortCode": row["counterpart_bban"][4:10],
        "accountNumber": row["counterpart_bban"][10:18],
        "reference": reference_shown(row),
    }
    return {
        "transactionId": row["id"],
        "endToEndIdentifier": row["end_to_end_id"],
        "amount": {"instructedAmount": Pounds(row["amount_pence"]), "currency": "GBP"},
        "debitCreditCode": "DBIT" if row["direction"] == "debit" else "CRDT",
        "status": STATUSES[row["status"]],
        "transactionReference": reference_shown(row),
        "transactionTime": timestamp(row["created_at"]),
        "counterpartAccount": {"identification": {name: value for name, value in identification.items() if value}},
    }


def _account(row: sqlite3.Row, pooled_id: str) -> dict[str, Any]:
    balance = {
        "name": row["name"],
        "amount": Pounds(ledger.spendable_pence(row)),
        "currency": "GBP",
        "status": "VALU",
        "balanceLastUpdatedAt": timestamp(row["modified_at"]),
    }
    return {
        "id": row["id"],
        "name": row["name"],
        "label": row["label"],
        "type": "CACC",
        "currency": ["GBP"],
        "balances": [balance],
        "minimumBalance": Pounds(0),
        "productType": "Segregated" if row["id"] == pooled_id else "Operating",
        "accountSubType": "ClientMoneyPooled" if row["id"] == pooled_id else "YourFunds",
        "status": "Enabled",
        "statusReason": "NotProvided",
        "timestampCreated": timestamp(row["created_at"]),
        "timestampModified": timestamp(row["modified_at"]),
        "iban": row["iban"],
        "bban": row["bban"],
    }
