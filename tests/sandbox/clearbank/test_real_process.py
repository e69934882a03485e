"""The bank as it is really served: one granian process, killed and started again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.clearbank.settings import PREFIX, Settings
from tests.sandbox.clearbank.builders import OPERATING_IBAN, TOKEN, fps, fresh, inbound, transfer
from tests.sandbox.clearbank.conftest import Keys
from tests.sandbox.clearbank.receiver import Answer, Received, Receiver, signature_of

ROOT = Path(__file__).parents[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class BankProcess:
    def __init__(self, settings: Settings) -> None:
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        values = {
            "DATA": settings.data,
            "TOKEN": settings.token,
            "CLIENT_KEY_FILE": settings.client_key_file,
            "SIGNING_KEY_FILE": settings.signing_key_file,
            "WEBHOOK_URL": settings.webhook_url,
            "OPERATING_IBAN": settings.operating_iban,
            "POOLED_ACCOUNT_ID": settings.pooled_account_id,
            "RETRY_SECONDS": 0.2,
            "SETTLE_SECONDS": 0,
        }
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        self._process = subprocess.Popen(
            [*command, "--workers", "1", "--blocking-threads", "16", "sandbox.clearbank.wsgi:app"],
            cwd=ROOT,
            env={**os.environ, **{PREFIX + name: str(value) for name, value in values.items()}},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # the worker is a child: both are killed as one group
        )
        until(self._answers)

    def _answers(self) -> bool:
        assert self._process.poll() is None, "the bank did not start"
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).ok
        except requests.ConnectionError:
            return False

    def control(self, path: str, **body: Any) -> Any:
        response = requests.post(f"{self.url}/_sandbox/{path}", json=body, timeout=20)
        response.raise_for_status()
        return response.json()

    def get(self, path: str) -> Any:
        return requests.get(self.url + path, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20).json()

    def kill(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def until(condition: Callable[[], bool], timeout_seconds: float = 30) -> None:
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


@pytest.fixture
def start(settings: Settings) -> Iterator[Callable[[], BankProcess]]:
    started: list[BankProcess] = []

    def start() -> BankProcess:
        started.append(BankProcess(settings))
        return started[-1]

    yield start
    for process in started:
        process.kill()


def pay(bank: BankProcess, keys: Keys, end_to_end_id: str, timeout_seconds: float = 20) -> requests.Response:
    raw = json.dumps(fps(transfer(end_to_end_id))).encode()
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "X-Request-Id": fresh("request"),
        "DigitalSignature": signature_of(raw, keys.client),
        "Content-Type": "application/json",
    }
    return requests.post(f"{bank.url}/v3/payments/fps", raw, headers=headers, timeout=timeout_seconds)


def test_a_bank_killed_in_the_middle_of_delivery_loses_no_webhook(
    start: Callable[[], BankProcess], receiver: Receiver, keys: Keys
) -> None:
    def refuse(_: Received) -> Answer:
        return 503, {}, b""

    receiver.answers = refuse
    bank = start()
    names = {f"in-{number}" for number in range(20)}
    for name in names:
        bank.control("inbound/fps", **inbound(OPERATING_IBAN, endToEndId=name))
    assert pay(bank, keys, "e2e-1").status_code == 202
    receiver.wait_for(5)
    bank.kill()

    receiver.answers = receiver.good_answer
    again = start()
    until(lambda: all(hook["state"] == "delivered" for hook in again.get("/_sandbox/webhooks")["webhooks"]))
    told = {payload["EndToEndTransactionId"] for payload in receiver.of_type("TransactionSettled")}
    assert told == names | {"e2e-1"}
    ledger = again.get("/_sandbox/ledger")["transactions"]
    assert [entry["status"] for entry in ledger] == ["settled"] * 21


def test_a_fault_cuts_the_real_connection_and_blocks_nobody_else(
    start: Callable[[], BankProcess], receiver: Receiver, keys: Keys
) -> None:
    bank = start()
    bank.control("faults", on="fps", kind="reset_after")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        pay(bank, keys, "reset")
    bank.control("faults", on="fps", kind="timeout_after", hangSeconds=3, match={"endToEndId": "hung"})
    with pytest.raises(requests.ReadTimeout):
        pay(bank, keys, "hung", timeout_seconds=0.3)
    assert pay(bank, keys, "prompt").status_code == 202
    ledger = bank.get("/_sandbox/ledger")["transactions"]
    assert sorted(entry["endToEndId"] for entry in ledger) == ["hung", "prompt", "reset"]


def test_a_bank_without_settings_says_which_are_missing() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    refused = subprocess.run(
        [sys.executable, "-c", "import sandbox.clearbank.wsgi"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "SANDBOX_CLEARBANK_TOKEN is missing" in refused.stderr
