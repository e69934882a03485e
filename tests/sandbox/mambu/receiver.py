"""The lender's door for webhooks: keeps what comes, answers as it is told."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def key(self) -> str:
        return self.headers["x-notifications-idempotency-key"]


def accept(_: Received) -> tuple[int, dict[str, str]]:
    return 200, {}


@dataclass
class Receiver:
    received: list[Received] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    answers: Callable[[Received], tuple[int, dict[str, str]]] = accept

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/mambu"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def refuse(self, times: int = 1000, status: int = 503, headers: dict[str, str] | None = None) -> None:
        """The next deliveries fail."""
        left = iter(range(times))
        self.answers = lambda _: (status, headers or {}) if next(left, None) is not None else (200, {})

    def take(self, webhook: Received) -> tuple[int, dict[str, str]]:
        answer = self.answers(webhook)
        with self.arrived:
            self.received.append(webhook)
            self.arrived.notify_all()
        return answer

    def wait_for(self, count: int, timeout_seconds: float = 20) -> list[Received]:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.received) >= count, timeout_seconds), self.received
        return self.received

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler_of(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, answered = receiver.take(Received(self.command, self.path, headers, raw))
            self.send_response(status)
            for name, value in {**answered, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        do_PUT = do_PATCH = do_POST  # noqa: N815 (http.server finds them by these names)

        def log_message(self, *_: object) -> None:
            """Tests read `received` instead."""

    return Handler
