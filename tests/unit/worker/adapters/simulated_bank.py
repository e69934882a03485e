"""The simulated ClearBank behind real HTTP on loopback, and the adapter that talks to it."""

import base64
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.clearbank import steps
from sandbox.clearbank.app import create_app
from sandbox.clearbank.bank import Bank, open_bank
from sandbox.clearbank.delivery import Sender
from sandbox.clearbank.settings import Settings
from services.worker.adapters.clearbank.client import ClearBank
from services.worker.adapters.clearbank.payloads import PaymentTerms
from services.worker.adapters.clearbank.webhooks import interpret_clearbank
from services.worker.adapters.http import HttpClient
from shared.domain.meanings import Meaning

OPERATING_IBAN = "GB95CLRB04190000001114"
POOLED_ACCOUNT_ID = "4fbe973b-2f30-45f0-b9e4-a488dd275861"


class QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None: ...


@dataclass
class Simulated:
    """`bank` is the adapter; the rest is what goes on inside ClearBank, and what its webhooks mean to us."""

    bank: ClearBank
    inside: Bank
    pages: FlaskClient

    def control(self, path: str, **given: Any) -> Any:
        response = self.pages.post(f"/_sandbox/{path}", json=given)
        assert response.status_code < 300, response.text
        return response.json

    def reports(self) -> Sequence[Meaning]:
        """Let everything happen that is due; the meanings of all webhooks so far, oldest first."""
        for _ in range(3):  # a step may plan the next
            steps.run_due(self.inside.store, time.time())
        with self.inside.store.reading() as db:
            rows = db.execute("SELECT body FROM webhooks ORDER BY seq").fetchall()
        return [meaning for row in rows for meaning in interpret_clearbank(row["body"].encode())]


@contextmanager
def a_simulated_bank(folder: Path) -> Iterator[Simulated]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    client_key_file, signing_key_file = folder / "client.pem", folder / "bank.pem"
    client_key_file.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    signing_key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    inside = open_bank(
        Settings(
            data=folder / "bank",
            token="bank-token",
            client_key_file=client_key_file,
            signing_key_file=signing_key_file,
            webhook_url="http://127.0.0.1:9",
            operating_iban=OPERATING_IBAN,
            pooled_account_id=POOLED_ACCOUNT_ID,
            settle_seconds=0,
        )
    )
    app = create_app(inside, Sender(inside))

    def sign(body: bytes) -> str:
        return base64.b64encode(key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()

    with make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        http = HttpClient(f"http://127.0.0.1:{server.server_port}", 10)
        adapter = ClearBank(http, "bank-token", sign, PaymentTerms(OPERATING_IBAN), POOLED_ACCOUNT_ID)
        yield Simulated(adapter, inside, app.test_client())
        server.shutdown()
        thread.join()
    inside.store.close()
