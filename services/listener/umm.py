"""UMM's door: API keys, Basic or Bearer prove the origin, five headers come beside any JSON object.

UMM counts nothing but 200 as taken and repeats hourly for three days, with the same event id (UMM Services Webhooks,
delivery): a repeat is answered like the first.
"""

from collections.abc import Callable
from concurrent.futures import Future

from flask import Blueprint, Response, jsonify, request

from services.listener.acceptance import Desk
from services.listener.credentials import demand
from services.listener.flask_request import Deadline, raw_body
from services.listener.json_event import event_id, event_kind, json_object
from services.listener.refusals import require_json
from services.listener.umm_access import UmmAccess
from services.listener.umm_headers import read_umm_headers
from shared.domain.webhook_identity import umm_identity
from shared.store.inbox import Acceptance, NewReceipt

SOURCE, PATH = "umm", "/webhooks/umm"


def umm_blueprint(
    desk: Desk, store: Callable[[NewReceipt], "Future[tuple[Acceptance, str]]"], access: UmmAccess
) -> Blueprint:
    """POST /webhooks/umm."""
    blueprint = Blueprint(SOURCE, __name__)

    @blueprint.post(PATH)
    def receive() -> Response:
        deadline = Deadline()
        desk.check_sender(SOURCE, request.remote_addr)
        demand(access.proofs, request.headers)
        raw = raw_body()
        headers = read_umm_headers(request.headers, is_strict=access.is_strict)
        if access.is_strict:
            require_json(request.headers.get("content-type"))  # the documentation names none
        body = json_object(raw)
        # What the fields are called is not documented: these names are in use elsewhere.
        kind = event_kind(body, "event_type", "type", "eventType", "event_name")
        same_in_every_repeat = event_id(body, "event_id", "id", "eventId") or headers.idempotent_request_key
        identity = umm_identity(kind, headers.client_key, same_in_every_repeat, body)
        receipt = desk.receipt(SOURCE, kind, identity, raw, headers.evidence)
        desk.accepted(receipt, *deadline.wait(store(receipt), "store_unavailable"))
        return jsonify(status="accepted")

    return blueprint
