import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.worker.adapters.mambu.postings import booked, external_id_of, posting_request
from shared.domain.core_records import CoreTransaction
from shared.domain.flows import Step, StepRecord
from shared.domain.outcomes import Accepted, NotDone, Refused
from shared.domain.posting import Posting
from shared.domain.references import request_key
from tests.builders import (
    CREDITOR_IBAN,
    LOAN_IBAN,
    LOAN_KEY,
    a_bank_disbursement,
    a_repayment,
    a_settled_credit,
    a_settled_debit,
)
from tests.unit.worker.adapters.mambus import names

NAMES = names()
SET = "_ClearBank_Transaction_By_Channe"
SETTLED_AT = datetime(2026, 3, 2, 9, 30, 5, 964000, tzinfo=UTC)


def body_of(posting: Posting) -> Any:
    """Numbers stay as they were written."""
    return json.loads(posting_request(posting, NAMES).body, parse_float=str)


def repayment_body(amount: str = "88.50", **changed: Any) -> Any:
    return body_of(a_repayment(a_settled_credit(amount, **changed), loan_id="LOAN1"))


def disbursement_body(amount: str = "1500.00", *, is_full: bool = False, **changed: Any) -> Any:
    debit = a_settled_debit(amount, **changed)
    return body_of(a_bank_disbursement(debit, loan_id="LOAN1", is_full_disbursement=is_full))


def test_a_repayment_carries_channel_external_id_and_all_seven_fields() -> None:
    assert repayment_body(settled_at=SETTLED_AT) == {
        "amount": "88.50",
        "externalId": "0b8f2f6c-7a8e-4f5c-9f0e-2c2a4c1d9e77",
        "transactionDetails": {"transactionChannelId": "CB_Loan_Repayment_FPS"},
        SET: {
            "creditorIBAN": LOAN_IBAN,
            "creditorName": "Ada Lovelace",
            "debtorIBAN": CREDITOR_IBAN,
            "debtorName": "A Lovelace",
            "paymentReference": "March",
            "transactionEndToEndId": "salary-march",
            "transactionStatus": "Settled",
        },
        "valueDate": "2026-03-02T09:30:05+00:00",
    }


def test_a_disbursement_carries_the_same_and_our_account_is_the_debtor() -> None:
    assert disbursement_body(settled_at=SETTLED_AT) == {
        "amount": "1500.00",
        "externalId": "D-5d6f0b5754c64a718f0b7f1f4a0d2c11",
        "transactionDetails": {"transactionChannelId": "CB_Loan_Disbursement_FPS"},
        SET: {
            "creditorIBAN": CREDITOR_IBAN,
            "creditorName": "A Lovelace",
            "debtorIBAN": LOAN_IBAN,
            "debtorName": "Ada Lovelace",
            "paymentReference": "drawdown",
            "transactionEndToEndId": "portal-payment-7",
            "transactionStatus": "Settled",
        },
        "valueDate": "2026-03-02T09:30:05+00:00",
    }


def test_a_full_disbursement_names_no_amount_and_a_repayment_always_does() -> None:
    assert "amount" not in disbursement_body(is_full=True)
    assert body_of(a_repayment(loan_id="LOAN1", is_full_disbursement=True))["amount"] == "88.50"


@pytest.mark.parametrize(
    ("posting", "path", "step"),
    [
        (a_repayment(loan_id="LOAN 1/2"), "/loans/LOAN%201%2F2/repayment-transactions", Step.POST_REPAYMENT),
        (
            a_bank_disbursement(loan_id="LOAN 1/2"),
            "/loans/LOAN%201%2F2/disbursement-transactions",
            Step.POST_DISBURSEMENT,
        ),
    ],
)
def test_it_is_posted_to_its_loan_under_the_key_of_its_attempt(posting: Posting, path: str, step: Step) -> None:
    request = posting_request(posting, NAMES)
    assert (request.method, request.path) == ("POST", path)
    assert request.key == request_key(posting.id, step)

    ordered_again = posting.with_step(step, StepRecord(generation=2))
    assert posting_request(ordered_again, NAMES).key == request_key(posting.id, step, 2)


@pytest.mark.parametrize("posting", [a_repayment(), a_bank_disbursement()])
def test_without_a_loan_nothing_can_be_posted(posting: Posting) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{posting.id} has no loan")):
        posting_request(posting, NAMES)


@pytest.mark.parametrize(("amount", "written"), [("0.01", "0.01"), ("88.5", "88.50"), ("1,000,000", "1000000.00")])
def test_the_amount_is_a_number_with_two_decimals(amount: str, written: str) -> None:
    assert repayment_body(amount)["amount"] == written
    assert disbursement_body(amount)["amount"] == written


def test_no_custom_field_is_ever_empty() -> None:
    nothing = ("account_name", "counterpart_iban", "counterpart_name", "reference", "end_to_end_id")
    for word in ("", "\U0001f389\ufe0f"):
        empty: dict[str, Any] = dict.fromkeys(nothing, word)
        assert repayment_body(**empty)[SET] == {"creditorIBAN": LOAN_IBAN, "transactionStatus": "Settled"}
        assert disbursement_body(**empty)[SET] == {"debtorIBAN": LOAN_IBAN, "transactionStatus": "Settled"}


def test_texts_are_as_mambu_takes_them() -> None:
    fields = repayment_body(counterpart_name="Zoë\n🎉 O’Brien", reference="x" * 3000)[SET]
    assert fields["debtorName"] == "Zoë O’Brien"
    assert fields["paymentReference"] == "x" * 2048


def test_without_a_time_of_settlement_mambu_takes_now() -> None:
    assert "valueDate" not in repayment_body(settled_at=None)


SCHEMES = [("FasterPayments", "FPS"), ("Transfer", "FPS"), ("", "FPS"), ("Chaps", "CHAPS")]


@pytest.mark.parametrize(("scheme", "rail"), SCHEMES)
def test_the_channel_follows_the_scheme(scheme: str, rail: str) -> None:
    repaid, disbursed = repayment_body(scheme=scheme), disbursement_body(scheme=scheme)
    assert repaid["transactionDetails"] == {"transactionChannelId": f"CB_Loan_Repayment_{rail}"}
    assert disbursed["transactionDetails"] == {"transactionChannelId": f"CB_Loan_Disbursement_{rail}"}


@pytest.mark.parametrize("scheme", ["Bacs", "Cheque"])
def test_a_scheme_without_a_channel_cannot_be_posted(scheme: str) -> None:
    for body in (repayment_body, disbursement_body):
        with pytest.raises(ValueError, match=f"came by {scheme}, for which the set-up names no channel"):
            body(scheme=scheme)


def test_both_sides_of_an_internal_transfer_have_external_ids_of_their_own() -> None:
    one_id = "0b8f2f6c-7a8e-4f5c-9f0e-2c2a4c1d9e77"
    credit = a_repayment(a_settled_credit(transaction_id=one_id, scheme="Transfer"))
    debit = a_bank_disbursement(a_settled_debit(transaction_id=one_id, scheme="Transfer"))
    assert external_id_of(credit) == one_id
    assert external_id_of(debit) == "D-0b8f2f6c7a8e4f5c9f0e2c2a4c1d9e77"


def found(**changed: Any) -> CoreTransaction:
    booked_once = CoreTransaction("8a81", "77", "REPAYMENT", 8850, "CB_Loan_Repayment_FPS", LOAN_KEY, adjusted=False)
    return replace(booked_once, **changed)


def test_a_posting_is_booked_when_its_loan_has_the_external_id() -> None:
    posting = a_repayment(loan_id="LOAN1", loan_key=LOAN_KEY)
    assert booked([found()], posting) == Accepted("77")
    assert booked([found(id="")], posting) == Accepted("8a81")
    assert booked([], posting) == NotDone("Mambu has no such transaction")


def test_one_that_was_taken_back_since_was_booked_all_the_same() -> None:
    posting = a_repayment(loan_id="LOAN1", loan_key=LOAN_KEY)
    assert booked([found(adjusted=True)], posting) == Accepted("77")
    taken_back, its_adjustment = found(adjusted=True), found(id="79", type="REPAYMENT_ADJUSTMENT")
    assert booked([taken_back, its_adjustment], posting) == Accepted("77")


def test_one_that_stands_is_the_posting_rather_than_one_that_was_taken_back() -> None:
    posting = a_repayment(loan_id="LOAN1", loan_key=LOAN_KEY)
    assert booked([found(adjusted=True), found(id="78")], posting) == Accepted("78")


def test_on_another_loan_it_is_not_the_posting_and_a_person_must_look() -> None:
    posting = a_repayment(loan_id="LOAN1", loan_key=LOAN_KEY)
    answer = booked([found(loan_key="another-loan")], posting)
    assert isinstance(answer, Refused)
    assert (answer.code, answer.verdict) == ("external_id_taken", False)
    assert external_id_of(posting) in answer.reason
    assert "transaction 77" in answer.reason
    assert booked([found(loan_key="another-loan"), found(id="78")], posting) == Accepted("78")
