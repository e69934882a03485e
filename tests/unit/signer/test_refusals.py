import base64
import json

import pytest

from shared.signing.caller_proof import CallerSecret
from tests.unit.signer.callers import (
    APART,
    LISTENER_SECRET,
    SECRET,
    WORKER_SECRET,
    call,
    counted_refusals,
    signer,
)

NONCE, REQUEST, BATCH = "/v1/nonce", "/v1/request", "application/vnd.causeway.batch+json"


def batch(*bodies: bytes) -> bytes:
    return json.dumps({"bodies": [base64.b64encode(body).decode() for body in bodies]}).encode()


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        (NONCE, b"", "not_json"),
        (NONCE, b"{", "not_json"),
        (NONCE, b'{"nonce":NaN}', "not_json"),
        (NONCE, b'{"nonce":1,"nonce":2}', "not_json"),
        (NONCE, b'{"nonce":1}\xff', "not_json"),
        (NONCE, '{"nonce":1}'.encode("utf-16"), "not_json"),
        (NONCE, b'\xef\xbb\xbf{"nonce":1}', "not_json"),
        (NONCE, b'{"nonce":' + b"9" * 5000 + b"}", "not_json"),
        (NONCE, b"[" * 100_000, "not_json"),
        (NONCE, b"1", "nonce_shape"),
        (NONCE, b"{}", "nonce_shape"),
        (NONCE, b'{"Nonce":1}', "nonce_shape"),
        (NONCE, b'{"nonce":1,"more":2}', "nonce_shape"),
        (NONCE, b'{"nonce":1,"nonces":[2]}', "nonce_shape"),
        (NONCE, b'{"nonce":true}', "nonce_value"),
        (NONCE, b'{"nonce":null}', "nonce_value"),
        (NONCE, b'{"nonce":1.0}', "nonce_value"),
        (NONCE, b'{"nonce":1e3}', "nonce_value"),
        (NONCE, b'{"nonce":"1"}', "nonce_value"),
        (NONCE, b'{"nonce":[1]}', "nonce_value"),
        (NONCE, b'{"nonce":{"a":1}}', "nonce_value"),
        (NONCE, b'{"nonce":9223372036854775808}', "nonce_value"),
        (NONCE, b'{"nonce":-9223372036854775809}', "nonce_value"),
        (NONCE, b'{"nonces":[1,true]}', "nonce_value"),
        (NONCE, b'{"nonces":[]}', "batch_size"),
        (NONCE, b'{"nonces":1}', "batch_size"),
        (NONCE, json.dumps({"nonces": [1] * 257}).encode(), "batch_size"),
        (REQUEST, b"", "not_json"),
        (REQUEST, b"hello", "not_json"),
        (REQUEST, b'{"amount":1,"amount":2}', "not_json"),
        (REQUEST, b'{"amount":Infinity}', "not_json"),
        (REQUEST, b"[]", "request_shape"),
        (REQUEST, b'"text"', "request_shape"),
        (REQUEST, b"8553416320", "request_shape"),
        (REQUEST, b'{"Nonce":1}', "request_is_nonce"),
        (REQUEST, b'{"nonce":1}', "request_is_nonce"),
        (REQUEST, b' { "NONCE" : "text" } ', "request_is_nonce"),
        (REQUEST, b'{"\\u004eonce":1}', "request_is_nonce"),
        (REQUEST, b'{"Nonce":1,"nonce":2}', "request_is_nonce"),
    ],
)
def test_what_fits_neither_shape_is_refused_with_a_reason(path: str, body: bytes, reason: str) -> None:
    client = signer()
    answer = call(client, path, body)
    assert answer.status_code == 400
    assert answer.json is not None
    assert list(answer.json) == ["errorMessage"]
    assert counted_refusals(client, reason) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[]", "batch_shape"),
        (b'{"bodies":["e30="],"more":1}', "batch_shape"),
        (b'{"bodies":[]}', "batch_size"),
        (batch(*[b"{}"] * 65), "batch_size"),
        (b'{"bodies":["not base64!"]}', "batch_base64"),
        (b'{"bodies":["e30"]}', "batch_base64"),
        (b'{"bodies":[1]}', "batch_base64"),
        (batch(b"{}", b'{"Nonce":1}'), "request_is_nonce"),
        (batch(b"{}", b"[]"), "request_shape"),
    ],
)
def test_one_bad_body_refuses_the_whole_batch(body: bytes, reason: str) -> None:
    client = signer()
    assert call(client, REQUEST, body, BATCH).status_code == 400
    assert counted_refusals(client, reason) == 1
    assert 'causeway_signer_signatures_total{door="request"' not in client.get("/metrics").text


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Authorization": ""}, "token"),
        ({"Authorization": "Bearer other"}, "token"),
        ({"Authorization": SECRET.token}, "token"),
        ({"X-Causeway-Time": ""}, "time_missing"),
        ({"X-Causeway-Time": "1795000000"}, "time_off"),
        ({"X-Causeway-Time": "9795000000"}, "time_off"),
        ({"X-Causeway-Call": ""}, "call_missing"),
        ({"X-Causeway-Call": "0" * 32}, "proof"),
        ({"X-Causeway-Key": "0" * 16}, "proof"),
        ({"X-Causeway-Proof": ""}, "proof_missing"),
        ({"X-Causeway-Proof": "0" * 64}, "proof"),
    ],
)
@pytest.mark.parametrize(("path", "body"), [(NONCE, b'{"nonce":1}'), (REQUEST, b"{}"), (REQUEST, b"not even JSON")])
def test_an_unproved_caller_learns_nothing_but_that(
    path: str, body: bytes, headers: dict[str, str], reason: str
) -> None:
    client = signer()
    answer = call(client, path, body, headers=headers)
    assert (answer.status_code, answer.json) == (401, {"errorMessage": "AUTHORIZATION ERROR"})
    assert counted_refusals(client, reason) == 1


def test_a_proof_for_one_door_does_not_open_the_other() -> None:
    client = signer()
    proved = call(client, NONCE, b'{"nonce":1}').request.headers
    answer = client.post(REQUEST, data=b'{"nonce":1}', headers=dict(proved))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("path", "body", "secret"), [(NONCE, b'{"nonce":1}', WORKER_SECRET), (REQUEST, b"{}", LISTENER_SECRET)]
)
def test_a_credential_for_one_door_does_not_open_the_other(path: str, body: bytes, secret: CallerSecret) -> None:
    client = signer(callers=APART)
    answer = call(client, path, body, secret=secret)
    assert (answer.status_code, answer.json) == (401, {"errorMessage": "AUTHORIZATION ERROR"})
    assert counted_refusals(client, "wrong_door") == 1


def test_a_token_with_the_secret_key_of_another_caller_is_refused() -> None:
    client = signer(callers=APART)
    mixed = CallerSecret(WORKER_SECRET.token, LISTENER_SECRET.secret_key)
    assert call(client, REQUEST, b"{}", secret=mixed).status_code == 401
    assert counted_refusals(client, "proof") == 1


@pytest.mark.parametrize(("path", "body"), [(NONCE, b'{"nonce":1}'), (REQUEST, b"{}")])
def test_a_call_that_was_signed_is_not_signed_again_for_whoever_recorded_it(path: str, body: bytes) -> None:
    client = signer()
    recorded = dict(call(client, path, body).request.headers)
    answer = client.post(path, data=body, headers=recorded)
    assert (answer.status_code, answer.json) == (401, {"errorMessage": "AUTHORIZATION ERROR"})
    assert counted_refusals(client, "replay") == 1


def test_the_same_body_may_be_asked_for_again_in_a_new_call() -> None:
    client = signer()
    assert [call(client, REQUEST, b"{}").status_code for _ in range(2)] == [200, 200]


def test_a_key_that_is_not_loaded_is_refused() -> None:
    client = signer()
    for path, body in ((NONCE, b'{"nonce":1}'), (REQUEST, b"{}")):
        assert call(client, path, body, key_id="0" * 16).status_code == 400
    assert counted_refusals(client, "key_unknown") == 2


def test_a_caller_that_calls_too_often_is_told_to_wait_and_the_other_is_not() -> None:
    client = signer(callers=APART, calls_per_second=1)
    statuses = [call(client, REQUEST, b"{}", secret=WORKER_SECRET).status_code for _ in range(2)]
    assert statuses == [200, 429]
    assert call(client, NONCE, b'{"nonce":1}', secret=LISTENER_SECRET).status_code == 200
    assert counted_refusals(client, "too_many_calls") == 1


@pytest.mark.parametrize("path", [NONCE, REQUEST])
def test_more_than_one_mebibyte_is_refused(path: str) -> None:
    client = signer()
    answer = call(client, path, b'{"a":"' + b"x" * 1024 * 1024 + b'"}')
    assert counted_refusals(client, "too_large") == 1
    assert answer.status_code == 413
    assert answer.json == {"errorMessage": "A call may have at most 1048576 bytes."}


def test_other_methods_and_paths_are_refused_in_the_same_shape() -> None:
    client = signer()
    assert (client.get(NONCE).status_code, client.get(NONCE).json) == (405, {"errorMessage": "Method Not Allowed."})
    assert (client.get("/").status_code, client.get("/").json) == (404, {"errorMessage": "Not Found."})
