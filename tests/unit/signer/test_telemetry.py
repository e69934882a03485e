import hashlib

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from structlog.testing import capture_logs

from services.signer.readiness import readiness_check
from tests.unit.signer.callers import KEY, call, signer
from tests.unit.signing.keys import private_key


class BrokenKey:
    """A device that is gone."""

    key_id = "0" * 16
    public_key: RSAPublicKey = KEY.public_key

    def sign(self, raw_bytes: bytes) -> str:
        raise ConnectionError("device lost")


class WrongKey(BrokenKey):
    """A half-configured key: its public half belongs to another."""

    public_key = private_key("theirs").public_key()

    def sign(self, raw_bytes: bytes) -> str:
        return KEY.sign(raw_bytes)


def test_every_signature_is_logged_with_caller_key_id_and_digest_in_one_line_per_call() -> None:
    structlog.reset_defaults()
    with capture_logs() as lines:
        call(signer(), "/v1/nonce", b'{"nonces":[1,2]}')
    (line,) = lines
    assert (line["event"], line["caller"], line["key_id"], line["door"]) == ("signed", "127.0.0.1", KEY.key_id, "nonce")
    assert line["sha256"] == [hashlib.sha256(b'{"Nonce":%d}' % nonce).hexdigest() for nonce in (1, 2)]


def test_a_refusal_is_logged_by_reason_and_without_the_input() -> None:
    structlog.reset_defaults()
    with capture_logs() as lines:
        call(signer(), "/v1/request", b'["Jane Smith"]')
    (line,) = lines
    assert (line["event"], line["reason"], line["status"]) == ("refused", "request_shape", 400)
    assert "Jane" not in str(line)


def test_signatures_and_their_time_are_counted_by_door() -> None:
    client = signer()
    call(client, "/v1/nonce", b'{"nonces":[1,2]}')
    call(client, "/v1/request", b"{}")
    metrics = client.get("/metrics").text
    assert 'causeway_signer_signatures_total{door="nonce"} 2.0' in metrics
    assert 'causeway_signer_signatures_total{door="request"} 1.0' in metrics
    assert 'causeway_signer_call_seconds_count{door="nonce"} 1.0' in metrics


def test_the_signer_is_alive_and_ready_with_a_good_key() -> None:
    client = signer()
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_the_signer_is_alive_but_not_ready_when_its_key_does_not_sign() -> None:
    for key in (BrokenKey(), WrongKey()):
        client = signer(key)
        assert client.get("/livez").status_code == 200
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json) == (503, {"status": "not ready", "reason": "the key does not sign"})


def test_a_key_that_fails_is_a_500_that_tells_nothing() -> None:
    answer = call(signer(BrokenKey()), "/v1/nonce", b'{"nonce":1}')
    assert (answer.status_code, answer.json) == (500, {"errorMessage": "Internal Server Error."})


def test_readiness_asks_the_key_again_only_after_some_seconds() -> None:
    asked: list[bytes] = []

    class CountingKey(BrokenKey):
        def sign(self, raw_bytes: bytes) -> str:
            asked.append(raw_bytes)
            return KEY.sign(raw_bytes)

    now = 0.0
    is_ready = readiness_check(CountingKey(), clock=lambda: now)
    assert [is_ready(), is_ready()] == [True, True]
    assert len(asked) == 1
    now = 5.0
    assert is_ready()
    assert len(asked) == 2
