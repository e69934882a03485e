"""The Open Bank Project's door: its webhooks carry neither signature nor credentials, so the URL is the secret.

An account webhook is sent by the method it was registered with (OBP-API, account webhooks): POST, PUT and DELETE carry
the event, GET carries nothing.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from flask import Blueprint, Response, jsonify, request

from services.listener.acceptance import Desk
from services.listener.credentials import is_one_of
from services.listener.flask_request import Deadline, raw_body
from services.listener.json_event import event_id, event_kind, json_object
from services.listener.refusals import Refusal, refuse_origin, require_json
from shared.domain.webhook_identity import obp_identity
from shared.store.inbox import Acceptance, NewReceipt

SOURCE, PATH = "obp", "/webhooks/obp"


def obp_blueprint(
    desk: Desk, store: Callable[[NewReceipt], "Future[tuple[Acceptance, str]]"], tokens: Sequence[str]
) -> Blueprint:
    """/webhooks/obp/<token>; the path without a token is refused like a wrong one."""
    blueprint = Blueprint(SOURCE, __name__)
    methods = ["GET", "POST", "PUT", "DELETE"]

    @blueprint.route(PATH, methods=methods)
    @blueprint.route(f"{PATH}/<token>", methods=methods)
    def receive(token: str = "") -> Response:
        deadline = Deadline()
        desk.check_sender(SOURCE, request.remote_addr)
        if not is_one_of(token, tokens):
            refuse_origin("token_invalid")
        if request.method in ("GET", "HEAD"):
            raise Refusal(400, "nothing_told", "a GET tells nothing: register the webhook with http_method POST")
        raw = raw_body()
        require_json(request.headers.get("content-type"))
        body = json_object(raw)
        kind = event_kind(body, "event_name")
        if not (identifier := event_id(body, "event_id")):
            raise Refusal(400, "event_id_missing", "event_id is missing or is empty")
        receipt = desk.receipt(SOURCE, kind, obp_identity(kind, identifier, body), raw, {})
        desk.accepted(receipt, *deadline.wait(store(receipt), "store_unavailable"))
        return jsonify(status="accepted")

    return blueprint
