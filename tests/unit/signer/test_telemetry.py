import hashlib
from collections.abc import Sequence

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from services.signer.keyring import Keyring
from services.signer.keys import KeyUnavailableError
from services.signer.readiness import Readiness
from services.signer.telemetry import Telemetry
from tests.unit.signer.callers import APART, KEY, LISTENER_SECRET, NEXT_KEY, call, signer
from tests.unit.signing.keys import private_key


class BrokenKey:
    """A device that is gone."""

    provider = "pkcs11"
    key_id = "0" * 16
    public_key: RSAPublicKey = KEY.public_key

    def sign_all(self, digests: Sequence[bytes]) -> list[bytes]:
        raise KeyUnavailableError("device", "The device is lost.")


class WrongKey(BrokenKey):
    """A half-configured key: its public half belongs to another."""

    public_key = private_key("theirs").public_key()

    def sign_all(self, digests: Sequence[bytes]) -> list[bytes]:
        return KEY.sign_all(digests)


def test_every_signature_is_logged_with_caller_key_id_and_digest_in_one_line_per_call() -> None:
    structlog.reset_defaults()
    with capture_logs() as lines:
        call(signer(callers=APART), "/v1/nonce", b'{"nonces":[1,2]}', secret=LISTENER_SECRET)
    (line,) = lines
    assert (line["event"], line["caller"], line["key_id"], line["door"]) == ("signed", "listener", KEY.key_id, "nonce")
    assert line["sha256"] == [hashlib.sha256(b'{"Nonce":%d}' % nonce).hexdigest() for nonce in (1, 2)]


def test_a_refusal_is_logged_by_caller_and_reason_and_without_the_input() -> None:
    structlog.reset_defaults()
    with capture_logs() as lines:
        call(signer(), "/v1/request", b'["Jane Smith"]')
    (line,) = lines
    assert (line["event"], line["caller"], line["reason"]) == ("refused", "both", "request_shape")
    assert (line["address"], line["status"]) == ("127.0.0.1", 400)
    assert "Jane" not in str(line)


def test_signatures_and_their_time_are_counted_by_door_and_provider() -> None:
    client = signer()
    call(client, "/v1/nonce", b'{"nonces":[1,2]}')
    call(client, "/v1/request", b"{}")
    metrics = client.get("/metrics").text
    assert 'causeway_signer_signatures_total{door="nonce",provider="file"} 2.0' in metrics
    assert 'causeway_signer_signatures_total{door="request",provider="file"} 1.0' in metrics
    assert 'causeway_signer_call_seconds_count{door="nonce",provider="file"} 1.0' in metrics


def test_a_key_that_does_not_answer_is_a_503_counted_and_logged_by_provider_and_reason() -> None:
    structlog.reset_defaults()
    client = signer(BrokenKey())
    with capture_logs() as lines:
        answer = call(client, "/v1/nonce", b'{"nonce":1}')
    assert (answer.status_code, answer.json) == (503, {"errorMessage": "The key does not sign now: try again."})
    assert 'causeway_signer_key_errors_total{provider="pkcs11",reason="device"} 1.0' in client.get("/metrics").text
    (line,) = lines
    assert (line["event"], line["reason"], line["why"]) == ("not signed", "device", "The device is lost.")


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


def test_of_two_keys_the_active_one_decides_and_both_are_shown() -> None:
    client = signer(KEY, BrokenKey())
    assert client.get("/readyz").status_code == 200
    metrics = client.get("/metrics").text
    ready = 'causeway_signer_key_ready{{active="{}",key_id="{}",provider="{}"}} {}'
    assert ready.format("true", KEY.key_id, "file", "1.0") in metrics
    assert ready.format("false", "0" * 16, "pkcs11", "0.0") in metrics


def test_readiness_asks_the_keys_again_only_after_some_seconds() -> None:
    asked: list[bytes] = []

    class CountingKey(BrokenKey):
        def sign_all(self, digests: Sequence[bytes]) -> list[bytes]:
            asked.extend(digests)
            return KEY.sign_all(digests)

    now = 0.0
    is_ready = Readiness(Keyring([CountingKey(), NEXT_KEY]), Telemetry(CollectorRegistry()), clock=lambda: now)
    assert [is_ready(), is_ready()] == [True, True]
    assert len(asked) == 1
    now = 5.0
    assert is_ready()
    assert len(asked) == 2
