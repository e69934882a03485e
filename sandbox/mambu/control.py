"""The control door: what the engine sent, faults, switches, the clock. No core has one."""

import json
import sqlite3
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Blueprint, Response, request

from sandbox.mambu import control_schemas as schemas
from sandbox.mambu import faults, records
from sandbox.mambu.control_schemas import load
from sandbox.mambu.core import SWITCHES, Core, reset, set_switch, switch
from sandbox.mambu.delivery import Attempt, Sender
from sandbox.mambu.errors import Code, Refusal
from sandbox.mambu.reading import body_of
from sandbox.mambu.tasks import TASK
from sandbox.mambu.wire import plain_answer, to_json


def blueprint(core: Core, sender: Sender) -> Blueprint:
    door = Blueprint("control", __name__, url_prefix="/_sandbox")

    @door.get("/tasks")
    def tasks() -> Response:
        with core.store.reading() as db:
            return plain_answer(records.every(db, TASK))

    @door.get("/requests")
    def requests() -> Response:
        """Those whose path holds the text asked for, newest last; status 0 means that no answer was given."""
        query = "SELECT * FROM requests WHERE instr(path, ?) > 0 ORDER BY seq"
        with core.store.reading() as db:
            rows = db.execute(query, (request.args.get("path", ""),)).fetchall()
        return plain_answer({"requests": [_request(row) for row in rows]})

    @door.get("/webhooks")
    def webhooks() -> Response:
        with core.store.reading() as db:
            return plain_answer({"webhooks": [_webhook(db, row) for row in _asked_for(db)]})

    @door.post("/webhooks/<key>/resend")
    def resend(key: str) -> Response:
        asked = load(schemas.Resend(), body_of(request))
        try:
            attempts = sender.resend(key, asked["times"], new_key=asked["newKey"])
        except LookupError as error:
            raise Refusal(Code.MESSAGE_NOT_FOUND, str(error), 404) from error
        return plain_answer(
            {"attempts": [_sent(one) for one in attempts], "statuses": [one.status for one in attempts]}
        )

    @door.post("/webhooks/raw")
    def raw() -> Response:
        """Any bytes with any credentials, once, now; the body is a text, or JSON to be written as such."""
        asked = load(schemas.RawWebhook(), body_of(request))
        body = asked["body"] if isinstance(asked["body"], str) else to_json(asked["body"])
        settings = core.settings
        user = settings.webhook_user if asked["username"] is None else asked["username"]
        password = settings.webhook_password if asked["password"] is None else asked["password"]
        attempt = sender.courier.carry(
            _address(settings.webhook_url, asked["path"]),
            body.encode(),
            asked["method"].upper(),
            headers=asked["headers"],
            credentials=(user, password),
        )
        return plain_answer(_sent(attempt))

    @door.post("/faults")
    def fault() -> Response:
        asked = load(schemas.NewFault(), body_of(request))
        names = {"hangSeconds": "hang_seconds", "retryAfterSeconds": "retry_after_seconds"}
        detail = {name: asked[key] for key, name in names.items() if key in asked}
        with core.store.transaction() as db:
            faults.add(db, asked["on"], asked["kind"], asked["match"], detail, asked["times"])
        return plain_answer({}, 201)

    @door.post("/delivery")
    def delivery() -> Response:
        asked = load(schemas.Delivery(), body_of(request))
        with core.store.transaction() as db:
            for name, value in asked.items():
                set_switch(db, name, value)
            return plain_answer({name: switch(db, name) for name in SWITCHES})

    @door.post("/clock")
    def clock() -> Response:
        offset = load(schemas.Clock(), body_of(request))["offsetSeconds"]
        with core.store.transaction() as db:
            set_switch(db, "clockOffsetSeconds", offset)
            return plain_answer({"now": core.stamp(db)})

    @door.post("/reset")
    def forget_everything() -> Response:
        reset(core, load(schemas.Reset(), body_of(request))["seed"])
        return plain_answer({})

    return door


def _address(prefix: str, path: str) -> str:
    """Below the prefix, unless the path begins with the prefix's own."""
    if path.startswith(urlsplit(prefix).path + "/"):
        return urljoin(prefix, path)
    return f"{prefix}/{path.lstrip('/')}"


def _asked_for(db: sqlite3.Connection) -> list[sqlite3.Row]:
    transaction, loan = request.args.get("transactionKey"), request.args.get("loanId")
    rows = db.execute("SELECT * FROM messages ORDER BY seq").fetchall()
    return [
        row
        for row in rows
        if transaction in (None, row["transaction_key"]) and loan in (None, row["loan_id"], row["loan_key"])
    ]


def _webhook(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    attempts = db.execute("SELECT * FROM attempts WHERE message_seq = ? ORDER BY seq", (row["seq"],)).fetchall()
    message = json.loads(row["document"])
    return {
        "id": row["key"],
        "event": message["event"],
        "url": message["destination"],
        "method": row["method"],
        "body": message["body"],
        "state": row["state"],
        "failureReason": message.get("failureReason"),
        "transactionKey": row["transaction_key"],
        "loanId": row["loan_id"],
        "idempotencyKey": row["idempotency_key"],
        "attempts": [
            {
                "number": number,
                "at": one["at"],
                "status": one["status"],
                "ok": not one["reason"],
                "reason": one["reason"],
                "milliseconds": one["milliseconds"],
                "idempotencyKey": one["idempotency_key"],
            }
            for number, one in enumerate(attempts, 1)
        ],
    }


def _sent(attempt: Attempt) -> dict[str, Any]:
    return {
        "status": attempt.status,
        "body": attempt.answer,
        "reason": attempt.reason,
        "milliseconds": attempt.milliseconds,
    }


def _request(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "method": row["method"],
        "path": row["path"],
        "query": row["query"],
        "idempotencyKey": row["idempotency_key"],
        "body": row["body"],
        "status": row["status"],
        "at": row["at"],
    }
