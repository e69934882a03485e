"""Metrics: `GET /metrics` for a Flask application, and counters by reason code."""

import os
from collections.abc import Callable

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector


def reason_counter(registry: CollectorRegistry, name: str, meaning: str) -> Callable[[str], None]:
    """A counter with the label `reason`; call the answer with a reason code to count one."""
    counter = Counter(name, meaning, ["reason"], registry=registry)
    return lambda reason: counter.labels(reason=reason).inc()


def render_metrics(registry: CollectorRegistry) -> bytes:
    """The metrics as Prometheus text: of all workers when PROMETHEUS_MULTIPROC_DIR is set, else of this process."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def metrics_blueprint(registry: CollectorRegistry) -> Blueprint:
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        return Response(render_metrics(registry), content_type=CONTENT_TYPE_LATEST)

    return blueprint
