"""The sinks over HTTP: any method on /sink/<name>, ZenDesk's tickets, an OAuth token, and a control door."""
# ruff: noqa: N815 (the fields are named as on the wire)

import json
import time
from typing import Any

from flask import Flask, Response, jsonify, request
from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.validate import Range

from sandbox.sinks.store import Arrival, Arrivals

ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
ZENDESK, OAUTH = "zendesk", "oauth"  # where tickets and token requests are listed
LARGEST_BODY_BYTES = 1 << 22
TOKEN_LIVES_SECONDS = 3600


class Plan(Schema):
    """How the next arrivals are answered: `times` of them, null for all; a body that is no text is sent as JSON."""

    class Meta:
        unknown = RAISE

    status = fields.Integer(load_default=200, validate=Range(100, 599))
    times = fields.Integer(load_default=None, allow_none=True, validate=Range(min=1))
    delaySeconds = fields.Float(load_default=0.0, validate=Range(0, 600))
    headers = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    body = fields.Raw(load_default=None, allow_none=True)


def create_app(store: Arrivals) -> Flask:
    app = Flask("sandbox.sinks")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY_BYTES
    _serve_sinks(app, store)
    _serve_control(app, store)
    for name in ("livez", "readyz"):
        app.add_url_rule(f"/{name}", name, lambda: jsonify(status="ok"))
    return app


def _serve_sinks(app: Flask, store: Arrivals) -> None:
    @app.route("/sink/<name>", methods=ANY_METHOD)
    @app.route("/sink/<name>/<path:rest>", methods=ANY_METHOD)
    def sink(name: str, rest: str = "") -> Response:  # noqa: ARG001 (recorded with the path)
        store.record(name, _arrival())
        return _planned(store.take_plan(name)) or Response(status=200)

    @app.post("/zendesk/api/v2/tickets.json")
    def ticket() -> Response:
        number = store.record(ZENDESK, _arrival())
        planned = _planned(store.take_plan(ZENDESK))
        return planned or _json({"ticket": {"id": number}}, 201)

    @app.post("/oauth/token")
    def token() -> Response:
        """Client credentials, in the form or as Basic; any are good."""
        number = store.record(OAUTH, _arrival())
        planned = _planned(store.take_plan(OAUTH))
        if planned:
            return planned
        if request.form.get("grant_type") != "client_credentials":
            return _json({"error": "unsupported_grant_type"}, 400)
        if not request.authorization and not request.form.get("client_id"):
            return _json({"error": "invalid_client"}, 401)
        return _json(
            {"access_token": f"token-{number}", "token_type": "Bearer", "expires_in": TOKEN_LIVES_SECONDS}, 200
        )


def _serve_control(app: Flask, store: Arrivals) -> None:
    @app.get("/_sandbox/sinks")
    def names() -> Response:
        return jsonify(sinks=store.counts())

    @app.get("/_sandbox/sinks/<name>")
    def arrivals(name: str) -> Response:
        return jsonify(arrivals=[arrival.described() for arrival in store.of(name)])

    @app.post("/_sandbox/sinks/<name>")
    def plan(name: str) -> Response:
        try:
            asked: dict[str, Any] = Plan().load(request.get_json(force=True))
        except ValidationError as error:
            return _json({"errors": error.messages}, 400)
        times = asked.pop("times")
        store.plan(name, asked, times)
        return _json({}, 201)

    @app.post("/_sandbox/reset")
    def reset() -> Response:
        store.empty()
        return jsonify({})


def _arrival() -> Arrival:
    # The bytes first: reading the form would use them up.
    body = request.get_data(cache=True, parse_form_data=False)
    query = list(request.args.items(multi=True))
    return Arrival(request.method, request.path, query, dict(request.headers), body, time.time())


def _planned(plan: dict[str, Any]) -> Response | None:
    if not plan:
        return None
    time.sleep(plan["delaySeconds"])
    body = plan["body"]
    if body is None or isinstance(body, str):
        response = Response(body or "", plan["status"])
    else:
        response = _json(body, plan["status"])
    response.headers.update(plan["headers"])
    return response


def _json(body: Any, status: int) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
