"""The bank's HTTP face: every request authenticated, logged, and open to faults."""

import json
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from sandbox.clearbank import (
    bacs_returns,
    control,
    decisions,
    faults,
    listings,
    payments_chaps,
    payments_fps,
    simulation,
    virtual_accounts,
)
from sandbox.clearbank.authentication import authenticate, refuse_repeat, request_id_of
from sandbox.clearbank.bank import Bank
from sandbox.clearbank.delivery import Sender
from sandbox.clearbank.matching import subject_of
from sandbox.clearbank.problems import Problem, answer, problem_answer
from sandbox.clearbank.wire import from_json
from sandbox.sqlite import insert

OPEN = ("/_sandbox/", "/livez", "/readyz")
LARGEST_BODY_BYTES = 1 << 20
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def create_app(bank: Bank, sender: Sender) -> Flask:
    app = Flask("sandbox.clearbank")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY_BYTES
    for routes in (payments_fps, payments_chaps, bacs_returns, virtual_accounts, listings):
        app.register_blueprint(routes.blueprint(bank))
    app.register_blueprint(control.blueprint(bank, sender))
    app.register_blueprint(simulation.blueprint(bank))
    app.register_blueprint(decisions.blueprint(bank))
    app.add_url_rule("/livez", "livez", lambda: answer({"status": "ok"}))
    app.add_url_rule("/readyz", "readyz", lambda: answer({"status": "ok"}))
    app.register_error_handler(Problem, _refuse)
    app.register_error_handler(HTTPException, _refuse_http)
    app.before_request(lambda: _enter(bank))
    app.after_request(lambda response: _leave(bank, response))
    app.wsgi_app = _any_case(app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


def _any_case(wsgi: Wsgi) -> Wsgi:
    """The bank's paths work in any case (peer); ids in them are UUIDs, so nothing is lost."""

    def lowered(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["sandbox.path"] = path = environ.get("PATH_INFO", "")
        if not path.startswith(OPEN):
            environ["PATH_INFO"] = path.lower()
        return wsgi(environ, start_response)

    return lowered


def _is_open() -> bool:
    return request.path.startswith(OPEN)


def _enter(bank: Bank) -> Response | None:
    if _is_open():
        return None
    g.subject = subject_of([_parsed(), dict(request.args)])
    authenticate(bank, request)
    with bank.store.transaction() as db:
        g.fault = faults.take(db, faults.area_of(request.path), g.subject)
    if g.fault is not None and g.fault.kind in faults.BEFORE:
        return faults.response_of(g.fault)
    refuse_repeat(bank.store, request)
    return None


def _leave(bank: Bank, response: Response) -> Response:
    if _is_open():
        return response
    fault = g.get("fault")
    if fault is not None and fault.kind in faults.AFTER:
        response = faults.response_of(fault)
    _log_request(bank, response.status_code if response.headers.get(faults.CUT) is None else 0)
    response.headers["X-Correlation-Id"] = str(uuid.uuid4())
    return response


def _parsed() -> Any:
    try:
        return from_json(request.get_data())
    except (ValueError, RecursionError):
        return None


def _log_request(bank: Bank, status: int) -> None:
    """Status 0: no answer was given."""
    with bank.store.transaction() as db:
        insert(
            db,
            "requests",
            method=request.method,
            path=request.environ["sandbox.path"],
            request_id=request_id_of(request),
            status=status,
            end_to_end_ids=json.dumps(g.get("subject", {}).get("endToEndId", [])),
            at=time.time(),
        )


def _refuse(problem: Problem) -> Response:
    return problem_answer(problem, status_as_text=request.path.startswith("/payments/chaps/"))


def _refuse_http(error: HTTPException) -> Response:
    return _refuse(Problem(error.code or 500, error.name))
