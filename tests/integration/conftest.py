"""One real listener with a real signer and a real store, on loopback."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3

from services.signer.csr import main as make_csr
from shared.signing.digital_signature import load_public_keys, sign, verify
from shared.store.connection import connect
from tests.processes import free_port, running
from tests.unit.listener.listeners import BANK_KEY
from tests.unit.signing.keys import public_pem

LISTENER, SIGNER = ["-m", "services.listener"], ["-m", "services.signer"]


@dataclass(frozen=True)
class RunningListener:
    url: str
    redis_url: str
    public_key_file: Path
    log_file: Path
    process: subprocess.Popen[bytes]
    signer: subprocess.Popen[bytes]

    def post(self, path: str, body: Any, **headers: str) -> urllib3.BaseHTTPResponse:
        given = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return urllib3.request("POST", self.url + path, body=body, headers=given, retries=False, timeout=10)

    def from_the_bank(self, raw: bytes, **headers: str) -> urllib3.BaseHTTPResponse:
        return self.post("/webhooks/clearbank", raw, **({"DigitalSignature": sign(BANK_KEY, raw)} | headers))

    def is_signed_by_us(self, answer: urllib3.BaseHTTPResponse) -> bool:
        keys = load_public_keys(self.public_key_file.read_bytes())
        return verify(answer.data, answer.headers.get("DigitalSignature"), keys)


def settings_of(folder: Path, redis_url: str, ports: tuple[int, int]) -> dict[str, str]:
    """What both need; the keys are made in the folder."""
    make_csr(["--out-dir", str(folder)])
    bank_key_file = folder / "bank.pem"
    bank_key_file.write_bytes(public_pem(BANK_KEY.public_key()))
    return {
        "REDIS_URL": redis_url,
        "CLEARBANK_PUBLIC_KEY_FILE": str(bank_key_file),
        "SIGNING_KEY_FILE": str(folder / "clearbank.key"),
        "SIGNER_URL": f"http://127.0.0.1:{ports[1]}",
        "SIGNER_TOKEN": "token",
        "SIGNER_SECRET_KEY": "secret",
        "SIGNER_PORT": str(ports[1]),
        "LISTENER_PORT": str(ports[0]),
        "MAMBU_WEBHOOK_USERNAME": "mambu",
        "MAMBU_WEBHOOK_PASSWORD": "a password: with colon",
    }


def is_ready(url: str) -> bool:
    try:
        return urllib3.request("GET", f"{url}/readyz", retries=False, timeout=1).status == 200
    except urllib3.exceptions.HTTPError:
        return False


@pytest.fixture(scope="module")
def running_listener(valkey: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningListener]:
    folder, ports = tmp_path_factory.mktemp("listener"), (free_port(), free_port())
    settings = settings_of(folder, valkey, ports)
    url, signer_url = (f"http://127.0.0.1:{port}" for port in ports)
    with ExitStack() as stack:
        signer = stack.enter_context(running(SIGNER, folder, settings, lambda: is_ready(signer_url), "signer.log"))
        process = stack.enter_context(running(LISTENER, folder, settings, lambda: is_ready(url), "listener.log"))
        log = folder / "listener.log"
        yield RunningListener(url, valkey, folder / "clearbank.pub", log, process, signer)


@pytest.fixture
def listener(running_listener: RunningListener) -> RunningListener:
    """The same processes for all tests of a file, an empty store for each."""
    with connect(running_listener.redis_url) as redis:
        redis.flushdb()
    return running_listener
