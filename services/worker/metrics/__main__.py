"""`python -m services.worker.metrics`: the figures of all workers, for Prometheus."""

import signal
import sys
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from services.worker.metrics.app import build_app
from services.worker.metrics.settings import read_settings
from shared.runtime.logs import configure_logging
from shared.runtime.settings import SettingsError, refuse_to_start
from shared.store.connection import connect

STORE_TIMEOUT_SECONDS = 2.0


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    timeout = 10  # seconds; a client that says nothing holds no thread

    def log_message(self, *_: Any) -> None:
        """A line per scrape would bury all others."""


def main() -> None:
    try:
        settings = read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)
    configure_logging("worker-metrics", settings.log_level)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app = build_app(connect(settings.redis_url, timeout_seconds=STORE_TIMEOUT_SECONDS), settings.watched)
    with make_server(settings.host, settings.port, app, _Server, _QuietHandler) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
