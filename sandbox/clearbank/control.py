"""The control door: look behind the counter, decide outcomes beforehand, switch faults on. No bank has one."""

import json
import sqlite3
from typing import Any

from flask import Blueprint, Response, request

from sandbox.clearbank import control_schemas as schemas
from sandbox.clearbank import faults, rules, source, webhooks
from sandbox.clearbank.bank import Bank, reset
from sandbox.clearbank.delivery import Sender, described
from sandbox.clearbank.fields import load
from sandbox.clearbank.matching import matches
from sandbox.clearbank.problems import Problem, answer
from sandbox.clearbank.wire import from_json, timestamp
from sandbox.sqlite import insert


def blueprint(bank: Bank, sender: Sender) -> Blueprint:
    door = Blueprint("control", __name__, url_prefix="/_sandbox")

    @door.get("/ledger")
    def ledger() -> Response:
        columns = {"endToEndId": "end_to_end_id", "reference": "reference", "transactionId": "id"}
        with bank.store.reading() as db:
            return answer({"transactions": [_entry(row) for row in _filtered(db, "transactions", columns)]})

    @door.get("/requests")
    def requests() -> Response:
        with bank.store.reading() as db:
            rows = db.execute("SELECT * FROM requests ORDER BY seq").fetchall()
        wanted = request.args.get("endToEndId")
        shown = [row for row in rows if wanted is None or wanted in json.loads(row["end_to_end_ids"])]
        return answer({"requests": [_request(row) for row in shown]})

    @door.get("/accounts")
    def accounts() -> Response:
        with bank.store.reading() as db:
            rows = _filtered(db, "accounts", {"ownerName": "name"}, order="created_at, id")
        return answer({"accounts": [_account(row) for row in rows]})

    @door.post("/rules")
    def new_rule() -> Response:
        rule = load(schemas.NewRule(), control_body())
        detail = _given(rule, code="code", reason="reason", delaySeconds="delay_seconds")
        with bank.store.transaction() as db:
            rules.add(db, rule["match"], rule["outcome"], detail, rule["times"])
        return answer({}, 201)

    @door.post("/faults")
    def new_fault() -> Response:
        fault = load(schemas.NewFault(), control_body())
        detail = _given(fault, retryAfterSeconds="retry_after_seconds", hangSeconds="hang_seconds")
        with bank.store.transaction() as db:
            faults.add(db, fault["on"], fault["kind"], match=fault["match"], detail=detail, times=fault["times"])
        return answer({}, 201)

    @door.post("/delivery")
    def new_delivery_rule() -> Response:
        rule = load(schemas.NewDeliveryRule(), control_body())
        with bank.store.transaction() as db:
            insert(
                db,
                "delivery_rules",
                match=json.dumps(rule["match"]),
                duplicates=rule["duplicate"],
                reorder_seconds=rule["reorderWithinSeconds"] if rule["reorder"] else 0,
                lost=rule["loseFirst"],
                times_left=rule["times"],
            )
        return answer({}, 201)

    @door.get("/webhooks")
    def listed_webhooks() -> Response:
        names = ("endToEndId", "transactionId", "type", "iban", "externalId")
        match = {name: request.args[name] for name in names if name in request.args}
        with bank.store.reading() as db:
            rows = db.execute("SELECT * FROM webhooks ORDER BY seq").fetchall()
            shown = [described(db, row) for row in rows if matches(match, json.loads(row["subject"]))]
        return answer({"webhooks": shown})

    @door.post("/webhooks")
    def new_webhook() -> Response:
        wanted = load(schemas.NewWebhook(), control_body())
        with bank.store.transaction() as db:
            nonce = source.next_nonce(db) if wanted["nonce"] is None else wanted["nonce"]
            if wanted["queue"]:
                return answer({"id": _queued(db, wanted, nonce)}, 202)
        body = wanted["rawBody"]
        if body is None:
            body = webhooks.body_of(wanted["type"], wanted["version"], wanted["payload"], nonce)
        attempt = sender.courier.carry(body.encode(), nonce, {"x-delivery-attempt": "1"}, wanted["signature"])
        return answer(
            {
                "status": attempt.status,
                "body": attempt.answer,
                "signatureOk": attempt.signature_ok,
                "nonceOk": attempt.nonce_ok,
                "reason": attempt.reason,
                "milliseconds": attempt.milliseconds,
            }
        )

    @door.post("/webhooks/<webhook_id>/resend")
    def resend(webhook_id: str) -> Response:
        times = load(schemas.Resend(), control_body())["times"]
        try:
            attempts = sender.resend(webhook_id, times)
        except LookupError as error:
            raise Problem(404, "Not Found", str(error)) from error
        shown = [{"status": attempt.status, "ok": not attempt.reason, "reason": attempt.reason} for attempt in attempts]
        return answer({"attempts": shown, "statuses": [attempt.status for attempt in attempts]})

    @door.post("/reset")
    def forget_everything() -> Response:
        reset(bank, load(schemas.Reset(), control_body())["seed"])
        return answer({})

    return door


def control_body() -> Any:
    """The JSON body, or an empty one. Raises Problem 400."""
    try:
        return from_json(request.get_data() or b"{}")
    except ValueError as error:
        raise Problem(400, "Bad Request", "The request body is not valid JSON.") from error


def _given(values: dict[str, Any], **names: str) -> dict[str, Any]:
    return {name: values[key] for key, name in names.items() if key in values}


def _filtered(db: sqlite3.Connection, table: str, columns: dict[str, str], order: str = "seq") -> list[sqlite3.Row]:
    wanted = {column: request.args[name] for name, column in columns.items() if name in request.args}
    where = " AND ".join(f"{column} = ?" for column in wanted) or "TRUE"
    query = f"SELECT * FROM {table} WHERE {where} ORDER BY {order}"  # noqa: S608 (names from code)
    return db.execute(query, tuple(wanted.values())).fetchall()


def _queued(db: sqlite3.Connection, wanted: dict[str, Any], nonce: int) -> str:
    payload = wanted["payload"] if isinstance(wanted["payload"], dict) else {}
    subject = {
        "endToEndId": [str(payload.get("EndToEndTransactionId", ""))],
        "transactionId": [str(payload.get("TransactionId", ""))],
    }
    return webhooks.enqueue(
        db,
        wanted["type"],
        wanted["version"],
        wanted["payload"],
        subject,
        signature=wanted["signature"],
        nonce=nonce,
        raw_body=wanted["rawBody"],
    )


def _entry(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "transactionId": row["id"],
        "endToEndId": row["end_to_end_id"],
        "direction": row["direction"],
        "amountPence": row["amount_pence"],
        "scheme": row["scheme"],
        "status": row["status"],
        "isReturn": bool(row["is_return"]),
        "accountIban": row["account_iban"],
        "counterpartIban": row["counterpart_iban"],
        "counterpartName": row["counterpart_name"],
        "reference": row["reference"],
        "bacsTransactionId": row["bacs_transaction_id"],
        "createdAt": timestamp(row["created_at"]),
        "settledAt": None if row["settled_at"] is None else timestamp(row["settled_at"]),
    }


def _request(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "method": row["method"],
        "path": row["path"],
        "requestId": row["request_id"],
        "status": row["status"],
        "endToEndIds": json.loads(row["end_to_end_ids"]),
        "at": timestamp(row["at"]),
    }


def _account(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "parentId": row["parent_id"],
        "name": row["name"],
        "iban": row["iban"],
        "externalId": row["external_id"],
        "status": row["status"],
        "balancePence": row["balance_pence"],
        "earmarkedPence": row["earmarked_pence"],
    }
