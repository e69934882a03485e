"""Bacs credits that the client sends back: until 15:30 UTC on the working day after their entry day."""
# ruff: noqa: N815 (the fields are named as on the wire)

import sqlite3
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema, fields
from marshmallow.validate import Length

from sandbox.clearbank import bacs, ledger, source, steps
from sandbox.clearbank.authentication import use_up_request_id
from sandbox.clearbank.bank import Bank
from sandbox.clearbank.fields import Uuid, choice, load
from sandbox.clearbank.problems import Problem, answer
from sandbox.clearbank.reading import json_body, real_account_of, virtual_account_of

ARUCS_REASONS = "0 2 3 5 B C"


class Return(Schema):
    transactionId = Uuid(required=True)
    reasonCode = choice(ARUCS_REASONS)


class Returns(Schema):
    returns = fields.List(fields.Nested(Return), required=True, validate=Length(min=1))


RETURNS = Returns()


def blueprint(bank: Bank) -> Blueprint:
    door = Blueprint("bacs_returns", __name__)

    @door.post("/v1/accounts/<account_id>/transactions/returns")
    def of_an_account(account_id: str) -> Response:
        """Whether this form takes what came to a virtual account is unverified: here it does."""
        return _give_back(account_id, "")

    @door.post("/v1/accounts/<account_id>/virtual/<virtual_id>/transactions/returns")
    def of_a_virtual_account(account_id: str, virtual_id: str) -> Response:
        return _give_back(account_id, virtual_id)

    def _give_back(account_id: str, virtual_id: str) -> Response:
        asked = load(RETURNS, json_body(request))["returns"]
        now = time.time()
        with bank.store.transaction() as db:
            accounts = _accounts(db, account_id, virtual_id)
            use_up_request_id(db, request, now)
            for one in asked:
                _return(db, _returnable(db, one["transactionId"], accounts, now), one["reasonCode"], now)
        return answer({"halLinks": []}, 202)

    return door


def last_moment(settled_at: float) -> float:
    """15:30 UTC on the working day after (bank holidays are not known here)."""
    day = datetime.fromtimestamp(settled_at, UTC) + timedelta(days=1)
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return day.replace(hour=15, minute=30, second=0, microsecond=0).timestamp()


def _accounts(db: sqlite3.Connection, account_id: str, virtual_id: str) -> set[str]:
    """Ids of the accounts whose credits may be meant. Raises Problem 404."""
    if virtual_id:
        return {virtual_account_of(db, account_id, virtual_id)["id"]}
    real = real_account_of(db, account_id)
    virtual = db.execute("SELECT id FROM accounts WHERE parent_id = ?", (real["id"],)).fetchall()
    return {real["id"], *(row["id"] for row in virtual)}


def _returnable(db: sqlite3.Connection, transaction_id: str, accounts: set[str], now: float) -> sqlite3.Row:
    """Raises Problem 404 or 400."""
    query = "SELECT * FROM transactions WHERE id = ? AND direction = 'credit' AND scheme = 'Bacs' AND NOT is_return"
    credit: sqlite3.Row | None = db.execute(query, (transaction_id,)).fetchone()
    if credit is None or credit["account_id"] not in accounts:
        raise Problem(404, "Not Found", "The transaction was not found.")
    if credit["status"] != "settled":
        raise Problem(400, "Bad Request", "The transaction has not settled.")
    if ledger.has_been_returned(db, credit):
        raise Problem(400, "Bad Request", "The transaction has already been returned.")
    if now > last_moment(credit["settled_at"]):
        raise Problem(400, "Bad Request", "The transaction is too old to be returned.")
    return credit


def _return(db: sqlite3.Connection, credit: sqlite3.Row, reason: str, now: float) -> None:
    """The notice, and the debit of the account; what passes through the suspense account meanwhile is not played."""
    bacs_id = source.next_uuid(db)
    returned = steps.record_return(db, credit, reason, now, bacs_transaction_id=bacs_id)
    notice: dict[str, Any] = bacs.return_notice(db, credit, reason, bacs_id)
    steps.plan(db, "announce", now, returned, notice)
    steps.plan(db, "settle", now, returned)
