"""The control door's loans: what the lender's people do in Mambu's own pages."""

import sqlite3
from typing import Any

from flask import Blueprint, Response, request

from sandbox.mambu import control_schemas as schemas
from sandbox.mambu import custom_fields, holders, loans, records, transactions
from sandbox.mambu.adjustments import adjust
from sandbox.mambu.control_schemas import load
from sandbox.mambu.core import Core
from sandbox.mambu.errors import Code, Refusal, invalid
from sandbox.mambu.loan_api import write_off
from sandbox.mambu.posting_input import Posting, amount_from, posting_from
from sandbox.mambu.reading import body_of
from sandbox.mambu.records import Document
from sandbox.mambu.settings import TRANSACTION_FIELDS
from sandbox.mambu.transactions import Ledger
from sandbox.mambu.wire import from_json, pence, plain_answer, pounds_text


def blueprint(core: Core) -> Blueprint:
    door = Blueprint("control_loans", __name__, url_prefix="/_sandbox")

    @door.post("/clients")
    def new_client() -> Response:
        return _new_holder(holders.CLIENT)

    @door.post("/groups")
    def new_group() -> Response:
        return _new_holder(holders.GROUP)

    def _new_holder(kind: str) -> Response:
        body = body_of(request)
        if not isinstance(body, dict):
            raise invalid("the body must be an object")
        with core.store.transaction() as db:
            return plain_answer(holders.add(core, db, kind, body), 201)

    @door.post("/loans")
    def new_loan() -> Response:
        asked = load(schemas.NewLoan(), body_of(request))
        with core.store.transaction() as db:
            if asked["id"] and records.find(db, loans.LOAN, asked["id"]):
                raise Refusal(Code.DUPLICATE_ID, f"there is a loan {asked['id']} already")
            return plain_answer(described(db, loans.add(core, db, asked)), 201)

    @door.get("/loans/<id_or_key>")
    def one(id_or_key: str) -> Response:
        with core.store.reading() as db:
            return plain_answer(described(db, loans.found(db, id_or_key)))

    @door.get("/loans")
    def every() -> Response:
        with core.store.reading() as db:
            return plain_answer({"loans": [described(db, loan) for loan in records.every(db, loans.LOAN)]})

    @door.post("/loans/<id_or_key>/disburse")
    def disburse(id_or_key: str) -> Response:
        asked = load(schemas.Disburse(), body_of(request))
        with core.store.transaction() as db:
            loan = loans.found(db, id_or_key)
            transaction = Ledger(core, db).disburse(loan, _posting(core, asked), notify=asked["webhook"])
            return plain_answer(
                {"transactionId": transaction["id"], "encodedKey": transaction["encodedKey"], "loanId": loan["id"]}, 201
            )

    @door.post("/transactions/<id_or_key>/adjust")
    def taken_back(id_or_key: str) -> Response:
        asked = load(schemas.Adjust(), body_of(request))
        with core.store.transaction() as db:
            adjustment = adjust(core, db, transactions.found(db, id_or_key), asked)
            return plain_answer({"transactionId": adjustment["id"], "encodedKey": adjustment["encodedKey"]}, 201)

    @door.post("/loans/<id_or_key>/close")
    def close(id_or_key: str) -> Response:
        comment = load(schemas.Close(), body_of(request))["comment"]
        with core.store.transaction() as db:
            loan = loans.found(db, id_or_key)
            if loan["accountState"] not in loans.OPEN:
                raise Refusal(Code.INVALID_ACCOUNT_STATE, f"the loan is {loan['accountState']}")
            loans.set_balance(loan, loans.balance(loan) * 0)  # repaid outside, as far as this door cares
            Ledger(core, db).close(loan, "CLOSED", "REPAID", comment)
            loans.save(core, db, loan)
            return plain_answer(described(db, loan))

    @door.post("/loans/<id_or_key>/write-off")
    def written_off(id_or_key: str) -> Response:
        comment = load(schemas.Close(), body_of(request))["comment"]
        with core.store.transaction() as db:
            loan = loans.found(db, id_or_key)
            write_off(core, db, loan, comment)
            return plain_answer(described(db, loan))

    return door


def _posting(core: Core, asked: dict[str, Any]) -> Posting:
    """A user disburses in the pages: the same rules as the API's, and quotes and empty fields as people leave them."""
    ids = core.settings.names.transaction_fields
    values = {ids[word]: asked[word] for word in TRANSACTION_FIELDS if asked[word]}
    body: dict[str, Any] = {"externalId": asked["externalId"], "notes": asked["notes"]}
    if asked["channel"]:
        body["transactionDetails"] = {"transactionChannelId": asked["channel"]}
    if asked["amount"]:
        body["amount"] = amount_from(from_json(asked["amount"]))
    if values:
        body[core.settings.names.transaction_set] = values
    return posting_from(core, body, frozenset(body))


def described(db: sqlite3.Connection, loan: Document) -> dict[str, Any]:
    """The loan as the API shows it in FULL, and at a glance: balance, custom fields, holder, all transactions."""
    holder = holders.found(db, loan["accountHolderType"], loan["accountHolderKey"])
    return {
        **records.shown(loan, full=True),
        "state": loan["accountState"],
        "amountPence": pence(loan["loanAmount"]),
        "balance": pounds_text(loans.balance(loan)),
        "balancePence": pence(loans.balance(loan)),
        "customFields": custom_fields.flat(loan),
        "holder": {**records.shown(holder, full=True), "fullName": holders.full_name(holder)},
        "transactions": [_transaction(row) for row in transactions.of_loan(db, loan)],
    }


def _transaction(row: Document) -> dict[str, Any]:
    names = ("id", "encodedKey", "type", "valueDate", "creationDate", "adjustmentTransactionKey")
    return {
        **{name: row.get(name) for name in names},
        "originalTransactionKey": row.get("originalTransactionKey"),
        "amount": pounds_text(row["amount"]),
        "amountPence": pence(row["amount"]),
        "channel": row.get("transactionDetails", {}).get("transactionChannelId"),
        "externalId": row.get("externalId"),
        "notes": row.get("notes"),
        "customFields": custom_fields.flat(row),
        "adjusted": "adjustmentTransactionKey" in row,
    }
