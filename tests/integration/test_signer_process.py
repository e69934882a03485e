"""One real signer process on loopback, driven by the client its callers use."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import urllib3

from services.signer.csr import main as make_csr
from shared.signing.client import SignedAnswer, SignerClient, SignerRefusedError, SignerUnavailableError
from tests.integration.signers import CALLER, SIGNER, RunningSigner, running_signer
from tests.processes import START_SECONDS, eventually, free_port, python_environment, stop

pytestmark = pytest.mark.enable_socket


def granian_on_socket(path: Path) -> list[str]:
    options = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "4", "--uds", str(path)]
    return [sys.executable, "-m", "granian", *options, "--factory", "services.signer.wsgi:build_app"]


def settings_of(key_file: Path) -> dict[str, str]:
    return {
        "SIGNER_TOKEN": CALLER.token,
        "SIGNER_SECRET_KEY": CALLER.secret_key,
        "SIGNING_KEY_FILE": str(key_file),
    }


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSigner]:
    folder = tmp_path_factory.mktemp("signer")
    make_csr(["--out-dir", str(folder)])
    with running_signer(folder, settings_of(folder / "clearbank.key")) as signer:
        yield signer


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
    path = tmp_path / "s"
    environment = python_environment(**settings_of(tmp_path / "keys/clearbank.key"))
    with subprocess.Popen(granian_on_socket(path), cwd=tmp_path, env=environment, start_new_session=True) as process:
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


def ended_signer(folder: Path, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = python_environment(**settings)
    return subprocess.run(SIGNER, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_signer_without_settings_ends_with_a_sentence_for_each(tmp_path: Path) -> None:
    ended = ended_signer(tmp_path, {})
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 3
    assert "Traceback" not in ended.stderr


def test_a_signer_whose_bucket_cannot_be_reached_ends_with_one_sentence(tmp_path: Path) -> None:
    away = {
        "SIGNING_KEY_PROVIDER": "s3",
        "CB_BUCKET": "lender",
        "CB_KEY_FILE": "key.pem",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-2",
    }
    ended = ended_signer(tmp_path, settings_of(tmp_path) | away)
    assert ended.returncode == 2
    assert ended.stderr == (
        "CB_KEY_FILE key.pem in CB_BUCKET lender cannot be read (EndpointConnectionError): "
        "check name, role and network.\n"
    )


def test_a_credential_that_changes_while_callers_call_costs_no_call(tmp_path: Path) -> None:
    make_csr(["--out-dir", str(tmp_path)])
    token_file = tmp_path / "token"
    token_file.write_text("old\n")
    settings = settings_of(tmp_path / "clearbank.key") | {"SIGNER_TOKEN": "", "SIGNER_TOKEN_FILE": str(token_file)}
    with running_signer(tmp_path, settings) as signer, ThreadPoolExecutor(2) as callers:
        old, new = signer.client(token="old"), signer.client(token="new")

        def is_known(client: SignerClient) -> bool:
            try:
                return client.sign_nonces([1])[0].body == b'{"Nonce":1}'
            except SignerRefusedError:
                return False

        def call_until_told_to_stop() -> int:
            calls = 0
            while token_file.read_text() != "new\n":
                assert is_known(old)
                calls += 1
            return calls

        under_load = [callers.submit(call_until_told_to_stop) for _ in range(2)]
        assert not is_known(new)
        token_file.write_text("old\nnew\n")
        eventually(lambda: is_known(new), "the new token is known")
        assert is_known(old)
        token_file.write_text("new\n")
        assert all(calls.result() > 0 for calls in under_load)
        assert is_known(new)
        stranger = signer.client(token="stranger")
        eventually(lambda: not is_known(stranger) and not is_known(old), "the old token is forgotten")


def test_each_caller_of_a_real_signer_has_its_own_door(tmp_path: Path) -> None:
    make_csr(["--out-dir", str(tmp_path)])
    apart = {"SIGNER_NONCE_TOKEN": "listener", "SIGNER_NONCE_SECRET_KEY": "listener-secret"}
    with running_signer(tmp_path, settings_of(tmp_path / "clearbank.key") | apart) as signer:
        listener, worker = signer.client(token="listener", secret_key="listener-secret"), signer.client()
        assert listener.sign_nonces([1])[0].body == b'{"Nonce":1}'
        assert signer.is_signature(b"{}", worker.sign_request(b"{}"))
        for misuse in (lambda: listener.sign_request(b"{}"), lambda: worker.sign_nonces([1])):
            with pytest.raises(SignerRefusedError, match="401"):
                misuse()


@pytest.mark.parametrize("provider", ["file", "pkcs11"])
def test_the_signer_carries_nothing_that_it_does_not_need(tmp_path: Path, provider: str) -> None:
    make_csr(["--out-dir", str(tmp_path)])
    look = (
        "import sys, services.signer.wsgi, services.signer.providers." + provider + "\n"
        "strange = ('redis', 'celery', 'kombu', 'urllib3', 'requests', 'boto3', 'shared.domain', 'shared.store')\n"
        "print([name for name in strange if name in sys.modules])"
    )
    command = [sys.executable, "-c", look]
    shown = subprocess.run(command, cwd=tmp_path, env=python_environment(), capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"
