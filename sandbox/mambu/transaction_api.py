"""Loan transactions over HTTP: API v2, and the one v1 call that v2 lacks."""

import sqlite3

from flask import Blueprint, Response, request

from sandbox.mambu import custom_fields, loans, paging, records, transactions
from sandbox.mambu.adjustments import adjust
from sandbox.mambu.core import Core
from sandbox.mambu.errors import Code, Refusal, invalid
from sandbox.mambu.faults import posted
from sandbox.mambu.posting_input import DISBURSEMENT, REPAYMENT, posting_from
from sandbox.mambu.reading import body_of
from sandbox.mambu.records import Document
from sandbox.mambu.search import Searchable, search
from sandbox.mambu.transactions import TRANSACTION, Ledger
from sandbox.mambu.wire import answer

_CHANNEL = "transactionDetails.transactionChannelId"


def searchable(core: Core) -> Searchable:
    names = core.settings.names
    return Searchable(
        kind=TRANSACTION,
        fields=frozenset(
            f"encodedKey id externalId creationDate valueDate bookingDate parentAccountKey parentAccountID"
            f" parentAccountHolderKey type amount userKey branchKey {_CHANNEL} transactionDetails.transactionChannelKey"
            " wasAdjusted typeIsAdjustment originalTransactionKey originalTransactionID adjustmentTransactionKey"
            " parentAccountId".split()
        ),
        sets={names.transaction_set: set(names.transaction_fields.values())},
        paths={
            _CHANNEL: ("transactionDetails", "transactionChannelId"),
            "transactionDetails.transactionChannelKey": ("transactionDetails", "transactionChannelKey"),
        },
        made_up={
            "parentAccountID": lambda db, row: _loan(db, row)["id"],
            "parentAccountId": lambda db, row: _loan(db, row)["id"],
            "parentAccountHolderKey": lambda db, row: _loan(db, row)["accountHolderKey"],
            "wasAdjusted": lambda _, row: "adjustmentTransactionKey" in row,
            "typeIsAdjustment": lambda _, row: "originalTransactionKey" in row,
            "originalTransactionID": _original_id,
        },
        equals_only=(_CHANNEL, "originalTransactionID"),
    )


def blueprint(core: Core) -> Blueprint:
    door = Blueprint("transactions", __name__, url_prefix="/api")
    what = searchable(core)

    @door.get("/loans/<id_or_key>/transactions")
    def of_loan(id_or_key: str) -> Response:
        with core.store.reading() as db:
            rows = transactions.of_loan(db, loans.found(db, id_or_key))
        return paging.page_answer(rows[::-1])

    @door.get("/loans/transactions/<id_or_key>")
    def one(id_or_key: str) -> Response:
        full = paging.wants_full()
        with core.store.reading() as db:
            return answer(records.shown(transactions.found(db, id_or_key), full=full))

    @door.post("/loans/transactions:search")
    def found() -> Response:
        body = body_of(request)
        with core.store.reading() as db:
            rows = search(db, what, body, core.now(db).date())
        return paging.page_answer(rows, with_cursor=True)

    @door.post("/loans/<id_or_key>/disbursement-transactions")
    def disbursed(id_or_key: str) -> Response:
        body = body_of(request)

        def effect(db: sqlite3.Connection) -> Response:
            loan = loans.found(db, id_or_key)
            return _created(Ledger(core, db).disburse(loan, posting_from(core, body, DISBURSEMENT)))

        return posted(core, request, effect)

    @door.post("/loans/<id_or_key>/repayment-transactions")
    def repaid(id_or_key: str) -> Response:
        body = body_of(request)

        def effect(db: sqlite3.Connection) -> Response:
            loan = loans.found(db, id_or_key)
            return _created(Ledger(core, db).repay(loan, posting_from(core, body, REPAYMENT)))

        return posted(core, request, effect)

    @door.post("/loans/transactions/<id_or_key>:adjust")
    def adjusted(id_or_key: str) -> Response:
        body = body_of(request)

        def effect(db: sqlite3.Connection) -> Response:
            return answer(records.shown(adjust(core, db, transactions.found(db, id_or_key), body), full=True))

        return posted(core, request, effect)

    @door.patch("/loans/<loan_id>/transactions/<transaction_id>/custominformation")
    def v1_custom_information(loan_id: str, transaction_id: str) -> Response:
        """v2 cannot change a loan transaction's custom fields; this is v1, without the v2 Accept header."""
        body = body_of(request)
        with core.store.transaction() as db:
            transaction = _of_that_loan(db, loan_id, transaction_id)
            _set_custom_information(core, db, transaction, body)
        return answer({"returnCode": 0, "returnStatus": "SUCCESS"}, content_type="application/json")

    return door


def _created(transaction: Document) -> Response:
    return answer(records.shown(transaction, full=True), 201)


def _of_that_loan(db: sqlite3.Connection, loan_id: str, transaction_id: str) -> Document:
    loan, transaction = loans.found(db, loan_id), transactions.found(db, transaction_id)
    if transaction["parentAccountKey"] != loan["encodedKey"]:
        raise Refusal(Code.TRANSACTION_NOT_FOUND, f"loan {loan_id} has no transaction {transaction_id}", 404)
    return transaction


def _set_custom_information(core: Core, db: sqlite3.Connection, transaction: Document, body: object) -> None:
    entries = body.get("customInformation") if isinstance(body, dict) else None
    if not isinstance(entries, list) or not entries:
        raise invalid("customInformation must be an array of customFieldID and value")
    if "transactionDetails" not in transaction:
        raise Refusal(Code.CUSTOM_FIELDS_NEED_CHANNEL_PROVIDED)
    names = core.settings.names
    known, values = set(names.transaction_fields.values()), dict(transaction.get(names.transaction_set, {}))
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("customFieldID"), str):
            raise invalid("every entry needs a customFieldID")
        custom_fields.check_field(entry["customFieldID"], known, names.transaction_set)
        values[entry["customFieldID"]] = custom_fields.check_value(entry.get("value"), entry["customFieldID"])
    transaction[names.transaction_set] = values
    records.save(db, TRANSACTION, transaction)


def _loan(db: sqlite3.Connection, transaction: Document) -> Document:
    return loans.found(db, transaction["parentAccountKey"])


def _original_id(db: sqlite3.Connection, transaction: Document) -> str | None:
    key = transaction.get("originalTransactionKey")
    return transactions.found(db, key)["id"] if key else None
