"""The core's HTTP face: every call authenticated, logged, and open to faults."""

import time

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from sandbox.mambu import (
    channels,
    communications,
    connection,
    control,
    control_loans,
    faults,
    holders,
    loan_api,
    tasks,
    transaction_api,
)
from sandbox.mambu.authentication import authenticate
from sandbox.mambu.core import Core
from sandbox.mambu.delivery import Sender
from sandbox.mambu.errors import Code, Refusal, refusal_answer
from sandbox.mambu.wire import V2, plain_answer
from sandbox.sqlite import insert

LARGEST_BODY_BYTES = 1 << 20
V1_ROUTE = "transactions.v1_custom_information"


def create_app(core: Core, sender: Sender) -> Flask:
    app = Flask("sandbox.mambu")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY_BYTES
    for routes in (loan_api, transaction_api, holders, channels, tasks, communications, control_loans):
        app.register_blueprint(routes.blueprint(core))
    app.register_blueprint(control.blueprint(core, sender))
    app.add_url_rule("/livez", "livez", lambda: plain_answer({"status": "ok"}))
    app.add_url_rule("/readyz", "readyz", lambda: plain_answer({"status": "ok"}))
    app.register_error_handler(Refusal, _refuse)
    app.register_error_handler(HTTPException, _refuse_http)
    app.before_request(lambda: _enter(core))
    app.after_request(lambda response: _leave(core, response))
    return app


def _is_api() -> bool:
    return request.path.startswith("/api/")


def _is_v2() -> bool:
    return V2 in request.headers.get("Accept", "").lower()


def _enter(core: Core) -> Response | None:
    if not _is_api():
        return None
    authenticate(core.settings, request)
    _check_version()
    with core.store.transaction() as db:
        g.fault = faults.take(db, request)
    if g.fault is not None and g.fault.kind in faults.BEFORE:
        return faults.response_of(g.fault, request)
    return None


def _check_version() -> None:
    """The Accept header chooses the version: without v2's it is a v1 call, and of v1 only one is played here."""
    if request.endpoint == V1_ROUTE and _is_v2():
        raise Refusal(Code.OBJECT_NOT_FOUND, "v2 has no such call", 404)
    if request.endpoint != V1_ROUTE and not _is_v2():
        raise Refusal(Code.INVALID_PARAMETERS, f"the Accept header must be {V2}")


def _leave(core: Core, response: Response) -> Response:
    if not _is_api():
        return response
    fault = g.get("fault")
    if fault is not None and fault.kind in faults.AFTER:
        response = faults.response_of(fault, request)
    with core.store.transaction() as db:
        insert(
            db,
            "requests",
            method=request.method,
            path=request.path,
            query=request.query_string.decode(errors="replace"),
            idempotency_key=request.headers.get("Idempotency-Key"),
            body=request.get_data().decode(errors="replace"),
            status=0 if connection.CUT in response.headers else response.status_code,
            at=time.time(),
        )
    return response


def _refuse(refusal: Refusal) -> Response:
    return refusal_answer(refusal, v1=_is_api() and not _is_v2())


def _refuse_http(error: HTTPException) -> Response:
    code = Code.OBJECT_NOT_FOUND if error.code == 404 else Code.INVALID_PARAMETERS
    return _refuse(Refusal(code, error.name, error.code or 500))
