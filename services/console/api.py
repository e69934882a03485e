"""The API's application, made from its doors; no globals."""

from collections.abc import Callable, Sequence

import structlog
from flask import Flask, request
from flask.typing import ResponseReturnValue
from flask_smorest import Api
from prometheus_client import CollectorRegistry
from werkzeug.exceptions import HTTPException

from services.console.access_log import add_access_log
from services.console.document_page import document_page
from services.console.doors import Door
from shared.runtime.health import health_blueprint
from shared.runtime.metrics import metrics_blueprint

MAX_BODY_BYTES = 1024 * 1024

_DOCUMENT = {
    "API_TITLE": "Causeway: subscriptions and communications",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.0.3",
    "OPENAPI_URL_PREFIX": "/",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "components": {
            "securitySchemes": {
                "Bearer": {"type": "http", "scheme": "bearer"},
                "DirectLogin": {"type": "apiKey", "in": "header", "name": "DirectLogin"},
                "apikey": {"type": "apiKey", "in": "header", "name": "apikey"},
                "Basic": {"type": "http", "scheme": "basic"},
            }
        }
    },
}

_log = structlog.get_logger()


def create_app(doors: Sequence[Door], is_ready: Callable[[], bool], registry: CollectorRegistry) -> Flask:
    app = Flask(__name__)
    app.config.update(_DOCUMENT, MAX_CONTENT_LENGTH=MAX_BODY_BYTES)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of Flask's own provider
    app.url_map.merge_slashes = False
    add_access_log(app, registry)
    api = Api(app)
    for door in doors:
        api.register_blueprint(door.blueprint)
    for blueprint in (document_page(api), health_blueprint(is_ready), metrics_blueprint(registry)):
        app.register_blueprint(blueprint)
    _add_refusals(app, doors)
    return app


def _add_refusals(app: Flask, doors: Sequence[Door]) -> None:
    """Registered last, and so instead of flask-smorest's own."""

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        return refuse(error)

    @app.errorhandler(Exception)
    def any_error(error: Exception) -> ResponseReturnValue:
        return refuse(error)

    def refuse(error: Exception) -> ResponseReturnValue:
        answer = next((door.refuse for door in doors if request.path.startswith(door.prefix)), _refuse)(error)
        if app.make_response(answer).status_code >= 500:
            _log.error("unexpected error", reason="unexpected", error=type(error).__name__, exc_info=error)
        return answer


def _refuse(error: Exception) -> ResponseReturnValue:
    if isinstance(error, HTTPException) and error.code:
        return {"errors": [{"field": "", "reason": f"{error.name}."}]}, error.code
    return {"errors": [{"field": "", "reason": "Something of ours does not work: try again later."}]}, 500
