"""Postings and their undoing against the simulated Mambu: what we prepare is what a strict core takes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.domain.flows import Step, StepRecord
from shared.domain.outcomes import Accepted, NotDone, Refused, Unknown
from shared.domain.posting import Posting
from tests.builders import CREDITOR_IBAN, LOAN_IBAN
from tests.unit.worker.adapters.simulated_mambu import (
    Simulated,
    a_simulated_mambu,
    accepted,
    disbursement_on,
    repayment_on,
)

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def zone() -> str:
    return "Europe/London"


@pytest.fixture
def simulated(tmp_path: Path, zone: str) -> Iterator[Simulated]:
    with a_simulated_mambu(tmp_path, zone) as simulated:
        yield simulated


def test_a_full_disbursement_opens_an_approved_loan(simulated: Simulated) -> None:
    loan = simulated.add_loan(amount="1500.00", state="APPROVED")
    booked = accepted(simulated.post(disbursement_on(loan, "1500.00", is_full=True)))

    assert simulated.loan(loan)["state"] == "ACTIVE"
    (transaction,) = simulated.transactions(loan)
    expected = {
        "id": booked,
        "type": "DISBURSEMENT",
        "amount": "1500.00",
        "channel": "CB_Loan_Disbursement_FPS",
        "externalId": "D-5d6f0b5754c64a718f0b7f1f4a0d2c11",
        "customFields": {
            "creditorIBAN": CREDITOR_IBAN,
            "creditorName": "A Lovelace",
            "debtorIBAN": LOAN_IBAN,
            "debtorName": "Ada Lovelace",
            "paymentReference": "drawdown",
            "transactionEndToEndId": "portal-payment-7",
            "transactionStatus": "Settled",
        },
    }
    assert {name: transaction[name] for name in expected} == expected


def test_parts_of_a_loan_are_disbursed_with_their_amounts(simulated: Simulated) -> None:
    loan = simulated.add_loan(amount="1500.00", partialDisbursements=True)
    accepted(simulated.post(disbursement_on(loan, "500.01", scheme="Chaps", transaction_id="part-1")))
    assert simulated.loan(loan)["accountSubState"] == "PARTIALLY_DISBURSED"

    accepted(simulated.post(disbursement_on(loan, "999.99", transaction_id="part-2")))
    assert simulated.loan(loan)["balance"] == "1500.00"
    booked = [(one["amount"], one["channel"]) for one in simulated.transactions(loan)]
    assert booked == [("500.01", "CB_Loan_Disbursement_CHAPS"), ("999.99", "CB_Loan_Disbursement_FPS")]


def test_an_amount_that_a_term_loan_does_not_disburse_is_a_verdict(simulated: Simulated) -> None:
    loan = simulated.add_loan(amount="1500.00")
    outcome = simulated.post(disbursement_on(loan, "500.00"))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.verdict) == ("amount_invalid", True)


def test_a_loan_that_is_out_already_is_a_verdict(simulated: Simulated) -> None:
    loan = simulated.add_loan(amount="1500.00", state="ACTIVE")
    outcome = simulated.post(disbursement_on(loan))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.verdict) == ("already_disbursed", True)


def test_a_repayment_in_the_future_waits_for_a_person(simulated: Simulated) -> None:
    loan = simulated.add_loan(state="ACTIVE")
    outcome = simulated.post(repayment_on(loan, settled_at=datetime(2999, 1, 1, tzinfo=UTC)))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.verdict) == ("date_refused", False)


@pytest.mark.parametrize(
    ("zone", "settled_at", "value_date"),
    [
        ("Europe/London", "2025-01-15T23:30:00", "2025-01-15T23:30:00+00:00"),
        ("Europe/London", "2025-07-15T23:30:00", "2025-07-16T00:30:00+01:00"),
        ("America/New_York", "2025-01-15T02:00:00", "2025-01-14T21:00:00-05:00"),
        ("America/New_York", "2025-07-15T02:00:00", "2025-07-14T22:00:00-04:00"),
    ],
)
def test_the_value_date_has_the_tenants_offset_of_that_day(
    simulated: Simulated, settled_at: str, value_date: str
) -> None:
    moment = datetime.fromisoformat(settled_at).replace(tzinfo=UTC)
    loan, new_loan = simulated.add_loan(state="ACTIVE"), simulated.add_loan()
    accepted(simulated.post(repayment_on(loan, settled_at=moment)))
    accepted(simulated.post(disbursement_on(new_loan, is_full=True, settled_at=moment)))
    for posted_on in (loan, new_loan):
        assert simulated.transactions(posted_on)[0]["valueDate"] == value_date


def test_a_transfer_between_two_loans_is_posted_on_both_under_one_transaction_id(simulated: Simulated) -> None:
    transfer: dict[str, Any] = {"transaction_id": "0b8f2f6c-7a8e-4f5c-9f0e-2c2a4c1d9e77", "scheme": "Transfer"}
    paying, paid = simulated.add_loan(partialDisbursements=True), simulated.add_loan(state="ACTIVE")
    accepted(simulated.post(disbursement_on(paying, "200.00", **transfer)))
    accepted(simulated.post(repayment_on(paid, "200.00", **transfer)))
    assert (simulated.loan(paying)["balance"], simulated.loan(paid)["balance"]) == ("200.00", "1300.00")


@pytest.mark.parametrize("is_repayment", [True, False])
def test_a_posting_is_found_undone_and_found_undone(simulated: Simulated, is_repayment: bool) -> None:
    loan = simulated.add_loan(state="ACTIVE" if is_repayment else "APPROVED")
    posting: Posting = repayment_on(loan) if is_repayment else disbursement_on(loan, is_full=True)
    assert simulated.core.look_up_posting(posting) == NotDone("Mambu has no such transaction")

    booked = accepted(simulated.post(posting))
    assert simulated.core.look_up_posting(posting) == Accepted(booked)
    posted = replace(posting, core_transaction_id=booked, failure="returned: AC03")
    assert simulated.core.look_up_undo(posted) == NotDone("it stands")

    accepted(simulated.undo(posted))
    assert simulated.core.look_up_undo(posted) == Accepted("reversed before")
    assert simulated.core.look_up_posting(posted) == Accepted(booked), "it happened, and was taken back"
    _, adjustment = simulated.transactions(loan)
    assert adjustment["notes"] == "Money went back: returned: AC03"

    ordered_again = posted.with_step(posted.UNDO, StepRecord(generation=2))
    assert simulated.undo(ordered_again) == Accepted("reversed before")
    assert len(simulated.transactions(loan)) == 2


def test_a_repayment_that_closed_its_loan_is_not_undone_until_the_loan_is_opened(simulated: Simulated) -> None:
    loan = simulated.add_loan(state="ACTIVE", amount="88.50")
    posting = repayment_on(loan, "88.50")
    posted = replace(posting, core_transaction_id=accepted(simulated.post(posting)))
    outcome = simulated.undo(posted)
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.verdict) == ("loan_closed", False)
    assert "open it again in Mambu" in outcome.reason


def test_a_posting_with_later_ones_is_not_undone_until_those_are(simulated: Simulated) -> None:
    loan = simulated.add_loan(state="ACTIVE")
    first, second = repayment_on(loan, transaction_id="first"), repayment_on(loan, transaction_id="second")
    posted = replace(first, core_transaction_id=accepted(simulated.post(first)))
    accepted(simulated.post(second))
    outcome = simulated.undo(posted)
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.verdict) == ("later_transactions", False)


def test_one_external_id_on_two_loans_waits_for_a_person(simulated: Simulated) -> None:
    loan, other = simulated.add_loan(state="ACTIVE"), simulated.add_loan(state="ACTIVE")
    accepted(simulated.post(repayment_on(other)))
    again = repayment_on(loan).with_step(Step.POST_REPAYMENT, StepRecord(generation=2))
    outcome = simulated.post(again)
    assert isinstance(outcome, Unknown)
    assert outcome.seen
    answer = simulated.core.look_up_posting(again)
    assert isinstance(answer, Refused)
    assert (answer.code, answer.verdict) == ("external_id_taken", False)


@pytest.mark.parametrize("kind", ["reset_after", "status_102", "status_409", "status_500_after", "status_503_after"])
def test_a_lost_answer_and_a_repeat_disburse_once(simulated: Simulated, kind: str) -> None:
    loan = simulated.add_loan()
    simulated.control("faults", on="disbursement", kind=kind)
    request = simulated.core.prepare_posting(disbursement_on(loan, is_full=True))
    assert not isinstance(simulated.core.send(request), Accepted | Refused)
    booked = accepted(simulated.core.send(request))
    assert [one["id"] for one in simulated.transactions(loan)] == [booked]
