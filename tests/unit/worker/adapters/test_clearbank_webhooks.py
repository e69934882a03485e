import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.worker.adapters.clearbank.webhooks import interpret_clearbank, timestamp
from services.worker.adapters.interpreter import Webhooks
from shared.domain.events import PaymentHeld, PaymentRejected, PaymentReturned, PaymentSettled
from shared.domain.meanings import BankReport, Ignored, Meaning, Unrecognised
from shared.domain.receipts import Receipt, ReceiptState
from shared.domain.repayment import MoneyReceived

SETTLED_AT = datetime(2025, 4, 19, 10, 3, 0, 964000, tzinfo=UTC)


def meanings(kind: str, payload: Any) -> list[Meaning]:
    raw = json.dumps({"Type": kind, "Version": 1, "Payload": payload, "Nonce": 1}).encode()
    return list(interpret_clearbank(raw))


def settled(**changed: Any) -> list[Meaning]:
    """A settlement; None leaves a field out."""
    payload = {
        "TransactionId": "t-1",
        "Scheme": "FasterPayments",
        "EndToEndTransactionId": "e2e",
        "Amount": 88.52,
        "TimestampSettled": "2025-04-19T10:03:00.964Z",
        "DebitCreditCode": "Credit",
        "Reference": " LOAN1 ",
        "IsReturn": False,
        "Account": {"IBAN": "GB00CUBK11223312345678", "OwnerName": "JOHN DOE"},
        "CounterpartAccount": {
            "IBAN": "GB00CUBK44556687654321",
            "OwnerName": "Not Provided",
            "TransactionOwnerName": "JANE DOE",
        },
    } | changed
    return meanings("TransactionSettled", {key: value for key, value in payload.items() if value is not None})


MONEY = MoneyReceived(
    transaction_id="t-1",
    end_to_end_id="e2e",
    amount_pence=8852,
    currency="GBP",
    scheme="FasterPayments",
    account_iban="GB00CUBK11223312345678",
    account_name="JOHN DOE",
    payer_iban="GB00CUBK44556687654321",
    payer_name="JANE DOE",
    reference="LOAN1",
    settled_at=SETTLED_AT,
)


def test_a_settled_credit_is_money_received() -> None:
    assert settled() == [MONEY]


def test_a_settled_debit_says_that_a_payment_is_settled() -> None:
    assert settled(DebitCreditCode="Debit") == [BankReport("e2e", PaymentSettled("t-1", SETTLED_AT))]


def test_a_returned_credit_says_that_our_payment_came_back_and_why() -> None:
    rows = [{"Name": "ReturnedPaymentFpId", "Value": "x"}, {"Name": "PaymentReturnCode", "Value": "AC04"}]
    assert settled(IsReturn=True, SupplementaryData=rows) == [BankReport("e2e", PaymentReturned("t-1", "AC04"))]


@pytest.mark.parametrize("rows", [None, [], "none", [7], [{"Name": "PaymentReturnCode"}]])
def test_a_return_without_a_reason_is_a_return(rows: Any) -> None:
    assert settled(IsReturn=True, SupplementaryData=rows) == [BankReport("e2e", PaymentReturned("t-1", "unknown"))]


@pytest.mark.parametrize("word", ["True", "true"])
def test_a_return_that_is_written_as_a_word_is_never_money_received(word: str) -> None:
    assert settled(IsReturn=word) == [BankReport("e2e", PaymentReturned("t-1", "unknown"))]
    assert settled(IsReturn="False") == [MONEY]


def test_a_returned_debit_is_not_a_payment_of_ours() -> None:
    assert settled(IsReturn=True, DebitCreditCode="Debit") == [Ignored("an inbound payment went back to its sender")]


def test_keys_in_another_case_are_read_all_the_same() -> None:
    payload = {"transactionId": "t-1", "debitcreditcode": "CREDIT", "amount": 1, "account": {"Iban": "GB1"}}
    assert meanings("TransactionSettled", payload) == [MoneyReceived("t-1", "", 100, "GBP", "", "GB1")]


def test_a_currency_that_is_named_is_kept() -> None:
    (money,) = settled(CurrencyCode="EUR")
    assert isinstance(money, MoneyReceived)
    assert money.currency == "EUR"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"TransactionId": None}, "settled_incomplete"),
        ({"DebitCreditCode": None}, "settled_incomplete"),
        ({"DebitCreditCode": "Sideways"}, "settled_incomplete"),
        ({"Amount": None}, "amount_missing"),
        ({"Amount": "88.52"}, "amount_missing"),
        ({"Amount": True}, "amount_missing"),
        ({"Amount": 88.525}, "amount_invalid"),
    ],
)
def test_a_settlement_that_lacks_what_matters_is_for_a_person(changed: dict[str, Any], code: str) -> None:
    (meaning,) = settled(**changed)
    assert isinstance(meaning, Unrecognised)
    assert meaning.code == code


@pytest.mark.parametrize("payload", [None, "text", [], {}, {"Account": "text"}])
def test_a_payload_of_another_shape_is_for_a_person(payload: Any) -> None:
    (meaning,) = meanings("TransactionSettled", payload)
    assert isinstance(meaning, Unrecognised)


@pytest.mark.parametrize("kind", ["TransactionRejected", "TransactionRejectedV2", " TransactionRejected "])
def test_a_rejection_tells_its_code_and_reason_however_it_is_spelled(kind: str) -> None:
    payload = {"DebitCreditCode": "Debit", "EndToEndTransactionId": "e2e", "CancellationCode": "HOPRJ"}
    expected = PaymentRejected("HOPRJ", "the bank gave no reason")
    assert meanings(kind, payload) == [BankReport("e2e", expected)]


def test_a_rejection_without_code_and_reason_is_a_rejection() -> None:
    expected = PaymentRejected("unknown", "the bank gave no reason")
    assert meanings("TransactionRejected", {"EndToEndTransactionId": "e2e"}) == [BankReport("e2e", expected)]


def test_the_rejection_of_an_inbound_payment_touches_nothing_of_ours() -> None:
    payload = {"DebitCreditCode": "Credit", "EndToEndTransactionId": "e2e"}
    assert meanings("TransactionRejected", payload) == [Ignored("an inbound payment was rejected before it reached us")]


@pytest.mark.parametrize("kind", ["OutboundHeldTransaction", "OuboundHeldTransaction", "OutboundHeldTransactionV1"])
def test_a_held_payment_is_held_in_both_spellings(kind: str) -> None:
    assert meanings(kind, {"EndToEndTransactionId": "e2e"}) == [BankReport("e2e", PaymentHeld())]


def test_money_held_on_its_way_in_posts_nothing() -> None:
    (meaning,) = meanings("InboundHeldTransaction", {"EndToEndTransactionId": "e2e", "TransactionAmount": 1})
    assert isinstance(meaning, Ignored)


@pytest.mark.parametrize("kind", ["PaymentMessageAssesmentFailed", "PaymentMessageAssessmentFailed"])
@pytest.mark.parametrize("failures", ["AssesmentFailure", "AssessmentFailure"])
def test_an_assessment_that_failed_is_read_in_every_spelling(kind: str, failures: str) -> None:
    payload = {"MessageId": "m", failures: [{"EndToEndId": "e2e", "Reasons": ["Insufficient Funds"]}]}
    expected = PaymentRejected("assessment_failed", "Insufficient Funds")
    assert meanings(kind, payload) == [BankReport("e2e", expected)]


def test_one_failed_message_may_speak_of_two_payments() -> None:
    failures = [{"EndToEndId": "one", "Reasons": ["a", "b"]}, {"EndToEndId": "two", "Reasons": []}]
    assert meanings("PaymentMessageValidationFailed", {"ValidationFailure": failures}) == [
        BankReport("one", PaymentRejected("validation_failed", "a; b")),
        BankReport("two", PaymentRejected("validation_failed", "the bank gave no reason")),
    ]


@pytest.mark.parametrize("payload", [{}, {"ValidationFailure": []}, {"ValidationFailure": "text"}, "text"])
def test_a_failed_message_that_names_no_payment_is_for_a_person(payload: Any) -> None:
    (meaning,) = meanings("PaymentMessageValidationFailed", payload)
    assert isinstance(meaning, Unrecognised)
    assert meaning.code == "validation_failed_incomplete"


def test_an_unknown_type_is_told_apart_from_one_that_is_ignored() -> None:
    (unknown,) = meanings("BrandNew", {})
    assert unknown == Unrecognised("unknown_type", "ClearBank sent the unknown type 'BrandNew'")
    assert meanings("FITestEvent", "test me") == [Ignored("a test of the connection")]
    assert meanings("BacsDirectDebitIndemnityClaimReceivedEventV3", {}) == [
        Ignored("a payer claims a Direct Debit back")
    ]


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("", 0),
        (".9", 900000),
        (".96", 960000),
        (".964", 964000),
        (".9641", 964100),
        (".96412", 964120),
        (".964123", 964123),
        (".9641234", 964123),
    ],
)
@pytest.mark.parametrize("zone", ["Z", ""])
def test_a_time_may_have_up_to_seven_digits_and_no_zone(text: str, microseconds: int, zone: str) -> None:
    assert timestamp(f"2025-04-19T10:03:00{text}{zone}") == SETTLED_AT.replace(microsecond=microseconds)


@pytest.mark.parametrize("fraction", ["", ".964"])
def test_a_time_with_an_offset_is_put_into_utc(fraction: str) -> None:
    moment = timestamp(f"2025-04-19T11:03:00{fraction}+01:00")
    assert moment is not None
    assert moment.replace(microsecond=0) == SETTLED_AT.replace(microsecond=0)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("text", ["", "2024-01-01T012:22:17.4", "yesterday", "2025-13-01T00:00:00Z"])
def test_a_time_that_cannot_be_read_does_not_stop_the_money(text: str) -> None:
    assert timestamp(text) is None
    (money,) = settled(TimestampSettled=text)
    assert isinstance(money, MoneyReceived)


def a_receipt(source: str, kind: str, body: bytes) -> Receipt:
    return Receipt("id", "name", source, kind, body, ReceiptState.STORED, 0)


def test_each_receipt_goes_to_the_reader_of_its_source() -> None:
    webhooks = Webhooks(frozenset())
    raw = b'{"Type":"FITestEvent","Version":1,"Payload":"x","Nonce":1}'
    assert webhooks.interpret(a_receipt("clearbank", "FITestEvent", raw)) == [Ignored("a test of the connection")]
    (unknown,) = webhooks.interpret(a_receipt("mambu", "Other", b"{}"))
    assert unknown == Unrecognised("unknown_source", "no reader for mambu Other")
