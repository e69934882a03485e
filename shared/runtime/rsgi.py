"""Under granian's RSGI: bodies with a limit, and a bridge to a WSGI application for all that is not in a hurry."""

import asyncio
import io
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from granian._granian import RSGIHTTPProtocol, RSGIProtocolClosed
from granian.rsgi import Scope
from werkzeug.wrappers import Response


async def read_body(scope: Scope, protocol: RSGIHTTPProtocol, most_bytes: int) -> bytes | None:
    """The whole body; None when it is larger. Raises RSGIProtocolClosed when it breaks off."""
    length = scope.headers.get("content-length")
    if length is not None:
        return await protocol() if int(length) <= most_bytes else None
    body = bytearray()
    async for chunk in protocol:
        body += chunk
        if len(body) > most_bytes:
            return None
    return bytes(body)


def sender_address(scope: Scope) -> str:
    """The peer's address without its port."""
    return scope.client.rpartition(":")[0].strip("[]")


class WsgiBridge:
    """Runs the application in threads of its own. Header names keep their underscores; a body larger than
    `most_bytes` is not handed over, but its length is, so that the application refuses it in its own words."""

    def __init__(self, app: Callable[..., Any], threads: int, most_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._threads = ThreadPoolExecutor(threads, "wsgi")

    async def __call__(self, scope: Scope, protocol: RSGIHTTPProtocol) -> None:
        try:
            body = await read_body(scope, protocol, self._most_bytes)
        except RSGIProtocolClosed:
            return
        environ = _environ(scope, body if body is not None else b"")
        if body is None:
            environ["CONTENT_LENGTH"] = str(self._most_bytes + 1)
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(self._threads, Response.from_app, self._app, environ, True)
        protocol.response_bytes(response.status_code, response.headers.to_wsgi_list(), response.get_data())


def _environ(scope: Scope, body: bytes) -> dict[str, Any]:
    host, _, port = scope.server.rpartition(":")
    environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),  # PEP 3333: bytes as Latin-1
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_SOFTWARE": "Granian",
        "REMOTE_ADDR": sender_address(scope),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ
