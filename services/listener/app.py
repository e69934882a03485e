"""The listener's application, made from its collaborators; no globals."""

from collections.abc import Callable, Sequence

import structlog
from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CollectorRegistry
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from services.listener.acceptance import MAX_BODY_BYTES, Metrics
from services.listener.refusals import Refusal
from shared.runtime.health import health_blueprint
from shared.runtime.metrics import metrics_blueprint

_log = structlog.get_logger()


def create_app(
    doors: Sequence[Blueprint], is_ready: Callable[[], bool], metrics: Metrics, registry: CollectorRegistry
) -> Flask:
    """One door per sender, and one way to refuse for all of them."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    for blueprint in (*doors, health_blueprint(is_ready), metrics_blueprint(registry)):
        app.register_blueprint(blueprint)

    @app.before_request
    def start_timer() -> None:
        if request.blueprint in sources:
            g.timer = metrics.seconds.labels(request.blueprint).time()
            g.timer.__enter__()

    @app.after_request
    def stop_timer(response: Response) -> Response:
        if "timer" in g:
            g.timer.__exit__(None, None, None)
        return response

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Response:
        source = request.blueprint or "unknown"
        metrics.webhooks.labels(source, refusal.reason).inc()
        _log.warning("webhook refused", source=source, status=refusal.status, reason=refusal.reason, why=str(refusal))
        return refusal.response()

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        if isinstance(error, RequestEntityTooLarge):
            return refused(Refusal(413, "body_too_large", f"the body is larger than {MAX_BODY_BYTES} bytes"))
        return refused(Refusal(error.code or 500, f"http_{error.code}", error.name))

    @app.errorhandler(RecursionError)
    @app.errorhandler(UnicodeEncodeError)
    def unworkable(_: Exception) -> Response:
        return refused(Refusal(400, "not_text", "the body is nested too deep or holds half a surrogate pair"))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        _log.exception("unexpected error", reason="unexpected", error=type(error).__name__)
        return refused(Refusal(500, "unexpected", "the webhook cannot be taken now, please repeat it later"))

    sources = {door.name for door in doors}
    return app
