"""What all flows have in common: what is next, until when it is somebody's, when the sweeper must look."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain import events as e
from shared.domain.flows import Parked, Step, StepOutcome, StepRecord
from shared.domain.transitions import DisbursementState as State
from tests.builders import (
    a_bank_disbursement,
    a_closure,
    a_confirmed_disbursement,
    a_disbursement,
    a_linked_disbursement,
    a_notification,
    a_repayment,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IDLE = timedelta(seconds=30)


def later(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("flow", "first"),
    [
        (a_disbursement(), Step.ROUTE),
        (a_repayment(), Step.LOCATE_LOAN),
        (a_bank_disbursement(), Step.LOCATE_LOAN),
        (a_closure(), Step.CHECK_CLOSURE),
        (a_notification(), Step.ADDRESS),
    ],
)
def test_a_new_flow_has_a_first_step_and_is_looked_at_again_when_idle(flow, first: Step) -> None:
    assert (flow.next_step, flow.version) == (first, 0)
    assert flow.due_at(NOW, IDLE) == NOW + IDLE


def test_a_leased_flow_is_due_when_the_lease_is_over() -> None:
    flow = a_linked_disbursement().with_step(Step.PAY, StepRecord(leased_until=later(60)))

    assert flow.leased_until(NOW) == flow.due_at(NOW, IDLE) == later(60)
    assert flow.leased_until(later(60)) is None
    assert flow.due_at(later(60), IDLE) == later(90)


def test_a_lease_on_any_step_keeps_others_away_from_the_next_one_too() -> None:
    settled = a_disbursement(state=State.SETTLED).with_step(Step.PAY, StepRecord(leased_until=later(60)))

    assert settled.next_step is Step.REPORT_SETTLED
    assert settled.due_at(NOW, IDLE) == later(60)


def test_a_waiting_flow_is_due_at_its_next_attempt() -> None:
    flow = a_linked_disbursement().with_step(Step.PAY, StepRecord(next_at=later(300)))

    assert flow.due_at(NOW, IDLE) == later(300)


@pytest.mark.parametrize("state", [State.SUBMITTED, State.RETURNED])
def test_a_flow_without_steps_is_not_due(state: State) -> None:
    flow = a_disbursement(state=state)

    assert (flow.next_step, flow.due_at(NOW, IDLE)) == (None, None)


@pytest.mark.parametrize("outcome", [outcome for outcome in StepOutcome if outcome is not StepOutcome.OPEN])
def test_a_step_that_is_over_is_not_done_again(outcome: StepOutcome) -> None:
    flow = a_disbursement(state=State.HELD).with_step(Step.REPORT_HELD, StepRecord(outcome=outcome))

    assert flow.next_step is None


def test_the_steps_of_a_state_are_done_in_their_order() -> None:
    account = e.AccountChosen("GB00", "virtual-1", write_linkage=True, owner_name="Ada")
    flow, done = a_confirmed_disbursement().apply(account), []
    while step := flow.next_step:
        done.append(step)
        flow = flow.with_step(step, StepRecord(outcome=StepOutcome.DONE))

    assert done == [Step.WRITE_LINKAGE, Step.AMEND_OWNER, Step.PAY]


def test_a_parked_flow_has_nothing_to_do() -> None:
    flow = a_disbursement().park(Parked("amount_differs", "the core says otherwise", Step.CONFIRM))

    assert flow.parked == Parked("amount_differs", "the core says otherwise", Step.CONFIRM)
    assert (flow.next_step, flow.due_at(NOW, IDLE)) == (None, None)


def test_a_step_record_replaces_neither_others_nor_the_old_value() -> None:
    before = a_disbursement().with_step(Step.PAY, StepRecord(attempts=1))
    after = before.with_step(Step.REVERSE, StepRecord(attempts=2))

    assert before.step(Step.REVERSE).attempts == 0
    assert (after.step(Step.PAY).attempts, after.step(Step.REVERSE).attempts) == (1, 2)


def test_what_a_person_wants_done_again_begins_afresh_and_counts_its_generations() -> None:
    failed = StepRecord(outcome=StepOutcome.REFUSED, attempts=4, ask_first=True, in_doubt=True, reason="no")
    flow = a_disbursement().with_step(Step.PAY, failed).with_step(Step.REVERSE, StepRecord(attempts=7))
    steps = flow.anew(Step.PAY)

    assert steps[Step.PAY] == StepRecord(generation=2)
    assert steps[Step.REVERSE] == StepRecord(attempts=7)


def test_an_event_without_an_edge_gives_the_same_value() -> None:
    flow = a_disbursement()

    assert flow.apply(e.DisbursementReversed()) is flow
