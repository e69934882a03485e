"""What is wrong with a webhook is told to the sender, logged and counted by a reason code; nothing is stored."""

import io
import json
from typing import Any

import pytest
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from services.listener.acceptance import MAX_BODY_BYTES
from tests.unit.listener.listeners import CLEARBANK, Listener, a_webhook, an_order, basic

TOO_LARGE = b'{"a":"' + b"x" * MAX_BODY_BYTES + b'"}'
SECRETS = ("a password", "Ada Lovelace", "GB82WEST", "GB00CUBK", "Traceback", "Exception", "services.")

Row = tuple[bytes, dict[str, Any], int, str, str]

FROM_THE_BANK: dict[str, Row] = {
    "not JSON": (b"Type=TransactionSettled", {}, 400, "not_json", "the body is not JSON"),
    "no body": (b"", {}, 400, "not_json", "the body is not JSON"),
    "not UTF-8": (b'{"Type": "\xff"}', {}, 400, "not_json", "the body is not JSON"),
    "not a number": (a_webhook().replace(b"88.5", b"NaN"), {}, 400, "not_json", "the body is not JSON"),
    "nested without end": (b"[" * 100_000, {}, 400, "not_json", "the body is not JSON"),
    "a list": (b"[]", {}, 400, "not_an_object", "Type, Version, Payload and Nonce"),
    "wrong content type": (a_webhook(), {"content_type": "text/xml"}, 415, "content_type", "application/json"),
    "no type": (b'{"Version":1,"Payload":{},"Nonce":1}', {}, 400, "type_missing", "Type is missing"),
    "a blank type": (a_webhook(kind=" "), {}, 400, "type_missing", "Type is missing"),
    "a type that is no text": (b'{"Type":1,"Payload":{},"Nonce":1}', {}, 400, "type_missing", "Type is missing"),
    "no payload": (b'{"Type":"FITestEvent","Nonce":1}', {}, 400, "payload_missing", "Payload is missing"),
    "no nonce": (b'{"Type":"FITestEvent","Payload":{}}', {}, 400, "nonce_invalid", "Nonce is missing"),
    "a nonce of 65 bits": (a_webhook(2**63), {}, 400, "nonce_invalid", "64-bit integer"),
    "a nonce that is text": (a_webhook("1"), {}, 400, "nonce_invalid", "64-bit integer"),
    "a nonce that is no integer": (a_webhook(1.5), {}, 400, "nonce_invalid", "64-bit integer"),
    "a nonce that is a switch": (a_webhook(True), {}, 400, "nonce_invalid", "64-bit integer"),
    "half a surrogate pair in its id": (a_webhook(TransactionId="\ud800"), {}, 400, "not_text", "surrogate pair"),
    "half a surrogate pair in its name": (a_webhook(Scheme="\ud800"), {}, 400, "not_text", "surrogate pair"),
    "half a surrogate pair in its type": (a_webhook(kind="\ud800"), {}, 400, "not_text", "surrogate pair"),
    "more than 1 MiB": (TOO_LARGE, {}, 413, "body_too_large", "larger than 1048576 bytes"),
}

FROM_MAMBU: dict[str, Row] = {
    "a quote in a rendered name": (an_order().replace(b"Ada", b'A"da'), {}, 400, "not_json", "the body is not JSON"),
    "a list": (b"[]", {}, 400, "not_an_object", "not a JSON object"),
    "nested without end": (b"[" * 100_000, {}, 400, "not_json", "the body is not JSON"),
    "half a surrogate pair in its id": (
        an_order(transactionEncodedKey="\ud800"),
        {},
        400,
        "fields_invalid",
        "transactionEncodedKey: holds half a surrogate pair",
    ),
    "half a surrogate pair in its loan": (
        an_order(loanAccountId="\ud800"),
        {},
        400,
        "fields_invalid",
        "loanAccountId: holds half a surrogate pair",
    ),
    "wrong content type": (an_order(), {"content_type": "text/plain"}, 415, "content_type", "application/json"),
    "parts of a penny": (an_order(amount="12.345"), {}, 400, "fields_invalid", "amount: the amount '12.345'"),
    "an amount in words": (an_order(amount="a lot"), {}, 400, "fields_invalid", "amount: the amount 'a lot'"),
    "a negative amount": (an_order(amount="-1.00"), {}, 400, "fields_invalid", "amount: the amount '-1.00'"),
    "an empty amount": (an_order(amount=""), {}, 400, "fields_invalid", "amount: the amount ''"),
    "an amount that is null": (
        an_order().replace(b'"1,234.50"', b"null"),
        {},
        400,
        "fields_invalid",
        "amount: the amount ''",
    ),
    "an amount of 5000 digits": (an_order(amount="9" * 5000), {}, 400, "fields_invalid", "amount: is longer than"),
    "an amount with an exponent": (
        an_order().replace(b'"1,234.50"', b"1.5E3"),
        {},
        400,
        "fields_invalid",
        "amount: the amount '1.5E3'",
    ),
    "a decimal comma": (an_order(amount="1.234,50"), {}, 400, "fields_invalid", "amount: the amount '1.234,50'"),
    "an amount that is a list": (an_order(amount=[12]), {}, 400, "fields_invalid", "amount: Not a valid string."),
    "no amount": (an_order(amount=None), {}, 400, "fields_invalid", "amount: Missing data"),
    "no transaction": (
        an_order(transactionEncodedKey=" ", loanAccountId=None),
        {},
        400,
        "fields_invalid",
        "loanAccountId: Missing data for required field.; transactionEncodedKey: is empty",
    ),
    "more than 1 MiB": (TOO_LARGE, {}, 413, "body_too_large", "larger than 1048576 bytes"),
    "the wrong password": (an_order(), {"headers": basic("mambu", "guess")}, 401, "credentials_invalid", "AUTHORIZ"),
    "the wrong name": (
        an_order(),
        {"headers": basic("root", "a password: with colon")},
        401,
        "credentials_invalid",
        "AUTHORIZ",
    ),
    "a token": (an_order(), {"headers": {"Authorization": "Bearer x"}}, 401, "credentials_invalid", "AUTHORIZ"),
    "broken Basic": (an_order(), {"headers": {"Authorization": "Basic %%%"}}, 401, "credentials_invalid", "AUTHORIZ"),
    "no credentials": (an_order(), {"headers": {}}, 401, "credentials_invalid", "AUTHORIZATION ERROR"),
}


def assert_refused(
    listener: Listener, source: str, answer: TestResponse, logs: list[Any], expected: tuple[int, str, str]
) -> None:
    status, reason, sentence = expected
    assert answer.status_code == status
    assert answer.json is not None
    assert set(answer.json) == {"errorMessage"}
    assert sentence in answer.json["errorMessage"]
    assert not [secret for secret in SECRETS if secret in answer.text]
    (line,) = [line for line in logs if line["event"] == "webhook refused"]
    assert (line["source"], line["reason"], line["status"]) == (source, reason, status)
    assert listener.counted(source, reason) == 1
    assert listener.receipts() == []
    assert listener.inbox.queue == []


@pytest.mark.parametrize("row", FROM_THE_BANK.values(), ids=FROM_THE_BANK.keys())
def test_a_bad_webhook_with_the_banks_signature_is_refused(row: Row) -> None:
    listener, (raw, changed, status, reason, sentence) = Listener(), row
    with capture_logs() as logs:
        answer = listener.from_the_bank(raw, **changed)
    assert_refused(listener, "clearbank", answer, logs, (status, reason, sentence))
    assert "DigitalSignature" not in answer.headers


@pytest.mark.parametrize("row", FROM_MAMBU.values(), ids=FROM_MAMBU.keys())
def test_a_bad_order_of_the_core_is_refused(row: Row) -> None:
    listener, (raw, changed, status, reason, sentence) = Listener(), row
    with capture_logs() as logs:
        answer = listener.from_mambu(raw, **changed)
    assert_refused(listener, "mambu", answer, logs, (status, reason, sentence))
    assert ("WWW-Authenticate" in answer.headers) == (answer.status_code == 401)


def test_no_depth_of_nesting_is_a_fault_of_ours() -> None:
    listener = Listener()
    for depth in range(300, 1100, 1):
        nested = b"[" * depth + b"]" * depth
        raws = a_webhook(Deep="?").replace(b'"?"', nested), an_order(deep="?").replace(b'"?"', nested)
        statuses = {listener.from_the_bank(raws[0]).status_code, listener.from_mambu(raws[1]).status_code}
        assert statuses <= {200, 400}


def test_a_body_that_never_says_its_length_is_cut_off_at_the_limit() -> None:
    listener = Listener()
    with capture_logs() as logs:
        answer = listener.client.post(
            CLEARBANK,
            input_stream=io.BytesIO(TOO_LARGE),
            headers={"Transfer-Encoding": "chunked", "DigitalSignature": "AAAA"},
            content_type="application/json",
            environ_overrides={"wsgi.input_terminated": True},
        )
    assert_refused(listener, "clearbank", answer, logs, (413, "body_too_large", "larger than 1048576 bytes"))


def test_a_body_just_under_the_limit_is_taken() -> None:
    listener = Listener()
    raw = a_webhook(Iso20022XmlDocument="x" * (MAX_BODY_BYTES - 1000))
    assert len(raw) < MAX_BODY_BYTES
    assert listener.from_the_bank(raw).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_the_banks_door_takes_nothing_but_post(method: str) -> None:
    listener = Listener()
    answer = listener.client.open(CLEARBANK, method=method, data=a_webhook())
    assert answer.status_code == 405
    assert listener.receipts() == []


def test_a_path_that_is_no_door_is_not_found() -> None:
    answer = Listener().client.post("/webhooks/other", data=b"{}")
    assert answer.status_code == 404
    assert answer.json == {"errorMessage": "Not Found"}


def test_a_refusal_is_json_whatever_the_sender_sent() -> None:
    answer = Listener().from_the_bank(b"<xml/>")
    assert answer.mimetype == "application/json"
    assert json.loads(answer.data) == {"errorMessage": "the body is not JSON"}
