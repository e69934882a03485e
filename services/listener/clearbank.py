"""ClearBank's door: raw bytes -> verify -> store and sign at once -> signed nonce."""

from collections.abc import Callable
from concurrent.futures import Future

from flask import Blueprint, Response, request

from services.listener.acceptance import Deadline, Desk, evidence, raw_body
from services.listener.refusals import Refusal, refuse_origin, require_json
from shared.domain.webhook_envelope import EnvelopeError, parse_envelope
from shared.domain.webhook_identity import clearbank_identity
from shared.signing.client import SignedAnswer

SOURCE = "clearbank"


def clearbank_blueprint(
    desk: Desk, verify: Callable[[bytes, str | None], bool], sign_nonce: Callable[[int], "Future[SignedAnswer]"]
) -> Blueprint:
    """POST /webhooks/clearbank."""
    blueprint = Blueprint(SOURCE, __name__)

    @blueprint.post("/webhooks/clearbank")
    def receive() -> Response:
        deadline = Deadline()
        desk.check_sender(SOURCE)
        raw = raw_body()
        if not verify(raw, request.headers.get("DigitalSignature")):
            refuse_origin("signature_invalid")
        require_json()
        try:
            envelope = parse_envelope(raw)
        except EnvelopeError as error:
            raise Refusal(400, error.reason, str(error)) from error
        headers = evidence("x-delivery-attempt", "x-retry-reason", "X-Request-Id")
        storing = desk.accept(SOURCE, envelope.kind, clearbank_identity(envelope), raw, headers)
        signing = sign_nonce(envelope.nonce)
        acceptance, name = deadline.wait(storing, "store_unavailable")
        answer = deadline.wait(signing, "signer_unavailable")
        desk.accepted(SOURCE, envelope.kind, acceptance, name)
        return Response(answer.body, 200, {"DigitalSignature": answer.signature}, content_type="application/json")

    return blueprint
