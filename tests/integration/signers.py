"""A real signer process on loopback, and the clients of its callers."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import urllib3

from shared.signing.caller_proof import CallerSecret
from shared.signing.client import SignerClient
from shared.signing.digital_signature import load_public_keys, verify
from tests.contract.signer.softhsm import children
from tests.processes import eventually, free_port, running

SIGNER = [sys.executable, "-m", "services.signer"]
CALLER = CallerSecret("token", "secret")


@dataclass(frozen=True)
class RunningSigner:
    """`pid` is the server's; its worker, which holds or reaches the key, is its child."""

    url: str
    public_key_file: Path
    log_file: Path
    pid: int

    @property
    def worker_pid(self) -> int:
        (pid,) = children(self.pid)
        return pid

    def client(self, *, token: str = CALLER.token, secret_key: str = CALLER.secret_key) -> SignerClient:
        return SignerClient(self.url, token, secret_key, timeout_seconds=10)

    def is_signature(self, text: bytes, signature: str) -> bool:
        return verify(text, signature, load_public_keys(self.public_key_file.read_bytes()))

    def status(self, path: str) -> int:
        return urllib3.request("GET", self.url + path, retries=False, timeout=5).status


@contextmanager
def running_signer(folder: Path, settings: Mapping[str, str]) -> Iterator[RunningSigner]:
    """Ready when the block begins; its log and its public key, `clearbank.pub`, are in the folder."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    def is_ready() -> bool:
        try:
            return urllib3.request("GET", f"{url}/readyz", retries=False, timeout=1).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    given = {name: value for name, value in settings.items() if value} | {"SIGNER_PORT": str(port)}
    with running(SIGNER[1:], folder, given, is_ready) as process:
        eventually(lambda: len(children(process.pid)) == 1, "the server has its worker")
        yield RunningSigner(url, folder / "clearbank.pub", folder / "log", process.pid)
