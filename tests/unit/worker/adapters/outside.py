"""The other side of a line on loopback: one that records and answers as told, and some that fail on purpose."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.processes import free_port


@dataclass(frozen=True)
class Call:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)


@dataclass
class Outside:
    """Answers in the order of `answers`; header names of `calls` are in lower case."""

    url: str = ""
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def will_answer(self, status: int, body: Any = None, **headers: str) -> None:
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}, raw))


@contextmanager
def an_outside() -> Iterator[Outside]:
    outside = Outside()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            outside.calls.append(Call(self.command, self.path, headers, body))
            status, more, raw = outside.answers.pop(0)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(raw)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PATCH = answer  # noqa: N815  the names http.server asks for

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        outside.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield outside
        server.shutdown()
        thread.join()


@contextmanager
def a_line_that(fails: Callable[[socket.socket], None]) -> Iterator[str]:
    """The URL of a listener that reads one whole call and then does this to it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take_one() -> None:
            connection, _ = server.accept()
            with connection:
                while b"\r\n\r\n" not in connection.recv(65536):
                    pass
                fails(connection)

        thread = threading.Thread(target=take_one, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def resets(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hangs_up(_: socket.socket) -> None:
    """Closing is all."""


def stays_silent(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass  # until the caller gives up


def breaks_off(connection: socket.socket) -> None:
    connection.sendall(b'HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\n{"transactions":')


def talks_nonsense(connection: socket.socket) -> None:
    connection.sendall(b"nonsense\r\n\r\n")


SHORT_SECONDS = 0.3  # how long a test waits for an answer that never comes
LOST_AFTER_SENDING = (resets, hangs_up, stays_silent, breaks_off, talks_nonsense)


def nobody_listens() -> str:
    return f"http://127.0.0.1:{free_port()}"
