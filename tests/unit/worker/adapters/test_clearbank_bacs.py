from typing import Any

import pytest

from shared.domain.meanings import Advisory, BacsReversal, Unrecognised
from tests.unit.worker.adapters.bank_webhooks import meanings, only_meaning


@pytest.mark.parametrize("kind", ["BacsDirectCreditRecalled", "BacsDirectCreditRecalledV1"])
def test_a_recalled_credit_is_taken_away_again(kind: str) -> None:
    assert meanings(kind, {"BacsTransactionId": "b-1"}) == [BacsReversal("b-1", "recalled")]


@pytest.mark.parametrize(("given", "code"), [("3", "3"), ("", "unknown"), (None, "unknown")])
def test_a_returned_credit_is_named_by_the_original_and_not_by_the_return(given: str | None, code: str) -> None:
    payload = {"BacsTransactionId": "return-1", "OriginalBacsTransactionId": "b-1", "ReasonCode": given}
    assert meanings("BacsDirectCreditReturnCreated", payload) == [BacsReversal("b-1", code)]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("BacsDirectCreditRecalled", {"OriginalBacsTransactionId": "b-1"}),
        ("BacsDirectCreditReturnCreated", {"BacsTransactionId": "return-1"}),
    ],
)
def test_a_reversal_of_nobody_knows_what_is_for_a_person(kind: str, payload: Any) -> None:
    meaning = only_meaning(kind, payload)
    assert isinstance(meaning, Unrecognised)
    assert meaning.code == "bacs_incomplete"


@pytest.mark.parametrize(
    ("kind", "code", "given", "reason"),
    [
        ("BacsUnappliedCreditReceived", "bacs_credit_unapplied", {"ReasonCode": "C"}, "C: asked for by the remitter"),
        ("BacsUnpaidDirectDebitReceived", "bacs_debit_unpaid", {"ReasonCode": "0"}, "0: refer to payer"),
        ("BacsDirectDebitReturnCreatedV4", "bacs_debit_returned", {"ReasonCode": "B"}, "B: account closed"),
        ("BacsDirectDebitIndemnityClaimReceived", "bacs_indemnity_claim", {"ReasonCode": "5"}, "reason code 5"),
        (
            "BacsCreditPaymentNotSettled",
            "bacs_credit_not_settled",
            {"Status": "ContraNotReceived"},
            "the contra entry was not received",
        ),
        ("BacsDebitPaymentNotSettled", "bacs_debit_not_settled", {"Status": "SomethingNew"}, ""),
    ],
)
def test_what_people_must_know_is_told_with_its_reason_in_words(
    kind: str, code: str, given: dict[str, str], reason: str
) -> None:
    advisory = only_meaning(kind, {"Amount": 25.5, "Reference": "JADA157", **given})
    assert isinstance(advisory, Advisory)
    assert (advisory.code, advisory.reason, advisory.amount_pence) == (code, reason, 2550)
    assert advisory.what.endswith("(reference JADA157)")
    assert advisory.advice


def test_a_code_that_is_not_in_the_list_is_told_as_it_is() -> None:
    advisory = only_meaning("BacsUnpaidDirectDebitReceived", {"ReasonCode": "Z"})
    assert isinstance(advisory, Advisory)
    assert advisory.reason == "reason code Z"


@pytest.mark.parametrize("payload", [None, "text", {}, {"Amount": "25.50"}])
def test_what_cannot_be_read_of_it_does_not_stop_the_news(payload: Any) -> None:
    expected = "a Direct Debit that we collect was not paid"
    advisory = only_meaning("BacsUnpaidDirectDebitReceived", payload)
    assert isinstance(advisory, Advisory)
    assert (advisory.what, advisory.reason, advisory.amount_pence) == (expected, "", None)


def test_an_indemnity_claim_is_known_in_every_spelling() -> None:
    (advisory,) = meanings("BacsDirectDebitIndemnityClaimReceivedEventV3", {})
    assert isinstance(advisory, Advisory)
