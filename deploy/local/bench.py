"""`make bench`: how many webhooks the listener answers, as a share of what this machine can sign in the same minute.

Absolute numbers differ from machine to machine; the shares do not. Every answer is checked: status, nonce, signature
present. Each webhook is distinct, 1.3 KB like a TransactionSettled; one in a thousand has 80 KB like a CHAPS document.
"""

import asyncio
import base64
import json
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from rich.console import Console
from rich.table import Table

from deploy.local.addresses import undisturbed_addresses
from deploy.local.progress import CONSOLE, counting
from deploy.local.stand import Stand, say

CONNECTIONS = 32
SECONDS = float(os.environ.get("BENCH_SECONDS") or 5)
ROUNDS = 3
CORES = os.cpu_count() or 1
LARGE_EVERY, LARGE_BYTES = 1000, 80_000
COSTED = ("listener", "signer", "valkey", "worker")
SIGNABLE = rsa.RSAPrivateKey


def bench() -> int:
    """Print the table; 1 when an answer was wrong."""
    folder = Path(tempfile.mkdtemp(prefix="causeway-bench-"))
    rows = []
    try:
        for title, names in (
            ("listener, nobody works", {"valkey", "signer", "listener"}),
            ("listener, a worker drains", {"valkey", "signer", "listener", "worker", "beat"}),
        ):
            with _stand(folder / title.replace(" ", "-"), names) as stand:
                rows.append((title, *_rounds(stand, title)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _print(rows)
    return 1 if any(wrong for *_, wrong in rows) else 0


@contextmanager
def _stand(folder: Path, names: set[str]) -> Iterator[Stand]:
    stand = Stand(folder, undisturbed_addresses(), with_flower=False, said=say, only=names)
    try:
        stand.start(lambda _name: None)
        yield stand
    finally:
        stand.stop()


def _rounds(stand: Stand, title: str) -> tuple[float, float, str, int]:
    """(median answers/s, median signatures/s beside them, CPU us per webhook of each process, wrong answers)."""
    key = load_pem_private_key(Path(stand.environment["SANDBOX_CLEARBANK_SIGNING_KEY_FILE"]).read_bytes(), None)
    client = load_pem_private_key(Path(stand.environment["SIGNING_KEY_FILE"]).read_bytes(), None)
    assert isinstance(key, SIGNABLE) and isinstance(client, SIGNABLE)  # noqa: S101
    rates, limits, answers, wrong = [], [], 0, 0
    spent_before = _cpu_seconds(stand)
    with counting(title, ROUNDS) as done:
        expected = 2000.0
        for number in range(ROUNDS):
            limits.append(_signing_limit(client))
            requests = _requests(key, int(expected * SECONDS * 1.3))
            answered, seconds, bad = asyncio.run(_drive(stand.addresses.ports["LISTENER_PORT"], requests))
            expected = answered / seconds
            rates.append(expected)
            answers += answered
            wrong += bad
            done(f"round {number + 1}: {expected:.0f} answers/s")
    spent = {name: seconds - spent_before[name] for name, seconds in _cpu_seconds(stand).items()}
    costs = " / ".join(f"{spent.get(name, 0) / answers * 1e6:.0f}" for name in COSTED)
    return sorted(rates)[ROUNDS // 2], sorted(limits)[ROUNDS // 2], costs, wrong


def _cpu_seconds(stand: Stand) -> dict[str, float]:
    """CPU time of each process of the stand with its children, so far."""
    found = {}
    for name, pid in stand.supervisor.pids().items():
        parent = psutil.Process(pid)
        times = [process.cpu_times() for process in (parent, *parent.children(recursive=True))]
        found[name] = sum(each.user + each.system for each in times)
    return found


def _signing_limit(key: rsa.RSAPrivateKey) -> float:
    """Signatures a second on all cores, with nothing else to do."""
    deadline = time.monotonic() + 1.0

    def sign(_: int) -> int:
        count = 0
        while time.monotonic() < deadline:
            key.sign(b'{"Nonce":8553416320}', PKCS1v15(), SHA256())
            count += 1
        return count

    with ThreadPoolExecutor(CORES) as pool:
        return float(sum(pool.map(sign, range(CORES))))


def _requests(key: rsa.RSAPrivateKey, count: int) -> list[tuple[int, bytes]]:
    def one(nonce: int) -> tuple[int, bytes]:
        body = _body(nonce)
        signature = base64.b64encode(key.sign(body, PKCS1v15(), SHA256())).decode()
        head = (
            f"POST /webhooks/clearbank HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"DigitalSignature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return nonce, head.encode() + body

    with ThreadPoolExecutor(CORES) as pool:
        return list(pool.map(one, range(1, count + 1)))


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


async def _drive(port: int, requests: Sequence[tuple[int, bytes]]) -> tuple[int, float, int]:
    """(answers, seconds, wrong answers) over keep-alive connections, until time or webhooks run out."""
    waiting = iter(requests)
    answered = wrong = 0
    began = time.monotonic()
    deadline = began + SECONDS

    async def one_connection() -> None:
        nonlocal answered, wrong
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for nonce, request in waiting:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r", 1)[0])
            body = await reader.readexactly(length)
            answered += 1
            good = head.startswith(b"HTTP/1.1 200") and b"digitalsignature:" in head.lower()
            wrong += not (good and body == b'{"Nonce":%d}' % nonce)
            if time.monotonic() > deadline:
                break
        writer.close()

    await asyncio.gather(*(one_connection() for _ in range(CONNECTIONS)))
    return answered, time.monotonic() - began, wrong


def _print(rows: Sequence[tuple[str, float, float, str, int]]) -> None:
    table = Table(title=f"{CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:.0f} s, medians", title_justify="left")
    costs_title = f"CPU us per webhook: {' / '.join(COSTED)}"
    for column in ("system", "answers/s", "signing limit/s", "share of the limit", costs_title, "wrong"):
        table.add_column(column, justify="left" if column == "system" else "right")
    for title, rate, limit, costs, wrong in rows:
        table.add_row(title, f"{rate:,.0f}", f"{limit:,.0f}", f"{rate / limit:.2f}", costs, str(wrong))
    (Console() if CONSOLE.is_terminal else Console(width=120)).print(table)
