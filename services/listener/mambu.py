"""Mambu's door: the same steps with its own proof of origin, HTTP Basic. The body is whatever the template renders."""

import hmac
import json
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from flask import Blueprint, Response, jsonify, request
from marshmallow import ValidationError

from services.listener.acceptance import Desk, evidence
from services.listener.flask_request import Deadline, raw_body
from services.listener.refusals import Refusal, refuse_origin, require_json
from shared.domain.webhook_identity import mambu_identity
from shared.messages.schemas import LoanDisbursementSchema, faults_of
from shared.store.inbox import Acceptance, NewReceipt

SOURCE = "mambu"
LOAN_DISBURSEMENT = "LoanDisbursement"


def mambu_blueprint(
    desk: Desk, store: Callable[[NewReceipt], "Future[tuple[Acceptance, str]]"], username: str, password: str
) -> Blueprint:
    """POST, PUT, PATCH /webhooks/mambu/loan-disbursement."""
    blueprint = Blueprint(SOURCE, __name__)
    schema = LoanDisbursementSchema()

    @blueprint.route("/webhooks/mambu/loan-disbursement", methods=["POST", "PUT", "PATCH"])
    def loan_disbursement() -> Response:
        deadline = Deadline()
        raw, body = _proved_body()
        try:
            order = schema.load(body)
        except ValidationError as error:
            raise Refusal(400, "fields_invalid", faults_of(error)) from error
        identity = mambu_identity(LOAN_DISBURSEMENT, order.transaction_key, body)
        kept = evidence(request.headers, "x-notifications-idempotency-key")
        receipt = desk.receipt(SOURCE, LOAN_DISBURSEMENT, identity, raw, kept)
        desk.accepted(receipt, *deadline.wait(store(receipt), "store_unavailable"))
        return jsonify(status="accepted")

    def _proved_body() -> tuple[bytes, Any]:
        desk.check_sender(SOURCE, request.remote_addr)
        raw = raw_body()
        if not _credentials_agree():
            refuse_origin("credentials_invalid")
        require_json(request.headers.get("content-type"))
        try:
            body = json.loads(raw)
        except (ValueError, RecursionError) as error:
            # A quote inside a rendered value breaks the template's JSON.
            raise Refusal(400, "not_json", "the body is not JSON") from error
        if not isinstance(body, dict):
            raise Refusal(400, "not_an_object", "the body is not a JSON object")
        return raw, body

    def _credentials_agree() -> bool:
        given = request.authorization
        if given is None or given.type != "basic":
            return False
        same_name = hmac.compare_digest((given.username or "").encode(), username.encode())
        same_password = hmac.compare_digest((given.password or "").encode(), password.encode())
        return same_name and same_password

    return blueprint
