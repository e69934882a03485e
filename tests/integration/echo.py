"""A tiny application that says which headers reached it, to be served as our services are."""

import os

from flask import Flask, Response, jsonify, request

from shared.runtime.server import serve


def build_app() -> Flask:
    app = Flask(__name__)

    @app.post("/")
    def headers() -> Response:
        return jsonify(sorted((name, value) for name, value in request.headers.items()))

    return app


if __name__ == "__main__":
    serve("tests.integration.echo:build_app", "127.0.0.1", int(os.environ["PORT"]), workers=1, threads=1)
