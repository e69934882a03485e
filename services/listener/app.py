"""The listener's application, made from its collaborators; no globals."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CollectorRegistry
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from services.listener.acceptance import MAX_BODY_BYTES, Desk
from services.listener.refusals import Refusal, body_too_large, refusal_of
from shared.runtime.health import health_blueprint
from shared.runtime.metrics import metrics_blueprint


def create_app(
    doors: Sequence[Blueprint], is_ready: Callable[[], bool], desk: Desk, registry: CollectorRegistry
) -> Flask:
    """One door per sender, and one way to refuse for all of them."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    for blueprint in (*doors, health_blueprint(is_ready), metrics_blueprint(registry)):
        app.register_blueprint(blueprint)

    @app.before_request
    def start_timer() -> None:
        if request.blueprint in sources:
            g.timer = desk.metrics.seconds.labels(request.blueprint).time()
            g.timer.__enter__()

    @app.after_request
    def stop_timer(response: Response) -> Response:
        if "timer" in g:
            g.timer.__exit__(None, None, None)
        return response

    def refuse(refusal: Refusal) -> Response:
        desk.refused(request.blueprint or "unknown", refusal)
        answer = Response(refusal.body, refusal.status, content_type="application/json")
        if refusal.status == 401 and request.blueprint == "mambu":
            answer.headers["WWW-Authenticate"] = 'Basic realm="causeway"'
        return answer

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        if isinstance(error, RequestEntityTooLarge):
            return refuse(body_too_large(MAX_BODY_BYTES))
        return refuse(Refusal(error.code or 500, f"http_{error.code}", error.name))

    @app.errorhandler(Exception)
    def any_error(error: Exception) -> Response:
        return refuse(refusal_of(error))

    sources = {door.name for door in doors}
    return app
