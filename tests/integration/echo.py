"""A tiny application that says which headers reached it, to be served as our services are."""

import os
import time
from pathlib import Path

from flask import Flask, Response, jsonify, request
from granian._granian import RSGIHTTPProtocol
from granian.constants import Interfaces
from granian.rsgi import Scope

from shared.runtime.health import health_blueprint
from shared.runtime.rsgi import WsgiBridge
from shared.runtime.server import serve


def build_app() -> Flask:
    app = Flask(__name__)

    app.config["MAX_CONTENT_LENGTH"] = 1024

    @app.post("/")
    def headers() -> Response:
        return jsonify(sorted((name, value) for name, value in request.headers.items()))

    @app.post("/body/<name>")
    def body(name: str) -> Response:
        return jsonify(name=name, query=request.args, length=len(request.get_data()), sender=request.remote_addr)

    @app.get("/when/<name>")
    def when(name: str) -> str:
        """Answers once there is a file of this name; another says that the request has come."""
        Path(f"{name}-has-come").touch()
        while not Path(name).exists():
            time.sleep(0.01)
        return name

    app.register_blueprint(health_blueprint(lambda: True))
    return app


class BehindTheBridge:
    """The same application under RSGI."""

    def __init__(self) -> None:
        self._bridge = WsgiBridge(build_app(), threads=2, most_bytes=1024)

    async def __rsgi__(self, scope: Scope, protocol: RSGIHTTPProtocol) -> None:
        await self._bridge(scope, protocol)


if __name__ == "__main__":
    target, interface = {
        "wsgi": ("tests.integration.echo:build_app", Interfaces.WSGI),
        "rsgi": ("tests.integration.echo:BehindTheBridge", Interfaces.RSGI),
    }[os.environ["INTERFACE"]]
    serve(target, "127.0.0.1", int(os.environ["PORT"]), workers=1, threads=2, interface=interface)
