import base64
import json

import pytest

from tests.unit.signer.callers import SECRET, call, signer

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
    assert f'causeway_signer_refusals_total{{reason="{reason}"}} 1.0' in client.get("/metrics").text


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
    metrics = client.get("/metrics").text
    assert f'causeway_signer_refusals_total{{reason="{reason}"}} 1.0' in metrics
    assert 'causeway_signer_signatures_total{door="request"}' not in metrics


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Authorization": ""}, "token"),
        ({"Authorization": "Bearer other"}, "token"),
        ({"Authorization": SECRET.token}, "token"),
        ({"X-Causeway-Time": ""}, "time_missing"),
        ({"X-Causeway-Time": "1795000000"}, "time_off"),
        ({"X-Causeway-Time": "9795000000"}, "time_off"),
        ({"X-Causeway-Proof": ""}, "proof_missing"),
        ({"X-Causeway-Proof": "0" * 64}, "proof"),
    ],
)
@pytest.mark.parametrize(("path", "body"), [(NONCE, b'{"nonce":1}'), (REQUEST, b"{}"), (REQUEST, b"not even JSON")])
def test_an_unproved_caller_learns_nothing_but_that(
    path: str, body: bytes, headers: dict[str, str], reason: str
) -> None:
    client = signer()
    answer = call(client, path, body, **headers)
    assert (answer.status_code, answer.json) == (401, {"errorMessage": "AUTHORIZATION ERROR"})
    assert f'causeway_signer_refusals_total{{reason="{reason}"}} 1.0' in client.get("/metrics").text


def test_a_proof_for_one_door_does_not_open_the_other() -> None:
    client = signer()
    proved = call(client, NONCE, b'{"nonce":1}').request.headers
    answer = client.post(REQUEST, data=b'{"nonce":1}', headers=dict(proved))
    assert answer.status_code == 401


@pytest.mark.parametrize("path", [NONCE, REQUEST])
def test_more_than_one_mebibyte_is_refused(path: str) -> None:
    answer = call(signer(), path, b'{"a":"' + b"x" * 1024 * 1024 + b'"}')
    assert answer.status_code == 413
    assert answer.json == {"errorMessage": "A call may have at most 1048576 bytes."}


def test_other_methods_and_paths_are_refused_in_the_same_shape() -> None:
    client = signer()
    assert (client.get(NONCE).status_code, client.get(NONCE).json) == (405, {"errorMessage": "Method Not Allowed."})
    assert (client.get("/").status_code, client.get("/").json) == (404, {"errorMessage": "Not Found."})
