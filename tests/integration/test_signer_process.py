"""One real signer process on loopback, driven by the client its callers use."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3

from services.signer.csr import main as make_csr
from shared.signing.caller_proof import CallerSecret
from shared.signing.client import SignedAnswer, SignerClient, SignerRefusedError, SignerUnavailableError
from shared.signing.digital_signature import load_public_keys, verify

pytestmark = pytest.mark.enable_socket
ROOT = Path(__file__).parents[2]
CALLER = CallerSecret("token", "secret")
START_SECONDS, STOP_SECONDS = 30, 10


@dataclass(frozen=True)
class RunningSigner:
    url: str
    public_key_file: Path
    log_file: Path

    def client(self, *, token: str = CALLER.token, secret_key: str = CALLER.secret_key) -> SignerClient:
        return SignerClient(self.url, token, secret_key, timeout_seconds=10)

    def is_signature(self, text: bytes, signature: str) -> bool:
        return verify(text, signature, load_public_keys(self.public_key_file.read_bytes()))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def granian_on_socket(path: Path) -> list[str]:
    options = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "4", "--uds", str(path)]
    return [sys.executable, "-m", "granian", *options, "--factory", "services.signer.wsgi:build_app"]


def environment(key_file: Path) -> dict[str, str]:
    own = {"SIGNER_TOKEN": "token", "SIGNER_SECRET_KEY": "secret", "SIGNING_KEY_FILE": str(key_file)}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **own}


def wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if urllib3.request("GET", f"{url}/readyz", retries=False, timeout=1).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
    raise AssertionError("the signer did not become ready")


def stop(process: subprocess.Popen[bytes]) -> None:
    """granian may hang on SIGTERM while it starts."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSigner]:
    folder, port = tmp_path_factory.mktemp("signer"), free_port()
    make_csr(["--out-dir", str(folder)])
    command = [sys.executable, "-m", "services.signer"]
    url, log_file = f"http://127.0.0.1:{port}", folder / "log"
    with (
        log_file.open("wb") as log,
        subprocess.Popen(
            command,
            cwd=folder,
            env=environment(folder / "clearbank.key") | {"SIGNER_PORT": str(port)},
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            wait_until_ready(process, url)
            yield RunningSigner(url, folder / "clearbank.pub", log_file)
        finally:
            stop(process)


def test_nonces_are_signed_through_a_real_connection(signer: RunningSigner) -> None:
    answers = signer.client().sign_nonces([8553416320, -1])
    assert [answer.body for answer in answers] == [b'{"Nonce":8553416320}', b'{"Nonce":-1}']
    assert all(signer.is_signature(answer.body, answer.signature) for answer in answers)


def test_requests_are_signed_byte_for_byte(signer: RunningSigner) -> None:
    body = '{"amount": 88.50, "name": "Zoë"}'.encode()
    client = signer.client()
    assert signer.is_signature(body, client.sign_request(body))
    assert signer.is_signature(body, client.sign_requests([b"{}", body])[1])


def test_a_large_request_is_signed(signer: RunningSigner) -> None:
    body = b'{"a":"' + b"x" * (1024 * 1024 - 20) + b'"}'
    assert signer.is_signature(body, signer.client().sign_request(body))


def test_a_call_over_the_limit_is_refused(signer: RunningSigner) -> None:
    with pytest.raises(SignerRefusedError, match="413"):
        signer.client().sign_request(b'{"a":"' + b"x" * 1024 * 1024 + b'"}')


def test_a_stranger_is_refused(signer: RunningSigner) -> None:
    for stranger in (signer.client(token="other"), signer.client(secret_key="other")):
        with pytest.raises(SignerRefusedError, match="AUTHORIZATION ERROR"):
            stranger.sign_nonces([1])


def test_a_body_without_a_length_is_signed_only_as_it_was_proved(signer: RunningSigner) -> None:
    answer = urllib3.request("POST", f"{signer.url}/v1/request", body=iter([b"{}"]), timeout=5, retries=False)
    assert answer.status == 401


def test_its_log_has_digests_and_no_secret(signer: RunningSigner) -> None:
    signer.client().sign_request(b'{"creditor":"Jane Smith"}')
    log = signer.log_file.read_text()
    assert '"event": "signed"' in log
    assert "Jane Smith" not in log
    assert "Bearer" not in log


def test_the_client_reaches_a_signer_on_a_unix_socket(tmp_path: Path) -> None:
    make_csr(["--out-dir", str(tmp_path / "keys")])
    key_file, path = tmp_path / "keys/clearbank.key", tmp_path / "s"
    with subprocess.Popen(granian_on_socket(path), cwd=tmp_path, env=environment(key_file)) as process:
        try:
            client = SignerClient(f"unix:{path}", CALLER.token, CALLER.secret_key, timeout_seconds=10)
            assert first_answer(process, client).body == b'{"Nonce":7}'
            client.close()
        finally:
            stop(process)


def first_answer(process: subprocess.Popen[bytes], client: SignerClient) -> SignedAnswer:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return client.sign_nonces([7])[0]
        except SignerUnavailableError:
            time.sleep(0.05)
    raise AssertionError("the signer did not answer on its socket")


def test_a_signer_without_settings_ends_with_a_sentence_for_each(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "services.signer"]
    ended = subprocess.run(command, cwd=tmp_path, env=bare, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 3
    assert "Traceback" not in ended.stderr


def test_the_signer_carries_nothing_that_knows_payments(tmp_path: Path) -> None:
    make_csr(["--out-dir", str(tmp_path)])
    look = (
        "import sys, services.signer.wsgi\n"
        "strange = ('redis', 'celery', 'kombu', 'urllib3', 'requests', 'shared.domain', 'shared.store')\n"
        "print([name for name in strange if name in sys.modules])"
    )
    command = [sys.executable, "-c", look]
    key_file = tmp_path / "clearbank.key"
    shown = subprocess.run(command, cwd=tmp_path, env=environment(key_file), capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"
