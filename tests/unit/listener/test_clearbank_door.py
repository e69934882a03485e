import json

import pytest
from structlog.testing import capture_logs

from shared.domain.receipts import ReceiptState
from shared.signing.digital_signature import sign, verify
from tests.unit.listener.listeners import BANK_KEY, CLEARBANK, OUR_KEY, Listener, a_webhook
from tests.unit.signing.keys import private_key

FORBIDDEN = {"errorMessage": "AUTHORIZATION ERROR"}


def test_a_webhook_is_stored_and_answered_with_its_own_nonce_signed() -> None:
    listener, raw = Listener(), a_webhook(nonce=8553416320)
    answer = listener.from_the_bank(raw)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b'{"Nonce":8553416320}', "application/json")
    assert verify(answer.data, answer.headers["DigitalSignature"], [OUR_KEY.public_key()])
    (receipt,) = listener.receipts()
    assert (receipt.body, receipt.state) == (raw, ReceiptState.STORED)
    assert receipt.name == "TransactionSettled-05726acd06dc-FasterPayments"
    assert listener.inbox.queue == [receipt.id.encode()]
    assert listener.counted("clearbank", "stored") == 1


@pytest.mark.parametrize("nonce", [0, -1, 2**31, 2**63 - 1, -(2**63)])
def test_every_nonce_of_64_bits_comes_back_exactly(nonce: int) -> None:
    assert Listener().from_the_bank(a_webhook(nonce)).data == b'{"Nonce":%d}' % nonce


def test_a_test_event_has_text_for_a_payload_and_is_taken() -> None:
    listener = Listener()
    raw = b'{"Type":"FITestEvent","Version":1,"Payload":"test me","Nonce":1448545215}'
    assert listener.from_the_bank(raw).status_code == 200
    assert [receipt.kind for receipt in listener.receipts()] == ["FITestEvent"]


def test_an_unknown_type_is_taken_too() -> None:
    listener = Listener()
    assert listener.from_the_bank(a_webhook(kind="BrandNewV9")).status_code == 200
    assert [receipt.kind for receipt in listener.receipts()] == ["BrandNew"]


def test_a_webhook_without_a_content_type_is_forgiven() -> None:
    assert Listener().from_the_bank(a_webhook(), content_type=None).status_code == 200


def test_a_charset_beside_the_content_type_is_fine() -> None:
    assert Listener().from_the_bank(a_webhook(), content_type="application/json; charset=utf-8").status_code == 200


@pytest.mark.parametrize("name", ["DigitalSignature", "digitalsignature", "DIGITALSIGNATURE"])
def test_the_signatures_header_may_be_written_in_any_case(name: str) -> None:
    raw = a_webhook()
    answer = Listener().client.post(CLEARBANK, data=raw, headers={name: sign(BANK_KEY, raw)})
    assert answer.status_code == 200


def test_a_duplicate_is_answered_like_the_first_with_its_own_nonce() -> None:
    listener = Listener()
    answers = [listener.from_the_bank(a_webhook(nonce)) for nonce in (1, 2, 2)]
    assert [(answer.status_code, answer.data) for answer in answers] == [
        (200, b'{"Nonce":1}'),
        (200, b'{"Nonce":2}'),
        (200, b'{"Nonce":2}'),
    ]
    assert all(verify(answer.data, answer.headers["DigitalSignature"], [OUR_KEY.public_key()]) for answer in answers)
    assert [receipt.duplicates for receipt in listener.receipts()] == [2]
    assert (listener.counted("clearbank", "stored"), listener.counted("clearbank", "duplicate")) == (1, 2)


def test_a_duplicate_is_written_to_the_error_log() -> None:
    listener = Listener()
    with capture_logs() as logs:
        listener.from_the_bank(a_webhook(1))
        listener.from_the_bank(a_webhook(2))
    assert [(line["log_level"], line["reason"]) for line in logs] == [("info", "stored"), ("error", "duplicate")]


def test_a_duplicate_spelled_otherwise_is_the_same_webhook() -> None:
    listener, raw = Listener(), a_webhook()
    body = json.loads(raw)
    body["Payload"] = dict(reversed(body["Payload"].items()))
    respelled = json.dumps(body, indent=1).replace("88.5", "88.50").encode()
    assert [listener.from_the_bank(one).status_code for one in (raw, respelled)] == [200, 200]
    assert [receipt.duplicates for receipt in listener.receipts()] == [1]


def test_a_conflict_is_answered_200_kept_and_shouted_about() -> None:
    listener = Listener()
    with capture_logs() as logs:
        answers = [listener.from_the_bank(a_webhook(Amount=amount)) for amount in (88.5, 99.5)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert {receipt.state for receipt in listener.receipts()} == {ReceiptState.STORED, ReceiptState.PARKED}
    assert (logs[-1]["log_level"], logs[-1]["reason"]) == ("error", "conflict")
    assert listener.counted("clearbank", "conflict") == 1


def forged() -> dict[str, tuple[bytes, str | None]]:
    raw = a_webhook()
    return {
        "no signature": (raw, None),
        "empty": (raw, ""),
        "not Base64": (raw, "%%%"),
        "somebody else's": (raw, sign(private_key("stranger"), raw)),
        "of another body": (raw, sign(BANK_KEY, raw + b" ")),
        "one byte changed": (raw.replace(b"88.5", b"99.5"), sign(BANK_KEY, raw)),
        "encoded again": (json.dumps(json.loads(raw), separators=(",", ":")).encode(), sign(BANK_KEY, raw)),
        "a space added": (raw + b" ", sign(BANK_KEY, raw)),
    }


@pytest.mark.parametrize("case", forged())
def test_a_forged_webhook_is_refused_and_nothing_stored(case: str) -> None:
    listener, (raw, signature) = Listener(), forged()[case]
    headers = {} if signature is None else {"DigitalSignature": signature}
    with capture_logs() as logs:
        answer = listener.client.post(CLEARBANK, data=raw, headers=headers, content_type="application/json")
    assert (answer.status_code, answer.json) == (401, FORBIDDEN)
    assert "DigitalSignature" not in answer.headers
    assert listener.receipts() == []
    assert [line["reason"] for line in logs] == ["signature_invalid"]
    assert listener.counted("clearbank", "signature_invalid") == 1


def test_a_forger_learns_nothing_from_a_body_that_is_not_even_json() -> None:
    answer = Listener().from_the_bank(b"nonsense", signature="AAAA")
    assert (answer.status_code, answer.json) == (401, FORBIDDEN)


def test_the_headers_of_a_repeat_are_kept_as_evidence() -> None:
    kept = {}
    listener = Listener()
    store = listener._store

    def note(receipt):
        kept.update(receipt.evidence)
        return store(receipt)

    listener = Listener(publish=note)
    headers = {"x-delivery-attempt": "2", "x-retry-reason": "Timeout" + "x" * 500, "Other": "no"}
    assert listener.from_the_bank(a_webhook(), headers=headers).status_code == 200
    assert kept == {"x-delivery-attempt": "2", "x-retry-reason": ("Timeout" + "x" * 500)[:200]}
