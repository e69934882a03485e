"""Health: `/livez` says that this process answers, `/readyz` that it can do its work."""

from collections.abc import Callable
from typing import Any

import structlog
from flask import Blueprint


def health_blueprint(is_ready: Callable[[], bool], not_ready_reason: str = "a dependency does not answer") -> Blueprint:
    """Liveness never touches a dependency: a probe that does turns an outage into a restart storm.

    `/readyz` answers 503 with a reason when `is_ready` says False or raises.
    """
    blueprint = Blueprint("health", __name__)
    log = structlog.get_logger()

    @blueprint.get("/livez")
    def livez() -> dict[str, str]:
        return {"status": "ok"}

    @blueprint.get("/readyz")
    def readyz() -> tuple[dict[str, Any], int]:
        try:
            reason = None if is_ready() else not_ready_reason
        except Exception as error:
            reason = f"{not_ready_reason} ({type(error).__name__})"
        if reason is None:
            return {"status": "ready"}, 200
        log.warning("not ready", reason=reason)
        return {"status": "not ready", "reason": reason}, 503

    return blueprint
