"""One real listener process (`python -m services.listener`), a real signer, a real store."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import urllib3
from redis import Redis

from services.listener.acceptance import MAX_BODY_BYTES
from shared.messages import queues, tasks
from shared.store import keys
from shared.store.connection import connect
from shared.store.inbox import Inbox
from tests.integration.conftest import LISTENER, SIGNER, RunningListener, is_ready, settings_of
from tests.processes import STOP_SECONDS, eventually, free_port, python_environment, running, signal_all
from tests.unit.listener.listeners import (
    CLOSURE,
    MAMBU,
    OBP,
    OBP_TOKEN,
    UMM,
    a_closure,
    a_umm_event,
    a_webhook,
    an_obp_event,
    an_order,
    basic,
    umm_headers,
)

pytestmark = pytest.mark.enable_socket
ANSWER_SECONDS = 5  # later answers are ignored (ClearBank, webhooks)


def elements(redis: Redis) -> list[str]:
    """Which receipt each element of the queue is about."""
    return [json.loads(raw)["headers"]["argsrepr"] for raw in redis.lrange(queues.INBOUND, 0, -1)]


def test_a_webhook_is_answered_signed_stored_and_queued(listener: RunningListener) -> None:
    raw = a_webhook(nonce=8553416320)
    answer = listener.from_the_bank(raw)
    assert (answer.status, answer.data) == (200, b'{"Nonce":8553416320}')
    assert answer.headers["Content-Type"] == "application/json"
    assert listener.is_signed_by_us(answer)
    with connect(listener.redis_url) as redis:
        receipt_id = Inbox(redis).find("TransactionSettled-05726acd06dc-FasterPayments")
        assert receipt_id is not None
        receipt = Inbox(redis).load(receipt_id)
        assert receipt is not None
        assert receipt.body == raw
        assert elements(redis) == [f"('{receipt_id}',)"]
        assert json.loads(redis.lindex(queues.INBOUND, 0))["headers"]["task"] == tasks.RECEIVE_WEBHOOK
        assert redis.zscore(keys.DUE, f"receipt:{receipt_id}") is not None


def test_many_deliveries_at_once_are_one_receipt_and_all_are_answered(listener: RunningListener) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda nonce: listener.from_the_bank(a_webhook(nonce)), range(64)))
    assert [answer.data for answer in answers] == [b'{"Nonce":%d}' % nonce for nonce in range(64)]
    assert all(listener.is_signed_by_us(answer) for answer in answers)
    with connect(listener.redis_url) as redis:
        assert len(elements(redis)) == 1


def test_an_order_of_the_core_is_stored(listener: RunningListener) -> None:
    answer = listener.post(MAMBU, an_order(), **basic("mambu", "a password: with colon"))
    assert (answer.status, answer.json()) == (200, {"status": "accepted"})
    with connect(listener.redis_url) as redis:
        assert Inbox(redis).find("LoanDisbursement-8a8187366a01d4a1016a023792a50001")


def test_a_loan_closed_and_then_written_off_is_stored_twice_and_a_resend_once(listener: RunningListener) -> None:
    raws = a_closure(comment="Repaid"), a_closure(comment="Written off"), a_closure(comment="Written off")
    answers = [listener.post(CLOSURE, raw, **basic("mambu", "a password: with colon")) for raw in raws]
    assert [(answer.status, answer.json()) for answer in answers] == [(200, {"status": "accepted"})] * 3
    with connect(listener.redis_url) as redis:
        assert Inbox(redis).find("LoanClosure-LOAN1")
        assert len(elements(redis)) == 2


def test_a_closure_without_the_cores_password_is_refused_and_nothing_stored(listener: RunningListener) -> None:
    answer = listener.post(CLOSURE, a_closure(), **basic("mambu", "guess"))
    assert (answer.status, answer.json()) == (401, {"errorMessage": "AUTHORIZATION ERROR"})
    with connect(listener.redis_url) as redis:
        assert redis.dbsize() == 0


def test_a_forged_webhook_is_refused_and_nothing_stored(listener: RunningListener) -> None:
    answer = listener.from_the_bank(a_webhook(), DigitalSignature="AAAA")
    assert (answer.status, answer.json()) == (401, {"errorMessage": "AUTHORIZATION ERROR"})
    with connect(listener.redis_url) as redis:
        assert redis.dbsize() == 0


@pytest.mark.parametrize("in_pieces", [False, True], ids=["with its length", "without its length"])
def test_a_body_over_the_limit_is_refused_and_nothing_stored(listener: RunningListener, in_pieces: bool) -> None:
    raw = b'{"a":"' + b"x" * MAX_BODY_BYTES + b'"}'
    answer = listener.post("/webhooks/clearbank", iter([raw]) if in_pieces else raw, DigitalSignature="AAAA")
    assert (answer.status, answer.json()) == (413, {"errorMessage": "the body is larger than 1048576 bytes"})
    with connect(listener.redis_url) as redis:
        assert redis.dbsize() == 0


def test_a_signature_that_is_no_text_is_refused_like_any_other(listener: RunningListener) -> None:
    answer = listener.from_the_bank(a_webhook(), DigitalSignature="Zoë")
    assert (answer.status, answer.json()) == (401, {"errorMessage": "AUTHORIZATION ERROR"})


def test_a_body_that_breaks_off_is_not_stored_and_harms_nobody(listener: RunningListener) -> None:
    host, port = listener.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), ANSWER_SECONDS) as sender:
        sender.sendall(b"POST /webhooks/clearbank HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    eventually(lambda: "body_incomplete" in listener.log_file.read_text(), "the listener says that the body broke off")
    assert listener.from_the_bank(a_webhook()).status == 200


def test_the_banks_path_takes_nothing_but_post(listener: RunningListener) -> None:
    answer = urllib3.request("GET", f"{listener.url}/webhooks/clearbank", retries=False, timeout=5)
    assert (answer.status, answer.json()) == (405, {"errorMessage": "Method Not Allowed"})


def test_a_signer_that_hangs_means_a_503_in_time_and_a_signed_answer_to_the_repeat(listener: RunningListener) -> None:
    signal_all(listener.signer, signal.SIGSTOP)
    try:
        began = time.monotonic()
        answer = listener.from_the_bank(a_webhook(1))
        assert answer.status == 503
        assert time.monotonic() - began < ANSWER_SECONDS
        assert "DigitalSignature" not in answer.headers
    finally:
        signal_all(listener.signer, signal.SIGCONT)
    repeat = listener.from_the_bank(a_webhook(2))
    assert (repeat.status, repeat.data) == (200, b'{"Nonce":2}')
    assert listener.is_signed_by_us(repeat)


def test_its_log_tells_reasons_and_no_secret(listener: RunningListener) -> None:
    listener.from_the_bank(a_webhook(), DigitalSignature="AAAA")
    listener.post(MAMBU, an_order(), **basic("mambu", "guess"))
    log = listener.log_file.read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {"signature_invalid", "credentials_invalid"} <= {line.get("reason") for line in lines}
    for secret in ("guess", "with colon", "Ada Lovelace", "GB82WEST12345698765432"):
        assert secret not in log


def test_what_became_of_webhooks_is_counted(listener: RunningListener) -> None:
    listener.from_the_bank(a_webhook())
    metrics = urllib3.request("GET", f"{listener.url}/metrics", retries=False, timeout=5).data.decode()
    assert 'causeway_listener_webhooks_total{result="stored",source="clearbank"}' in metrics
    assert 'causeway_listener_webhook_seconds_count{source="clearbank"}' in metrics


@pytest.fixture
def open_to_bank_systems(valkey: str, tmp_path: Path) -> Iterator[str]:
    """A listener with UMM's door, by API keys beside Basic, and the Open Bank Project's."""
    with connect(valkey) as redis:
        redis.flushdb()
    ports = free_port(), free_port()
    settings = settings_of(tmp_path, valkey, ports) | {
        "UMM_WEBHOOK_API_KEYS": "test_header1: value1\nX-Second: value2",
        "UMM_WEBHOOK_USERNAME": "umm",
        "UMM_WEBHOOK_PASSWORD": "Sesame: Zoë",
        "OBP_WEBHOOK_TOKEN": OBP_TOKEN,
    }
    url = f"http://127.0.0.1:{ports[0]}"
    with running(LISTENER, tmp_path, settings, lambda: is_ready(url), "listener.log"):
        yield url
    log = (tmp_path / "listener.log").read_text()
    assert not [secret for secret in ("value1", "Sesame", OBP_TOKEN) if secret in log]


def ask(method: str, url: str, body: bytes = b"", **headers: str) -> tuple[int, object]:
    answer = urllib3.request(method, url, body=body, headers=headers, retries=False, timeout=10)
    return answer.status, answer.json()


def test_an_event_of_umm_with_its_underscored_headers_is_stored_once(open_to_bank_systems: str, valkey: str) -> None:
    url, raw = open_to_bank_systems + UMM, a_umm_event()
    right = umm_headers() | {"test_header1": "value1", "X-Second": "value2"} | basic("umm", "Sesame: Zoë")
    wrong = right | {"test_header1": "guess"}, right | {"Authorization": "Bearer x"}, right | {"test-header1": "value1"}
    assert [ask("POST", url, raw, **headers) for headers in wrong] == [
        (401, {"errorMessage": "AUTHORIZATION ERROR"})
    ] * 3
    ambiguous = {"errorMessage": "the header client_key comes more than once, with different values"}
    assert ask("POST", url, raw, **right, **{"client-key": "CLI2"}) == (400, ambiguous)
    with connect(valkey) as redis:
        assert redis.dbsize() == 0
    assert [ask("POST", url, raw, **right) for _ in range(2)] == [(200, {"status": "accepted"})] * 2
    with connect(valkey) as redis:
        receipt_id = Inbox(redis).find("payment.settled-CLI0910-evt-1")
        assert elements(redis) == [f"('{receipt_id}',)"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_an_event_of_the_open_bank_project_is_stored_at_its_secret_path(
    open_to_bank_systems: str, valkey: str, method: str
) -> None:
    json_type = {"Content-Type": "application/json; charset=utf-8"}
    refused = ask(method, open_to_bank_systems + OBP + "x", an_obp_event(), **json_type)
    assert refused == (401, {"errorMessage": "AUTHORIZATION ERROR"})
    taken = ask(method, open_to_bank_systems + OBP, an_obp_event(), **json_type)
    assert taken == (200, {"status": "accepted"})
    with connect(valkey) as redis:
        assert Inbox(redis).find("OnCreditTransaction-9ca9a7e4-6d02-40e3-a129-0b2bf89de9b1")
        assert len(elements(redis)) == 1


@pytest.mark.parametrize("path", [UMM, OBP, "/webhooks/obp"])
def test_a_door_without_its_settings_is_not_there_and_the_listener_is_ready(
    listener: RunningListener, path: str
) -> None:
    assert ask("POST", listener.url + path, a_umm_event()) == (404, {"errorMessage": "Not Found"})
    assert is_ready(listener.url)


def test_a_store_that_is_away_means_503_not_ready_and_still_alive(tmp_path: Path) -> None:
    ports = free_port(), free_port()
    settings = settings_of(tmp_path, f"redis://127.0.0.1:{free_port()}", ports)
    url, signer_url = (f"http://127.0.0.1:{port}" for port in ports)

    def is_alive() -> bool:
        try:
            return urllib3.request("GET", f"{url}/livez", retries=False, timeout=1).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    with (
        running(SIGNER, tmp_path, settings, lambda: is_ready(signer_url), "signer.log") as signer,
        running(LISTENER, tmp_path, settings, is_alive, "listener.log") as process,
    ):
        listener = RunningListener(url, "", tmp_path / "clearbank.pub", tmp_path / "listener.log", process, signer)
        assert listener.from_the_bank(a_webhook()).status == 503
        assert not is_ready(url)


def test_sigterm_ends_it(valkey: str, tmp_path: Path) -> None:
    ports = free_port(), free_port()
    settings, url = settings_of(tmp_path, valkey, ports), f"http://127.0.0.1:{ports[0]}"
    with running(LISTENER, tmp_path, settings, lambda: is_ready(url)) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0


def test_every_fault_of_its_settings_is_told_at_once_without_a_traceback(tmp_path: Path) -> None:
    faulty = {
        "REDIS_URL": "http://store",
        "CLEARBANK_PUBLIC_KEY_FILE": str(tmp_path / "no-such.pem"),
        "MAMBU_WEBHOOK_USERNAME": "mambu",
        "SIGNER_URL": "signer:8081",
        "SIGNER_TOKEN": "token",
        "SIGNER_SECRET_KEY": "a secret",
        "UMM_WEBHOOK_API_KEYS": "client_key: a secret",
        "OBP_WEBHOOK_TOKEN": "a secret",
        "ALLOWED_SENDERS": "bank=10.0.0.0/8",
        "LISTENER_PORT": "eighty",
        "LISTENER_THREADS": "0",
        "LOG_LEVEL": "LOUD",
    }
    command = [sys.executable, *LISTENER]
    ended = subprocess.run(
        command, cwd=tmp_path, env=python_environment(**faulty), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    named = {line.split()[0].rstrip(":") for line in ended.stderr.splitlines()}
    right = {"MAMBU_WEBHOOK_USERNAME", "SIGNER_TOKEN", "SIGNER_SECRET_KEY"}
    assert named == {*faulty, "MAMBU_WEBHOOK_PASSWORD"} - right
    assert "Traceback" not in ended.stderr
    assert "a secret" not in ended.stderr
    assert ended.stdout == ""
