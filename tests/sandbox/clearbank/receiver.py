"""A client of the bank that receives webhooks: verifies them, keeps them, answers as it is told."""

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

Answer = tuple[int, dict[str, str], bytes]


def signature_of(body: bytes, key: RSAPrivateKey) -> str:
    return base64.b64encode(key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()


@dataclass(frozen=True)
class Received:
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass
class Receiver:
    """Listens on a free loopback port; `answers` may be replaced to misbehave."""

    client_key: RSAPrivateKey
    bank_key: RSAPublicKey
    received: list[Received] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.answers: Callable[[Received], Answer] = self.good_answer
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/clearbank"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def good_answer(self, webhook: Received) -> Answer:
        body = json.dumps({"Nonce": webhook.body["Nonce"]}).encode()
        signature = signature_of(body, self.client_key)
        return 200, {"Content-Type": "application/json", "DigitalSignature": signature}, body

    def of_type(self, kind: str) -> list[Any]:
        return [webhook.body["Payload"] for webhook in self.received if webhook.body["Type"] == kind]

    def wait_for(self, count: int, timeout_seconds: float = 20) -> list[Received]:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.received) >= count, timeout_seconds), self.received
        return self.received

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _take(self, webhook: Received) -> Answer:
        signature = base64.b64decode(webhook.headers.get("digitalsignature", ""))
        self.bank_key.verify(signature, webhook.raw, padding.PKCS1v15(), hashes.SHA256())
        answer = self.answers(webhook)
        with self.arrived:
            self.received.append(webhook)
            self.arrived.notify_all()
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                try:
                    status, answer_headers, body = receiver._take(Received(headers, raw))
                except Exception:  # a forged signature, or a test that wants a broken answer
                    status, answer_headers, body = 401, {}, b"{}"
                self.send_response(status)
                for name, value in {**answer_headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Tests read `received` instead."""

        return Handler
