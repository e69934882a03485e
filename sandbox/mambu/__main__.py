"""`python -m sandbox.mambu`: the core on a server that lends out its sockets, so that faults are as raw as in life."""

import os
import signal
import sys

from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.mambu.wsgi import app

DEFAULT_PORT = 8092


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open, as Mambu does; calls are logged behind the control door instead."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def main() -> None:
    host = os.environ.get("SANDBOX_MAMBU_HOST", "127.0.0.1")
    port = os.environ.get("SANDBOX_MAMBU_PORT", str(DEFAULT_PORT))
    if not port.isdecimal():
        sys.exit("The simulated Mambu cannot start: SANDBOX_MAMBU_PORT must be a number.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    make_server(host, int(port), app, threaded=True, request_handler=QuietHandler).serve_forever()


if __name__ == "__main__":
    main()
