from typing import Any

import pytest

from shared.domain.events import PaymentHeld, PaymentRejected
from shared.domain.meanings import Advisory, Ignored, PaymentReport, Unrecognised
from tests.unit.worker.adapters.bank_webhooks import meanings, only_meaning


@pytest.mark.parametrize("kind", ["TransactionRejected", "TransactionRejectedV2", " TransactionRejected "])
def test_a_rejection_tells_its_code_and_reason_however_it_is_spelled(kind: str) -> None:
    payload = {"DebitCreditCode": "Debit", "EndToEndTransactionId": "e2e", "CancellationCode": "HOPRJ"}
    expected = PaymentRejected("HOPRJ", "the bank gave no reason")
    assert meanings(kind, payload) == [PaymentReport("e2e", expected)]


def test_a_rejection_without_code_and_reason_is_a_rejection() -> None:
    expected = PaymentRejected("unknown", "the bank gave no reason")
    assert meanings("TransactionRejected", {"EndToEndTransactionId": "e2e"}) == [PaymentReport("e2e", expected)]


def test_the_rejection_of_an_inbound_payment_touches_nothing_of_ours() -> None:
    payload = {"DebitCreditCode": "Credit", "EndToEndTransactionId": "e2e"}
    assert meanings("TransactionRejected", payload) == [Ignored("an inbound payment was rejected before it reached us")]


def test_the_rejection_of_a_return_is_told_to_people_and_is_never_that_of_a_payment() -> None:
    payload = {
        "DebitCreditCode": "Debit",
        "IsReturn": True,
        "EndToEndTransactionId": "e2e",
        "CancellationCode": "AC07",
        "CancellationReason": "Account closed",
        "Amount": 88.5,
        "Account": {"IBAN": "GB1"},
    }
    advisory = only_meaning("TransactionRejected", payload)
    assert isinstance(advisory, Advisory)
    assert (advisory.code, advisory.reason) == ("return_rejected", "AC07: Account closed")
    assert (advisory.iban, advisory.amount_pence) == ("GB1", 8850)
    assert advisory.what
    assert advisory.advice


@pytest.mark.parametrize("kind", ["OutboundHeldTransaction", "OuboundHeldTransaction", "OutboundHeldTransactionV1"])
def test_a_held_payment_is_held_in_both_spellings(kind: str) -> None:
    assert meanings(kind, {"EndToEndTransactionId": "e2e"}) == [PaymentReport("e2e", PaymentHeld())]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("OutboundHeldTransaction", {"TransactionAmount": 1}),
        ("TransactionRejected", {"DebitCreditCode": "Debit", "TransactionId": "t-1"}),
        ("PaymentMessageValidationFailed", {"ValidationFailure": [{"Reasons": ["a"]}]}),
    ],
)
def test_a_report_that_does_not_say_which_payment_it_is_about_is_for_a_person(kind: str, payload: Any) -> None:
    meaning = only_meaning(kind, payload)
    assert isinstance(meaning, Unrecognised)
    assert meaning.code == "end_to_end_id_missing"


def test_money_held_on_its_way_in_is_told_to_people() -> None:
    payload = {
        "EndToEndTransactionId": "e2e",
        "TransactionAmount": 88.5,
        "PaymentReference": "LOAN1",
        "Account": {"IBAN": "GB1"},
    }
    advisory = only_meaning("InboundHeldTransaction", payload)
    assert isinstance(advisory, Advisory)
    assert (advisory.code, advisory.iban, advisory.amount_pence) == ("inbound_held", "GB1", 8850)
    assert advisory.what == "the bank holds money on its way in (reference LOAN1)"
    assert "suspense account" in advisory.reason
    assert advisory.advice


@pytest.mark.parametrize("payload", [{}, None, {"TransactionAmount": "88.5"}, {"TransactionAmount": 0.001}])
def test_money_held_without_a_readable_amount_is_told_all_the_same(payload: Any) -> None:
    advisory = only_meaning("InboundHeldTransaction", payload)
    assert isinstance(advisory, Advisory)
    assert (advisory.what, advisory.amount_pence) == ("the bank holds money on its way in", None)


@pytest.mark.parametrize("kind", ["PaymentMessageAssesmentFailed", "PaymentMessageAssessmentFailed"])
@pytest.mark.parametrize("failures", ["AssesmentFailure", "AssessmentFailure"])
def test_an_assessment_that_failed_is_read_in_every_spelling(kind: str, failures: str) -> None:
    payload = {"MessageId": "m", failures: [{"EndToEndId": "e2e", "Reasons": ["Insufficient Funds"]}]}
    expected = PaymentRejected("assessment_failed", "Insufficient Funds")
    assert meanings(kind, payload) == [PaymentReport("e2e", expected)]


def test_one_failed_message_may_speak_of_two_payments() -> None:
    failures = [{"EndToEndId": "one", "Reasons": ["a", "b"]}, {"EndToEndId": "two", "Reasons": []}]
    assert meanings("PaymentMessageValidationFailed", {"ValidationFailure": failures}) == [
        PaymentReport("one", PaymentRejected("validation_failed", "a; b")),
        PaymentReport("two", PaymentRejected("validation_failed", "the bank gave no reason")),
    ]


@pytest.mark.parametrize("payload", [{}, {"ValidationFailure": []}, {"ValidationFailure": "text"}, "text"])
def test_a_failed_message_that_names_no_payment_is_for_a_person(payload: Any) -> None:
    meaning = only_meaning("PaymentMessageValidationFailed", payload)
    assert isinstance(meaning, Unrecognised)
    assert meaning.code == "validation_failed_incomplete"
