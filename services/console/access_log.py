"""One line and one count per request: who called what, and what was answered. Never a body, a query or a token."""

import time
import uuid

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Histogram

_UNLOGGED = frozenset({"health", "metrics"})


def add_access_log(app: Flask, registry: CollectorRegistry) -> None:
    """Every answer carries a `Correlation-Id`, and every line of the request's log the same."""
    log = structlog.get_logger()
    seconds = Histogram(
        "causeway_console_request_seconds",
        "Time from a request to its answer, by path as it is declared.",
        ["method", "path", "status"],
        registry=registry,
    )

    @app.before_request
    def begin() -> None:
        g.started, g.correlation_id = time.perf_counter(), str(uuid.uuid4())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(correlation_id=g.correlation_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["Correlation-Id"] = g.correlation_id
        if request.blueprint in _UNLOGGED:
            return response
        took = time.perf_counter() - g.started
        # A path that nobody declared, or a method that nobody knows, is the caller's to choose: no label of its own.
        path = request.url_rule.rule if request.url_rule else "unknown"
        method = request.method if request.url_rule else "unknown"
        seconds.labels(method, path, response.status_code).observe(took)
        log.info(
            "answered",
            caller=g.get("caller", "unknown"),
            address=request.remote_addr or "unknown",
            method=request.method,
            path=request.path[:200],
            status=response.status_code,
            milliseconds=round(took * 1000, 2),
        )
        return response
