"""GET /metrics, /livez and /readyz, as a WSGI application of its own: the worker's image has no Flask."""

from collections.abc import Callable
from typing import Any

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from redis import Redis
from redis.exceptions import RedisError

from services.worker.metrics.collector import StoreCollector, Watched

_log = structlog.get_logger()
_JSON = "application/json"

Answer = tuple[str, str, bytes]


def build_app(redis: Redis, watched: Watched | None = None) -> Callable[..., list[bytes]]:
    """Liveness asks nobody; the others ask the store, and 503 says that it does not answer."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(StoreCollector(redis, watched or Watched()))

    def answer(path: str) -> Answer:
        match path:
            case "/livez":
                return "200 OK", _JSON, b'{"status": "ok"}'
            case "/readyz":
                redis.ping()
                return "200 OK", _JSON, b'{"status": "ready"}'
            case "/metrics":
                return "200 OK", CONTENT_TYPE_LATEST, generate_latest(registry)
        return "404 Not Found", _JSON, b'{"errorMessage": "Not Found"}'

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        try:
            status, content_type, body = answer(environ["PATH_INFO"])
        except RedisError as error:
            _log.warning("not ready", reason="store_away", why=str(error))
            status, content_type, body = "503 Service Unavailable", _JSON, b'{"status": "not ready"}'
        start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [body]

    return app
