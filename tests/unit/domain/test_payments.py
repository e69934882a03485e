"""The life of one payment as a value: what is next, until when it is somebody's, when the sweeper must look."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain import events as e
from shared.domain.payments import Parked, Step, StepOutcome, StepRecord
from shared.domain.repayment import Repayment
from shared.domain.transitions import DisbursementState as State
from shared.domain.transitions import RepaymentState
from tests.builders import a_confirmed_disbursement, a_disbursement, a_repayment

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IDLE = timedelta(seconds=30)


def later(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_a_new_order_is_routed_first_and_looked_at_again_when_idle() -> None:
    payment = a_disbursement()

    assert (payment.next_step, payment.version) == (Step.ROUTE, 0)
    assert payment.due_at(NOW, IDLE) == NOW + IDLE


def test_a_leased_payment_is_due_when_the_lease_is_over() -> None:
    payment = a_confirmed_disbursement().with_step(Step.PAY, StepRecord(leased_until=later(60)))

    assert payment.leased_until(NOW) == payment.due_at(NOW, IDLE) == later(60)
    assert payment.leased_until(later(60)) is None
    assert payment.due_at(later(60), IDLE) == later(90)


def test_a_lease_on_any_step_keeps_others_away_from_the_next_one_too() -> None:
    settled = a_disbursement(state=State.SETTLED).with_step(Step.PAY, StepRecord(leased_until=later(60)))

    assert settled.next_step is Step.REPORT_SETTLED
    assert settled.due_at(NOW, IDLE) == later(60)


def test_a_waiting_payment_is_due_at_its_next_attempt() -> None:
    payment = a_confirmed_disbursement().with_step(Step.PAY, StepRecord(next_at=later(300)))

    assert payment.due_at(NOW, IDLE) == later(300)


@pytest.mark.parametrize("state", [State.SUBMITTED, State.RETURNED])
def test_a_payment_without_steps_is_not_due(state: State) -> None:
    payment = a_disbursement(state=state)

    assert (payment.next_step, payment.due_at(NOW, IDLE)) == (None, None)


@pytest.mark.parametrize("outcome", [StepOutcome.DONE, StepOutcome.REFUSED, StepOutcome.GAVE_UP])
def test_a_step_that_is_over_is_not_done_again(outcome: StepOutcome) -> None:
    payment = a_disbursement(state=State.HELD).with_step(Step.REPORT_HELD, StepRecord(outcome=outcome))

    assert payment.next_step is None


def test_a_parked_payment_has_nothing_to_do() -> None:
    payment = a_disbursement().park("amount_differs", "the core says otherwise")

    assert payment.parked == Parked("amount_differs", "the core says otherwise")
    assert (payment.next_step, payment.due_at(NOW, IDLE)) == (None, None)


def test_one_step_is_changed_without_touching_the_others_or_the_old_value() -> None:
    before = a_disbursement().with_step(Step.PAY, StepRecord(attempts=1))
    after = before.with_step(Step.REVERSE, StepRecord(attempts=2))

    assert (before.step(Step.REVERSE).attempts, after.step(Step.PAY).attempts, after.step(Step.REVERSE).attempts) == (
        0,
        1,
        2,
    )


def test_an_event_without_an_edge_gives_the_same_value() -> None:
    payment = a_disbursement()

    assert payment.apply(e.DisbursementReversed()) is payment


@pytest.mark.parametrize(
    ("event", "failure"),
    [
        (e.PaymentRefused("InsufficientFunds", "no money"), "InsufficientFunds: no money"),
        (e.PaymentRejected("AC04", "closed"), "AC04: closed"),
        (e.PaymentReturned("T2", "AC01"), "returned: AC01"),
    ],
)
def test_the_banks_word_is_remembered_and_ends_the_waiting_for_a_person(event: e.Event, failure: str) -> None:
    payment = a_confirmed_disbursement(state=State.SUBMITTING).park("gave_up", "pay: busy").apply(event)

    assert (payment.failure, payment.parked) == (failure, None)


def test_a_settlement_is_remembered_with_the_banks_id() -> None:
    payment = a_confirmed_disbursement(state=State.SUBMITTED).apply(e.PaymentSettled("T1"))

    assert (payment.state, payment.bank_transaction_id) == (State.SETTLED, "T1")


def test_what_routing_and_confirming_found_is_kept() -> None:
    payment = a_confirmed_disbursement()

    assert payment.route is not None
    assert payment.confirmation is not None
    assert payment.state is State.CONFIRMED


@pytest.mark.parametrize(
    ("events", "state", "loan_id", "core_transaction_id", "failure"),
    [
        ([e.LoanLocated("LOAN1"), e.RepaymentPosted("9")], RepaymentState.POSTED, "LOAN1", "9", ""),
        ([e.LoanNotLocated("loan_not_found", "none")], RepaymentState.UNMATCHED, "", "", "loan_not_found: none"),
        (
            [e.LoanLocated("LOAN1"), e.RepaymentRefused("overpayment", "too much")],
            RepaymentState.UNMATCHED,
            "LOAN1",
            "",
            "overpayment: too much",
        ),
        ([e.RepaymentPosted("9")], RepaymentState.RECEIVED, "", "", ""),
    ],
)
def test_a_repayment_remembers_where_it_went(
    events: list[e.Event], state: RepaymentState, loan_id: str, core_transaction_id: str, failure: str
) -> None:
    payment: Repayment = a_repayment()
    for event in events:
        payment = payment.apply(event)

    assert (payment.state, payment.loan_id) == (state, loan_id)
    assert (payment.core_transaction_id, payment.failure) == (core_transaction_id, failure)
