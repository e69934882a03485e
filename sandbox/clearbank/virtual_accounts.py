"""Virtual accounts: ordered, listed, renamed, disabled. Creation is finished later, by webhook."""
# ruff: noqa: N815 (the fields are named as on the wire)

import sqlite3
import time
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length

from sandbox.clearbank import rules, steps
from sandbox.clearbank.authentication import use_up_request_id
from sandbox.clearbank.bank import Bank
from sandbox.clearbank.fields import choice, load, text
from sandbox.clearbank.matching import subject_of
from sandbox.clearbank.problems import Problem, answer, status_only
from sandbox.clearbank.reading import json_body, page, real_account_of, virtual_account_of
from sandbox.clearbank.rules import VIRTUAL_ACCOUNT_OUTCOMES, Rule

OWNER_NAME = r"[^\|_\[\]<>^`~\\$]*"


class Identifier(Schema):
    iban = text(1, 34, required=False)
    bban = text(1, 30, required=False)
    proprietaryIdentifier = text(1, 34, required=False)
    externalIdentifier = text(0, 50, required=False)


class NewAccount(Schema):
    ownerName = text(1, 140, OWNER_NAME)
    accountIdentifier = fields.Nested(Identifier, required=True)


class NewAccounts(Schema):
    virtualAccounts = fields.List(fields.Nested(NewAccount), required=True, validate=Length(min=1))


class Amendment(Schema):
    ownerName = text(1, 140, OWNER_NAME, required=False)
    legalOwnerType = choice("Personal Business", required=False)
    relationshipType = choice("Single Joint", required=False)

    @validates_schema
    def _a_business_is_not_joint(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("legalOwnerType"), data.get("relationshipType")) == ("Business", "Joint"):
            raise ValidationError("A Business account cannot be Joint.")


NEW_ACCOUNTS, AMENDMENT = NewAccounts(), Amendment()


def blueprint(bank: Bank) -> Blueprint:
    door = Blueprint("virtual_accounts", __name__)

    @door.post("/v2/accounts/<account_id>/virtual")
    def create(account_id: str) -> Response:
        body = load(NEW_ACCOUNTS, json_body(request))
        now = time.time()
        with bank.store.transaction() as db:
            parent = real_account_of(db, account_id)
            if parent["id"] != bank.settings.pooled_account_id:
                raise Problem(400, "Bad Request", "Virtual accounts need a pooled account.")
            use_up_request_id(db, request, now)
            for account in body["virtualAccounts"]:
                _order(db, parent, account, now, bank.settings.settle_seconds)
        return answer({"halLinks": []}, 202)

    @door.get("/v2/accounts/<account_id>/virtual")
    def listing(account_id: str) -> Response:
        with bank.store.reading() as db:
            real_account_of(db, account_id)
            query = "SELECT * FROM accounts WHERE parent_id = ? ORDER BY created_at, id LIMIT ? OFFSET ?"
            accounts = [described(row) for row in db.execute(query, (account_id.lower(), *page(request)))]
        return answer({"accounts": accounts, "halLinks": []})

    @door.get("/v2/accounts/<account_id>/virtual/<virtual_id>")
    def one(account_id: str, virtual_id: str) -> Response:
        with bank.store.reading() as db:
            return answer({"account": described(virtual_account_of(db, account_id, virtual_id)), "halLinks": []})

    @door.get("/v1/accounts/virtual")
    def of_the_institution() -> Response:
        with bank.store.reading() as db:
            query = "SELECT * FROM accounts WHERE parent_id IS NOT NULL ORDER BY created_at, id LIMIT ? OFFSET ?"
            accounts = [described(row) for row in db.execute(query, page(request))]
        for account in accounts:
            del account["label"]
        return answer({"accounts": accounts, "halLinks": []})

    @door.patch("/v1/accounts/<account_id>/virtual/<virtual_id>")
    def amend(account_id: str, virtual_id: str) -> Response:
        body = load(AMENDMENT, json_body(request))
        now = time.time()
        with bank.store.transaction() as db:
            account = virtual_account_of(db, account_id, virtual_id)
            if account["status"] != "Enabled":  # a 409 is listed, its cause is not stated
                raise status_only(409)
            use_up_request_id(db, request, now)
            _amend(db, account, body, now)
        return Response(status=204)

    @door.delete("/v1/accounts/<account_id>/virtual/<virtual_id>")
    def disable(account_id: str, virtual_id: str) -> Response:
        now = time.time()
        with bank.store.transaction() as db:
            account = virtual_account_of(db, account_id, virtual_id)
            use_up_request_id(db, request, now)
            query = "UPDATE accounts SET status = 'Disabled', modified_at = ? WHERE id = ?"
            db.execute(query, (now, account["id"]))
        return Response(status=204)

    return door


def described(row: sqlite3.Row) -> dict[str, Any]:
    """No balance, no external identifier: the creation webhook is the only link to it."""
    return {
        "id": row["id"],
        "name": row["name"],
        "label": row["label"],
        "type": "CACC",
        "status": row["status"],
        "currency": ["GBP"],
        "iban": row["iban"],
        "bban": row["bban"],
    }


def _order(
    db: sqlite3.Connection, parent: sqlite3.Row, account: dict[str, Any], now: float, settle_seconds: float
) -> None:
    subject = subject_of(account)
    rule = rules.take(db, subject, VIRTUAL_ACCOUNT_OUTCOMES) or Rule("created_v3")
    if rule.outcome == "none":
        return
    detail = {
        "account_id": parent["id"],
        "owner_name": account["ownerName"],
        "identifier": account["accountIdentifier"],
        "outcome": rule.outcome,
        "code": rule.code,
        "reason": rule.reason,
    }
    pause = settle_seconds if rule.delay_seconds is None else rule.delay_seconds
    steps.plan(db, "create_virtual_account", now + pause, detail=detail)


def _amend(db: sqlite3.Connection, account: sqlite3.Row, body: dict[str, Any], now: float) -> None:
    name = body.get("ownerName", account["name"])
    legal = body.get("legalOwnerType", account["legal_owner_type"])
    relationship = body.get("relationshipType", account["relationship_type"])
    db.execute(
        "UPDATE accounts SET name = ?, label = ?, legal_owner_type = ?, relationship_type = ?, modified_at = ?"
        " WHERE id = ?",
        (name, name, legal, relationship, now, account["id"]),
    )
