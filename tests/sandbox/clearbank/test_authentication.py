"""Token, signature and X-Request-Id at the bank's door."""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from sandbox.clearbank.signatures import load_client_key, load_signing_key
from tests.sandbox.clearbank.builders import fps, transfer
from tests.sandbox.clearbank.conftest import Client, Keys


def test_every_answer_has_a_correlation_id(client: Client) -> None:
    assert client.send("GET", "/v1/Test").headers["X-Correlation-Id"]
    assert client.send("GET", "/v1/Test", Authorization="").headers["X-Correlation-Id"]


@pytest.mark.parametrize(
    ("headers", "status", "title"),
    [
        ({"Authorization": ""}, 401, None),
        ({"Authorization": "Bearer another"}, 403, None),
        ({"request_id": ""}, 400, "Missing X-Request-Id Header"),
        ({"request_id": "x" * 84}, 400, "Missing X-Request-Id Header"),
        ({"DigitalSignature": ""}, 400, "Invalid DigitalSignature Header"),
        ({"DigitalSignature": "bm90IGEgc2lnbmF0dXJl"}, 400, "Invalid DigitalSignature Header"),
        ({"DigitalSignature": "*"}, 400, "Invalid DigitalSignature Header"),
        ({"Content_Type": "text/plain"}, 415, "Unsupported Media Type"),
    ],
)
def test_a_request_without_good_headers_is_refused(
    client: Client, headers: dict[str, str], status: int, title: str | None
) -> None:
    answer = client.pay(fps(transfer("e2e-1")), **headers)
    assert (answer.status_code, answer.json.get("title")) == (status, title)
    assert client.ledger("e2e-1") == []


def test_a_body_changed_after_signing_is_refused(client: Client, keys: Keys) -> None:
    body = fps(transfer("e2e-1"))
    signed = client.pay(body)
    assert signed.status_code == 202
    raw = json.dumps(body).encode()
    good = client.send_raw("POST", "/v3/payments/fps", raw)
    assert good.status_code == 202
    changed = client.send_raw(
        "POST", "/v3/payments/fps", raw + b" ", DigitalSignature=good.request.headers["DigitalSignature"]
    )
    assert changed.json["title"] == "Invalid DigitalSignature Header"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")
def test_a_signature_made_by_openssl_is_accepted(client: Client, keys: Keys, tmp_path: Path) -> None:
    key_file, body_file = tmp_path / "key.pem", tmp_path / "body.json"
    key_file.write_bytes(
        keys.client.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    body_file.write_text(json.dumps(fps(transfer("e2e-1", creditor_name="Jane Smith"))))
    signature = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", key_file, body_file], check=True, capture_output=True
    ).stdout
    answer = client.send_raw(
        "POST",
        "/v3/payments/fps",
        body_file.read_bytes(),
        DigitalSignature=base64.b64encode(signature).decode(),
    )
    assert answer.status_code == 202


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")
def test_the_client_key_may_come_in_a_signing_request(tmp_path: Path) -> None:
    request_file, key_file = tmp_path / "client.csr", tmp_path / "key.pem"
    command = ["openssl", "req", "-new", "-sha256", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=lender"]
    subprocess.run([*command, "-keyout", key_file, "-out", request_file], check=True, capture_output=True)
    private = load_signing_key(key_file)
    assert load_client_key(request_file).public_numbers() == private.public_key().public_numbers()


def test_a_repeat_with_the_same_request_id_is_a_conflict_and_moves_nothing(client: Client) -> None:
    assert client.pay(fps(transfer("e2e-1")), request_id="same").status_code == 202
    repeat = client.pay(fps(transfer("e2e-2")), request_id="same")
    assert (repeat.status_code, repeat.json) == (409, {"status": 409})
    assert client.ledger("e2e-2") == []


def test_a_request_id_protects_for_24_hours_only(client: Client) -> None:
    client.pay(fps(transfer("e2e-1")), request_id="same")
    with client.bank.store.transaction() as db:
        db.execute("UPDATE request_ids SET at = at - 86401")
    assert client.pay(fps(transfer("e2e-2")), request_id="same").status_code == 202


def test_a_refused_request_does_not_use_its_id_up(client: Client) -> None:
    assert client.pay({"paymentInstructions": []}, request_id="same").status_code == 400
    assert client.pay(fps(transfer("e2e-1", "999999999999.00")), request_id="same").status_code == 400
    assert client.pay(fps(transfer("e2e-1")), request_id="same").status_code == 202


def test_reading_needs_a_token_alone(client: Client) -> None:
    answer = client.send("GET", "/v2/Transactions", request_id="", DigitalSignature="")
    assert answer.status_code == 200


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v9/nothing", 404), ("PUT", "/v3/payments/fps", 405)])
def test_an_unknown_path_or_method_is_a_problem(client: Client, method: str, path: str, status: int) -> None:
    answer = client.send(method, path)
    assert (answer.status_code, answer.json["status"]) == (status, status)
    assert answer.content_type == "application/problem+json"


def test_the_bank_says_it_lives_without_a_token(client: Client) -> None:
    for path in ("/livez", "/readyz"):
        assert client.send("GET", path, Authorization="").json == {"status": "ok"}
