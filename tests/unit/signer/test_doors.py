import base64
import json

import pytest

from services.signer.keys import KeyProvider
from shared.signing.digital_signature import verify
from tests.unit.signer.callers import APART, KEY, LISTENER_SECRET, NEXT_KEY, WORKER_SECRET, call, signer


def is_ours(text: bytes, signature: str, key: KeyProvider = KEY) -> bool:
    return verify(text, signature, [key.public_key])


@pytest.mark.parametrize("nonce", [0, 1, 8553416320, 2**31, 2**63 - 1, -1, -(2**63)])
def test_the_nonce_door_builds_and_signs_the_answer_of_a_webhook(nonce: int) -> None:
    answer = call(signer(), "/v1/nonce", json.dumps({"nonce": nonce}).encode())
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["body"] == f'{{"Nonce":{nonce}}}'
    assert is_ours(answer.json["body"].encode(), answer.json["signature"])


def test_a_batch_of_nonces_is_answered_in_order() -> None:
    answer = call(signer(), "/v1/nonce", json.dumps({"nonces": list(range(256))}).encode())
    assert answer.json is not None
    answers = answer.json["answers"]
    assert [item["body"] for item in answers] == [f'{{"Nonce":{nonce}}}' for nonce in range(256)]
    assert all(is_ours(item["body"].encode(), item["signature"]) for item in answers)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"amount": 88.50 , "a":1}\r\n',
        '{"name":"Zoë O’Brien"}'.encode(),
        b'{"Nonce":1,"Type":"x"}',
        b'{"payload":{"Nonce":1}}',
        b'{"a":"' + b"x" * 500_000 + b'"}',
    ],
)
def test_the_request_door_signs_exactly_the_bytes_it_was_given(body: bytes) -> None:
    answer = call(signer(), "/v1/request", body)
    assert answer.status_code == 200
    assert answer.json is not None
    assert is_ours(body, answer.json["signature"])


def test_a_batch_of_requests_is_answered_in_order() -> None:
    bodies = [b'{"n": %d}' % number for number in range(64)]
    batch = json.dumps({"bodies": [base64.b64encode(body).decode() for body in bodies]}).encode()
    answer = call(signer(), "/v1/request", batch, "application/vnd.causeway.batch+json")
    assert answer.json is not None
    assert all(is_ours(*pair) for pair in zip(bodies, answer.json["signatures"], strict=True))


def test_without_the_batch_media_type_a_batch_is_only_a_request_to_sign() -> None:
    batch = b'{"bodies":["e30="]}'
    answer = call(signer(), "/v1/request", batch)
    assert answer.json is not None
    assert is_ours(batch, answer.json["signature"])


def test_the_first_key_signs_unless_another_is_active() -> None:
    for client, key in (
        (signer(KEY, NEXT_KEY), KEY),
        (signer(KEY, NEXT_KEY, active_id=NEXT_KEY.key_id), NEXT_KEY),
    ):
        answer = call(client, "/v1/request", b"{}")
        assert answer.json is not None
        assert is_ours(b"{}", answer.json["signature"], key)


@pytest.mark.parametrize("asked", [KEY, NEXT_KEY], ids=["active", "next"])
def test_a_caller_may_ask_for_a_loaded_key_while_the_banks_token_changes(asked: KeyProvider) -> None:
    client = signer(KEY, NEXT_KEY)
    request = call(client, "/v1/request", b"{}", key_id=asked.key_id)
    nonce = call(client, "/v1/nonce", b'{"nonce":1}', key_id=asked.key_id)
    assert request.json is not None
    assert nonce.json is not None
    assert is_ours(b"{}", request.json["signature"], asked)
    assert is_ours(b'{"Nonce":1}', nonce.json["signature"], asked)


def test_a_credential_for_one_door_opens_that_door() -> None:
    client = signer(callers=APART)
    assert call(client, "/v1/nonce", b'{"nonce":1}', secret=LISTENER_SECRET).status_code == 200
    assert call(client, "/v1/request", b"{}", secret=WORKER_SECRET).status_code == 200
