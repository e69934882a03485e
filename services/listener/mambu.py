"""Mambu's door: the same steps with its own proof of origin, HTTP Basic. The body is whatever the template renders."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request
from marshmallow import Schema, ValidationError

from services.listener.acceptance import Desk, evidence
from services.listener.credentials import Basic, demand
from services.listener.flask_request import Deadline, raw_body
from services.listener.refusals import Refusal, require_json
from shared.domain.webhook_identity import mambu_identity
from shared.messages.schemas import LoanClosureSchema, LoanDisbursementSchema, faults_of, rendered_json
from shared.store.inbox import Acceptance, NewReceipt

SOURCE = "mambu"


@dataclass(frozen=True, slots=True)
class _Event:
    """One kind of webhook: where it comes, how its body is read, and what makes two of them the same event."""

    kind: str
    path: str
    schema: Schema
    keys: Callable[[Any], tuple[str, ...]]


_EVENTS = (
    _Event(
        "LoanDisbursement",
        "/webhooks/mambu/loan-disbursement",
        LoanDisbursementSchema(),
        lambda order: (order.transaction_key,),
    ),
    # Mambu's closure webhooks carry neither time nor state: the comment tells a loan closed from one written off, and
    # one that is opened again and closed with the same words is one event.
    _Event(
        "LoanClosure",
        "/webhooks/mambu/loan-closure",
        LoanClosureSchema(),
        lambda closed: (closed.loan_id, closed.virtual_account_id, closed.iban, closed.comment),
    ),
)


def mambu_blueprint(
    desk: Desk, store: Callable[[NewReceipt], "Future[tuple[Acceptance, str]]"], username: str, password: str
) -> Blueprint:
    """One door per event, by POST, PUT or PATCH, as the template says."""
    blueprint, proof = Blueprint(SOURCE, __name__), Basic(username, password)

    def _add_door(event: _Event) -> None:
        def receive() -> Response:
            deadline = Deadline()
            raw, body = _proved_body()
            try:
                keys = event.keys(event.schema.load(body))
            except ValidationError as error:
                raise Refusal(400, "fields_invalid", faults_of(error)) from error
            kept = evidence(request.headers, "x-notifications-idempotency-key")
            receipt = desk.receipt(SOURCE, event.kind, mambu_identity(event.kind, keys, body), raw, kept)
            desk.accepted(receipt, *deadline.wait(store(receipt), "store_unavailable"))
            return jsonify(status="accepted")

        blueprint.add_url_rule(event.path, event.kind, receive, methods=["POST", "PUT", "PATCH"])

    def _proved_body() -> tuple[bytes, Any]:
        desk.check_sender(SOURCE, request.remote_addr)
        raw = raw_body()
        demand([proof], request.headers)
        require_json(request.headers.get("content-type"))
        try:
            body = rendered_json(raw)
        except (ValueError, RecursionError) as error:
            # A quote inside a rendered value breaks the template's JSON.
            raise Refusal(400, "not_json", "the body is not JSON") from error
        if not isinstance(body, dict):
            raise Refusal(400, "not_an_object", "the body is not a JSON object")
        return raw, body

    for event in _EVENTS:
        _add_door(event)
    return blueprint
