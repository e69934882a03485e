"""Money on its way to a loan: what it is, where it went, and how it goes back."""

import pytest

from shared.domain import events as e
from shared.domain.flows import Parked, Step, StepOutcome, StepRecord
from shared.domain.posting import BankDisbursement, Posting, Repayment, posting_of
from shared.domain.transitions import PostingState as State
from tests.builders import LOAN_IBAN, a_bank_disbursement, a_repayment, a_settled_credit, a_settled_debit

LOCATED = e.LoanLocated("LOAN1", "loan-key")
BOTH = pytest.mark.parametrize("posting", [a_repayment(), a_bank_disbursement()])


def told(posting: Posting, *events: e.Event) -> Posting:
    for event in events:
        posting = posting.apply(event)
    return posting


def test_a_credit_becomes_a_repayment_and_a_debit_a_disbursement() -> None:
    assert isinstance(posting_of(a_settled_credit()), Repayment)
    assert isinstance(posting_of(a_settled_debit()), BankDisbursement)


def test_both_sides_of_one_transfer_between_two_loans_are_two_postings() -> None:
    """ClearBank gives an internal transfer one TransactionId and sends a webhook for either side."""
    debit = posting_of(a_settled_debit(transaction_id="T", from_iban="GB1"))
    credit = posting_of(a_settled_credit(transaction_id="T", on_iban="GB2"))

    assert (debit.id, credit.id) == ("bank-disbursement:T:GB1", "repayment:T:GB2")


def test_the_same_money_told_twice_is_one_posting() -> None:
    assert posting_of(a_settled_credit()).id == posting_of(a_settled_credit(reference="told again")).id


@pytest.mark.parametrize(
    ("events", "state", "loan_id", "core_transaction_id", "failure"),
    [
        ([LOCATED, e.PostingPrepared(), e.Posted("9")], State.POSTED, "LOAN1", "9", ""),
        ([e.LoanNotLocated("loan_not_found", "none")], State.UNMATCHED, "", "", "loan_not_found: none"),
        (
            [LOCATED, e.PostingPrepared(), e.PostingRefused("overpayment", "too much")],
            State.UNMATCHED,
            "LOAN1",
            "",
            "overpayment: too much",
        ),
        ([e.Posted("9")], State.RECEIVED, "", "", ""),
        ([LOCATED, e.Posted("9")], State.LOCATED, "LOAN1", "", ""),
    ],
)
@BOTH
def test_a_posting_remembers_where_it_went(posting, events, state, loan_id, core_transaction_id, failure) -> None:
    after = told(posting, *events)

    assert (after.state, after.loan_id) == (state, loan_id)
    assert (after.core_transaction_id, after.failure) == (core_transaction_id, failure)


@BOTH
def test_money_that_an_operator_assigns_is_searched_and_posted_under_a_new_key(posting: Posting) -> None:
    refused = told(posting, LOCATED, e.PostingPrepared(), e.PostingRefused("overpayment", "too much"))
    refused = refused.with_step(posting.POST, StepRecord(outcome=StepOutcome.REFUSED, attempts=1))
    assigned = refused.apply(e.LoanAssigned("LOAN2"))

    assert (assigned.state, assigned.assigned_loan_id) == (State.RECEIVED, "LOAN2")
    assert assigned.next_step is Step.LOCATE_LOAN
    assert assigned.step(posting.POST) == StepRecord(generation=2)


@BOTH
def test_a_failure_is_forgotten_once_a_loan_is_found(posting: Posting) -> None:
    unmatched = told(posting, e.LoanNotLocated("loan_not_found", "none"))

    assert told(unmatched, e.LoanAssigned("LOAN1"), LOCATED).failure == ""


def test_a_return_that_the_bank_refuses_leaves_the_money_unmatched_and_may_be_ordered_again() -> None:
    ordered = told(a_repayment(), e.LoanNotLocated("loan_not_found", "none"), e.ReturnOrdered("Other"))
    assert (ordered.state, ordered.return_reason, ordered.next_step) == (State.RETURNING, "Other", Step.RETURN_MONEY)

    refused = ordered.apply(e.ReturnRefused("too_old", "older than 90 days"))
    assert (refused.state, refused.failure) == (State.UNMATCHED, "too_old: older than 90 days")
    again = refused.apply(e.ReturnOrdered("BeneficiaryAccountClosed"))
    assert (again.state, again.step(Step.RETURN_MONEY).generation) == (State.RETURNING, 3)


@pytest.mark.parametrize(
    "events",
    [
        [],
        [LOCATED],
        [e.LoanNotLocated("loan_not_found", "none")],
        [e.LoanNotLocated("loan_not_found", "none"), e.ReturnOrdered("Other")],
    ],
)
@BOTH
def test_money_that_goes_back_before_the_core_has_it_is_never_posted(posting: Posting, events: list[e.Event]) -> None:
    gone = told(posting, *events, e.MoneyWentBack("AC01"))

    assert (gone.state, gone.failure, gone.next_step) == (State.RETURNED, "returned: AC01", None)
    assert told(gone, LOCATED, e.PostingPrepared(), e.LoanAssigned("LOAN2")) is gone


@BOTH
def test_what_the_core_has_is_taken_back(posting: Posting) -> None:
    posted = told(posting, LOCATED, e.PostingPrepared(), e.Posted("9"))
    posted = posted.with_step(posting.POST, StepRecord(outcome=StepOutcome.DONE))
    gone = posted.apply(e.MoneyWentBack("AC01"))

    assert (gone.state, gone.next_step) == (State.TAKING_BACK, posting.UNDO)
    assert gone.apply(e.PostingUndone()).state is State.RETURNED


@BOTH
def test_a_transaction_that_the_core_named_no_id_for_is_looked_for_before_it_is_taken_back(posting: Posting) -> None:
    posted = told(posting, LOCATED, e.PostingPrepared(), e.Posted(""))
    gone = posted.with_step(posting.POST, StepRecord(outcome=StepOutcome.DONE)).apply(e.MoneyWentBack("AC01"))
    assert gone.next_step is Step.FIND_POSTING

    found = gone.apply(e.Posted("9"))
    assert (found.core_transaction_id, found.next_step) == ("9", posting.UNDO)


@BOTH
def test_what_the_core_may_have_is_asked_for_before_it_is_taken_back(posting: Posting) -> None:
    gone = told(posting, LOCATED, e.PostingPrepared(), e.MoneyWentBack("AC01"))
    assert (gone.state, gone.next_step) == (State.TAKING_BACK, posting.POST)

    assert gone.apply(e.PostingRefused("overpayment", "too much")).state is State.RETURNED
    booked = gone.with_step(posting.POST, StepRecord(outcome=StepOutcome.DONE)).apply(e.Posted("9"))
    assert (booked.state, booked.next_step) == (State.TAKING_BACK, posting.UNDO)


@BOTH
def test_money_that_goes_back_ends_the_waiting_for_a_person(posting: Posting) -> None:
    parked = told(posting, LOCATED, e.PostingPrepared()).park(Parked("gave_up", "busy", posting.POST))

    assert parked.apply(e.MoneyWentBack("AC01")).parked is None


def test_it_is_found_by_the_banks_ids_the_account_and_the_loan() -> None:
    credit = a_settled_credit(transaction_id="T", end_to_end_id="E", scheme_id="FP1", bacs_transaction_id="B1")

    assert a_repayment(credit).references == ("E", "T", "FP1", "B1", LOAN_IBAN)
    assert told(a_repayment(credit), LOCATED).references[-1] == "LOAN1"


def test_an_id_that_the_bank_gives_twice_is_one_reference() -> None:
    assert a_repayment(a_settled_credit(transaction_id="T", end_to_end_id="T")).references == ("T", LOAN_IBAN)


def test_a_disbursement_remembers_that_it_is_the_whole_loan() -> None:
    located = told(a_bank_disbursement(), e.LoanLocated("LOAN1", "loan-key", is_full_disbursement=True))

    assert (located.loan_key, located.is_full_disbursement) == ("loan-key", True)
