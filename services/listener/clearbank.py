"""ClearBank's rules, one for every server that brings its webhooks, and its door in Flask.

Raw bytes -> verify -> store and sign at once -> signed nonce.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from flask import Blueprint, Response, request

from services.listener.acceptance import Desk, Headers, evidence
from services.listener.flask_request import Deadline, raw_body
from services.listener.refusals import Refusal, refuse_origin, require_json
from services.listener.store_and_sign import Taken, Wanted
from shared.domain.webhook_envelope import EnvelopeError, parse_envelope
from shared.domain.webhook_identity import clearbank_identity
from shared.signing.client import SignedAnswer

SOURCE, PATH = "clearbank", "/webhooks/clearbank"
TOO_LATE = "deadline_passed"


@dataclass(frozen=True, slots=True)
class ClearBank:
    """What must be right before a webhook is taken, and what is said when it was."""

    desk: Desk
    verify: Callable[[bytes, str | None], bool]

    def check_sender(self, address: str | None) -> None:
        """Raises Refusal."""
        self.desk.check_sender(SOURCE, address)

    def proved(self, raw: bytes, headers: Headers) -> Wanted:
        """The origin is proved before anything is parsed. Raises Refusal, UnicodeEncodeError, RecursionError."""
        if not self.verify(raw, headers.get("digitalsignature")):
            refuse_origin("signature_invalid")
        require_json(headers.get("content-type"))
        try:
            envelope = parse_envelope(raw)
        except EnvelopeError as error:
            raise Refusal(400, error.reason, str(error)) from error
        kept = evidence(headers, "x-delivery-attempt", "x-retry-reason", "x-request-id")
        receipt = self.desk.receipt(SOURCE, envelope.kind, clearbank_identity(envelope), raw, kept)
        return Wanted(receipt, envelope.nonce)

    def answer(self, wanted: Wanted, taken: Taken) -> SignedAnswer:
        """What leaves with 200."""
        self.desk.accepted(wanted.receipt, taken.acceptance, taken.name)
        return taken.answer


def clearbank_blueprint(rules: ClearBank, take: Callable[[Wanted], "Future[Taken]"]) -> Blueprint:
    """POST /webhooks/clearbank."""
    blueprint = Blueprint(SOURCE, __name__)

    @blueprint.post(PATH)
    def receive() -> Response:
        deadline = Deadline()
        rules.check_sender(request.remote_addr)
        wanted = rules.proved(raw_body(), request.headers)
        answer = rules.answer(wanted, deadline.wait(take(wanted), TOO_LATE))
        return Response(answer.body, 200, {"DigitalSignature": answer.signature}, content_type="application/json")

    return blueprint
