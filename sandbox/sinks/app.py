"""The sinks over HTTP: any method on /sink/<name>, ZenDesk's tickets, an OAuth token, and a control door."""
# ruff: noqa: N815 (the fields are named as on the wire)

from typing import Any

from flask import Flask, Response, jsonify, request
from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.validate import Range

from sandbox.sinks import zendesk
from sandbox.sinks.answers import arrival, as_json, planned
from sandbox.sinks.store import Arrivals

ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
OAUTH = "oauth"  # where token requests are listed
LARGEST_BODY_BYTES = 1 << 22
TOKEN_LIVES_SECONDS = 3600


class Plan(Schema):
    """How the next arrivals are answered: `times` of them, null for all; a body that is no text is sent as JSON.

    `bodyBytes` of filler stand for the body when given; `dripSeconds` lie between one byte and the next.
    """

    class Meta:
        unknown = RAISE

    status = fields.Integer(load_default=200, validate=Range(100, 599))
    times = fields.Integer(load_default=None, allow_none=True, validate=Range(min=1))
    delaySeconds = fields.Float(load_default=0.0, validate=Range(0, 600))
    headers = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    body = fields.Raw(load_default=None, allow_none=True)
    bodyBytes = fields.Integer(load_default=None, allow_none=True, validate=Range(0, 1 << 30))
    dripSeconds = fields.Float(load_default=0.0, validate=Range(0, 60))


def create_app(store: Arrivals) -> Flask:
    app = Flask("sandbox.sinks")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY_BYTES
    _serve_sinks(app, store)
    zendesk.serve(app, store)
    _serve_control(app, store)
    for name in ("livez", "readyz"):
        app.add_url_rule(f"/{name}", name, lambda: jsonify(status="ok"))
    return app


def _serve_sinks(app: Flask, store: Arrivals) -> None:
    @app.route("/sink/<name>", methods=ANY_METHOD)
    @app.route("/sink/<name>/<path:rest>", methods=ANY_METHOD)
    def sink(name: str, rest: str = "") -> Response:  # noqa: ARG001 (recorded with the path)
        store.record(name, arrival())
        return planned(store.take_plan(name)) or Response(status=200)

    @app.post("/oauth/token")
    def token() -> Response:
        """Client credentials, in the form or as Basic; any are good."""
        number = store.record(OAUTH, arrival())
        if answer := planned(store.take_plan(OAUTH)):
            return answer
        if request.form.get("grant_type") != "client_credentials":
            return as_json({"error": "unsupported_grant_type"}, 400)
        if not request.authorization and not request.form.get("client_id"):
            return as_json({"error": "invalid_client"}, 401)
        return as_json(
            {"access_token": f"token-{number}", "token_type": "Bearer", "expires_in": TOKEN_LIVES_SECONDS}, 200
        )


def _serve_control(app: Flask, store: Arrivals) -> None:
    @app.get("/_sandbox/sinks")
    def names() -> Response:
        return jsonify(sinks=store.counts())

    @app.get("/_sandbox/sinks/<name>")
    def arrivals(name: str) -> Response:
        return jsonify(arrivals=[each.described() for each in store.of(name)])

    @app.post("/_sandbox/sinks/<name>")
    def plan(name: str) -> Response:
        try:
            asked: dict[str, Any] = Plan().load(request.get_json(force=True))
        except ValidationError as error:
            return as_json({"errors": error.messages}, 400)
        times = asked.pop("times")
        store.plan(name, asked, times)
        return as_json({}, 201)

    @app.post("/_sandbox/reset")
    def reset() -> Response:
        store.empty()
        return jsonify({})
