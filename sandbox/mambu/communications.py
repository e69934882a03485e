"""The communications log over HTTP: what was sent, and sending what failed again."""

import json
import sqlite3

from flask import Blueprint, Response, request

from sandbox.mambu import paging
from sandbox.mambu.core import Core
from sandbox.mambu.dates import tenant_date_time
from sandbox.mambu.delivery import queue_again
from sandbox.mambu.errors import Code, Refusal, invalid
from sandbox.mambu.faults import posted
from sandbox.mambu.reading import body_of
from sandbox.mambu.records import Document
from sandbox.mambu.search import Searchable, matching
from sandbox.mambu.wire import answer

WHAT = Searchable(
    kind="MESSAGE",
    # No filter on loan account or template.
    fields=frozenset(
        {
            "encodedKey",
            "creationDate",
            "sendDate",
            "senderKey",
            "clientKey",
            "groupKey",
            "userKey",
            "state",
            "failureReason",
            "failureCause",
            "destination",
            "type",
            "event",
        }
    ),
    sets={},
    paths={},
    made_up={},
)


def blueprint(core: Core) -> Blueprint:
    door = Blueprint("communications", __name__, url_prefix="/api/communications")

    @door.post("/messages:search")
    def found() -> Response:
        """The one search whose body is a bare array."""
        body = body_of(request)
        if not isinstance(body, list):
            raise invalid("the body must be an array of criteria")
        with core.store.reading() as db:
            return paging.page_answer(matching(db, WHAT, shown_messages(db), body, core.now(db).date()))

    @door.get("/messages/<key>")
    def one(key: str) -> Response:
        with core.store.reading() as db:
            row = db.execute("SELECT document FROM messages WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise Refusal(Code.MESSAGE_NOT_FOUND, key, 404)
        return answer(json.loads(row["document"]))

    @door.post("/messages:resend")
    def resent() -> Response:
        return _resend_by_keys(202)

    @door.post("/messages:resendAsyncByKeys")
    def resent_by_keys() -> Response:
        return _resend_by_keys(200)

    @door.post("/messages:resendAsyncByDate")
    def resent_by_date() -> Response:
        """Re-queues failed messages created in the interval; that only failed ones go again is unverified."""
        body = body_of(request)
        if not isinstance(body, dict):
            raise invalid("the body must be an object")
        zone = core.settings.zone
        start, end = (tenant_date_time(body.get(name), name, zone).isoformat() for name in ("startDate", "endDate"))
        criteria = [{"field": "creationDate", "operator": "BETWEEN", "value": start, "secondValue": end}]

        def effect(db: sqlite3.Connection) -> Response:
            rows = matching(db, WHAT, shown_messages(db), criteria, core.now(db).date())
            for row in rows:
                if row["state"] == "FAILED":
                    queue_again(db, _message(db, row["encodedKey"]))
            return Response(status=200)

        return posted(core, request, effect)

    def _resend_by_keys(status: int) -> Response:
        body = body_of(request)
        keys = body.get("messages") if isinstance(body, dict) else None
        if not isinstance(keys, list) or not keys or not all(isinstance(key, str) for key in keys):
            raise invalid("messages must be an array of encoded keys")

        def effect(db: sqlite3.Connection) -> Response:
            if len(set(keys)) < len(keys):
                raise Refusal(Code.DUPLICATE_ENCODED_KEY)
            messages = [_message(db, key) for key in keys]
            if any(message["state"] != "FAILED" for message in messages):
                raise Refusal(Code.MESSAGE_STATE_MUST_BE_FAILED)
            for message in messages:
                queue_again(db, message)
            return Response(status=status)

        return posted(core, request, effect)

    return door


def shown_messages(db: sqlite3.Connection) -> list[Document]:
    return [json.loads(row["document"]) for row in db.execute("SELECT document FROM messages ORDER BY seq")]


def _message(db: sqlite3.Connection, key: str) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute("SELECT * FROM messages WHERE key = ?", (key,)).fetchone()
    if row is None:
        raise Refusal(Code.NO_MESSAGE_FOUND, key)
    return row
