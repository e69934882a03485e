"""Health: `/livez` says that this process answers, `/readyz` that it can do its work."""

import mmap
from collections.abc import Callable
from typing import Any

import structlog
from flask import Blueprint

STOPPING = "it is about to stop"
# One byte, shared with the server's workers: they are forked after this module was imported.
_is_stopping = mmap.mmap(-1, 1)


def say_not_ready() -> None:
    """From now on `/readyz` of this process and of those forked from it answers 503: it will stop."""
    _is_stopping[0] = 1


def health_blueprint(is_ready: Callable[[], bool], not_ready_reason: str = "a dependency does not answer") -> Blueprint:
    """Liveness never touches a dependency: a probe that does turns an outage into a restart storm.

    `/readyz` answers 503 with a reason when `is_ready` says False or raises, or when the process is about to stop.
    """
    blueprint = Blueprint("health", __name__)
    log = structlog.get_logger()

    @blueprint.get("/livez")
    def livez() -> dict[str, str]:
        return {"status": "ok"}

    @blueprint.get("/readyz")
    def readyz() -> tuple[dict[str, Any], int]:
        if reason := STOPPING if _is_stopping[0] else _fault_of(is_ready, not_ready_reason):
            log.warning("not ready", reason=reason)
            return {"status": "not ready", "reason": reason}, 503
        return {"status": "ready"}, 200

    return blueprint


def _fault_of(is_ready: Callable[[], bool], not_ready_reason: str) -> str | None:
    try:
        return None if is_ready() else not_ready_reason
    except Exception as error:
        return f"{not_ready_reason} ({type(error).__name__})"
