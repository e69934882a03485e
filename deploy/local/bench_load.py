"""The bench's bank: distinct signed webhooks, and a sender that takes little of the CPU it shares with the measured.

A webhook has 1.3 KB like a TransactionSettled; one in a thousand has 80 KB like a CHAPS document.
"""

import base64
import json
import os
import selectors
import socket
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import cast

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

CONNECTIONS = 32
CORES = os.cpu_count() or 1
LARGE_EVERY, LARGE_BYTES = 1000, 80_000
SILENCE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Webhook:
    """`request` is the whole HTTP request as it goes out."""

    nonce: int
    request: bytes

    def is_answered_by(self, response: bytes) -> bool:
        """Status 200, a signature, and this webhook's own nonce."""
        signed = response.startswith(b"HTTP/1.1 200") and b"\ndigitalsignature: " in response.lower()
        return signed and response.endswith(b'\r\n\r\n{"Nonce":%d}' % self.nonce)


@dataclass(frozen=True, slots=True)
class Driven:
    """What came of one round. `cpu_seconds` is what the sender itself took."""

    answers: int
    wrong: int
    seconds: float
    cpu_seconds: float


def signed_webhooks(bank_key: RSAPrivateKey, count: int) -> list[Webhook]:
    with ThreadPoolExecutor(CORES) as pool:
        return list(pool.map(lambda nonce: _webhook(bank_key, nonce), range(1, count + 1)))


def drive(port: int, waiting: Iterator[Webhook], seconds: float) -> Driven:
    """Send over keep-alive connections, each its next webhook as soon as its last is answered."""
    answers = wrong = 0
    cpu_began, began = time.process_time(), time.monotonic()
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for _, webhook in zip(range(CONNECTIONS), waiting, strict=False):
            opened = stack.enter_context(socket.create_connection(("127.0.0.1", port), SILENCE_SECONDS))
            opened.sendall(webhook.request)
            selector.register(opened, selectors.EVENT_READ, webhook)
        while selector.get_map():
            ready = selector.select(SILENCE_SECONDS)
            if not ready:
                raise TimeoutError(f"The listener was silent for {SILENCE_SECONDS} s.")
            for key, _ in ready:
                connection = cast(socket.socket, key.fileobj)
                answers += 1
                wrong += not key.data.is_answered_by(_response(connection))
                following = next(waiting, None) if time.monotonic() - began < seconds else None
                if following is None:
                    selector.unregister(connection)
                    continue
                connection.sendall(following.request)
                selector.modify(connection, selectors.EVENT_READ, following)
    return Driven(answers, wrong, time.monotonic() - began, time.process_time() - cpu_began)


def signing_limit(key: RSAPrivateKey, seconds: float = 1.0) -> float:
    """Signatures a second on all cores, with nothing else to do."""
    deadline = time.monotonic() + seconds

    def sign(_: int) -> int:
        count = 0
        while time.monotonic() < deadline:
            key.sign(b'{"Nonce":8553416320}', PKCS1v15(), SHA256())
            count += 1
        return count

    with ThreadPoolExecutor(CORES) as pool:
        return sum(pool.map(sign, range(CORES))) / seconds


def _response(connection: socket.socket) -> bytes:
    response = connection.recv(65536)
    while not _is_whole(response):
        more = connection.recv(65536)
        if not more:
            break
        response += more
    return response


def _is_whole(response: bytes) -> bool:
    head, found, body = response.partition(b"\r\n\r\n")
    if not found:
        return False
    length = head.lower().partition(b"content-length:")[2].split(b"\r", 1)[0]
    return len(body) >= int(length or 0)


def _webhook(bank_key: RSAPrivateKey, nonce: int) -> Webhook:
    body = _body(nonce)
    signature = base64.b64encode(bank_key.sign(body, PKCS1v15(), SHA256())).decode()
    head = (
        f"POST /webhooks/clearbank HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"DigitalSignature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return Webhook(nonce, head.encode() + body)


def _body(nonce: int) -> bytes:
    payload = {
        "TransactionId": str(uuid.uuid4()),
        "Status": "Settled",
        "Scheme": "FasterPayments",
        "EndToEndTransactionId": uuid.uuid4().hex,
        "Amount": 88.5,
        "TimestampSettled": "2025-04-19T10:03:00.964Z",
        "TimestampCreated": "2025-04-19T10:01:05.101Z",
        "CurrencyCode": "GBP",
        "DebitCreditCode": "Credit",
        "Reference": "bench",
        "IsReturn": False,
        "Account": {"IBAN": "GB95CLRB04190000001114", "OwnerName": "A" * 300},
        "CounterpartAccount": {"IBAN": "GB29NWBK60161331926819", "TransactionOwnerName": "B" * 300},
    }
    if nonce % LARGE_EVERY == 0:
        payload["Iso20022XmlDocument"] = "x" * LARGE_BYTES
    return json.dumps({"Type": "TransactionSettled", "Version": 6, "Payload": payload, "Nonce": nonce}).encode()
