"""A person has a parked flow tried again, or says what became of it outside; everything is written down."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.worker.handlers.operate import CannotBeDoneError
from services.worker.handlers.resolve import hold, retry, settle_as_done, settle_as_not_done
from shared.domain.disbursement import disbursement_id
from shared.domain.flows import Step, StepOutcome
from shared.domain.transitions import DisbursementState, PostingState
from tests.builders import (
    TRANSACTION_KEY,
    a_core_transaction,
    a_disbursement_order,
    a_settled_credit,
    the_bank_rejects,
    the_bank_settles,
)
from tests.fakes.lender import FakeLender, a_lender_with
from tests.fakes.replies import is_unknown_before_the_effect, refuses, says_try_later

ORDER = a_disbursement_order()
FLOW_ID = disbursement_id(ORDER.transaction_key)
LOST = is_unknown_before_the_effect(seen=True)


def retried(lender: FakeLender, flow_id: str = FLOW_ID) -> None:
    retry(flow_id, "Ada", lender.office, lender.publisher)
    lender.works_off_the_queue()


def done(lender: FakeLender, reference: str = "", flow_id: str = FLOW_ID) -> None:
    settle_as_done(flow_id, reference, "by hand", "Ada", lender.office, lender.publisher)
    lender.works_off_the_queue()


def not_done(lender: FakeLender, flow_id: str = FLOW_ID) -> None:
    settle_as_not_done(flow_id, "it is not ours", "Ada", lender.office, lender.publisher)
    lender.works_off_the_queue()


def lender_whose_reversal_is_refused() -> FakeLender:
    lender = a_lender_with(ORDER)
    lender.core.sends.then(refuses("later_transactions", verdict=False))
    lender.hears(ORDER)
    lender.hears(the_bank_rejects())
    assert lender.disbursement(ORDER).parked is not None
    return lender


def lender_whose_payment_got_lost() -> FakeLender:
    """The bank has seen the id and shows nothing, for a whole day."""
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(LOST)
    lender.hears(ORDER)
    lender.comes_to_rest()
    assert lender.disbursement(ORDER).parked is not None
    return lender


def test_a_refused_step_is_retried_under_a_new_key_once_its_cause_is_gone() -> None:
    lender = lender_whose_reversal_is_refused()
    retried(lender)
    payment = lender.disbursement(ORDER)
    assert (payment.state, payment.parked) == (DisbursementState.REVERSED, None)
    first, second = [request for request in lender.core.received if request.path == "adjustment"]
    assert first.key != second.key
    assert lender.core.reversals == [TRANSACTION_KEY]


def test_a_payment_that_may_have_been_made_is_asked_after_and_never_sent_anew() -> None:
    lender = lender_whose_payment_got_lost()
    sent, asked = len(lender.bank.received), len(lender.bank.asked)
    retried(lender)
    assert len(lender.bank.received) == sent
    assert len(lender.bank.asked) > asked
    assert lender.bank.movements == []


def test_a_retry_of_what_got_lost_runs_a_schedule_of_its_own() -> None:
    lender = lender_whose_payment_got_lost()
    lender.clock.pass_time(days=3)
    retried(lender)
    record = lender.disbursement(ORDER).step(Step.PAY)
    assert (record.outcome, record.attempts) == (StepOutcome.OPEN, 1)
    lender.comes_to_rest()
    assert lender.disbursement(ORDER).parked is not None


def test_a_decision_is_taken_again_with_what_the_core_says_by_now() -> None:
    lender = a_lender_with(ORDER)
    wrong = a_core_transaction(ORDER, amount_pence=1)
    lender.core.add(wrong)
    lender.hears(ORDER)
    assert lender.disbursement(ORDER).parked is not None
    lender.core.add(replace(wrong, amount_pence=ORDER.amount_pence))
    retried(lender)
    assert lender.bank.moved(TRANSACTION_KEY) == 1


def test_what_was_done_by_hand_lets_the_flow_go_on() -> None:
    lender = lender_whose_reversal_is_refused()
    done(lender)
    payment = lender.disbursement(ORDER)
    assert (payment.state, payment.parked) == (DisbursementState.REVERSED, None)
    assert lender.core.reversals == []
    assert lender.core.statuses[TRANSACTION_KEY] == ["Rejected"]


def test_a_repayment_posted_by_hand_needs_the_id_of_its_transaction() -> None:
    lender = FakeLender()
    lender.has_linked()
    money = a_settled_credit()
    lender.core.sends.then(refuses("mambu_232", verdict=False))
    lender.hears(money)
    flow_id = lender.posting(money).id
    with pytest.raises(CannotBeDoneError, match="id of the transaction"):
        done(lender, flow_id=flow_id)
    done(lender, "4711", flow_id)
    posting = lender.posting(money)
    assert (posting.state, posting.core_transaction_id) == (PostingState.POSTED, "4711")


def test_an_order_that_the_core_disagrees_with_can_be_taken_back() -> None:
    lender = a_lender_with(ORDER)
    lender.core.add(a_core_transaction(ORDER, amount_pence=1))
    lender.hears(ORDER)
    not_done(lender)
    assert lender.disbursement(ORDER).state is DisbursementState.REVERSED
    assert lender.bank.received == []


def test_a_payment_said_not_to_be_made_that_settles_all_the_same_is_a_contradiction() -> None:
    lender = lender_whose_payment_got_lost()
    not_done(lender)
    assert lender.disbursement(ORDER).state is DisbursementState.REVERSED
    assert lender.hears(the_bank_settles(ORDER)).reason.startswith("contradiction")


def test_a_reversal_has_no_other_way() -> None:
    lender = lender_whose_reversal_is_refused()
    with pytest.raises(CannotBeDoneError, match="no other way"):
        not_done(lender)


def test_who_did_it_and_why_stands_in_the_history() -> None:
    lender = lender_whose_reversal_is_refused()
    done(lender)
    entry = next(entry for entry in lender.journal.history(FLOW_ID) if entry.what == "reverse done by hand")
    assert (entry.cause, entry.outcome) == ("operator Ada", "by hand")


@pytest.mark.parametrize("act", [retried, done, not_done])
def test_only_what_waits_for_a_person_can_be_acted_on(act) -> None:
    lender = a_lender_with(ORDER)
    with pytest.raises(CannotBeDoneError, match="no flow"):
        act(lender)
    lender.hears(ORDER)
    with pytest.raises(CannotBeDoneError, match="waits for nobody"):
        act(lender)


def test_of_two_people_the_second_is_told_to_look_again() -> None:
    lender = lender_whose_reversal_is_refused()
    first_to_load = lender.journal.load

    def load_and_be_overtaken(flow_id: str):
        flow = first_to_load(flow_id)
        assert flow is not None
        lender.journal.load = first_to_load  # type: ignore[method-assign]
        lender.office.journal.move(flow, (), None)
        return flow

    lender.journal.load = load_and_be_overtaken  # type: ignore[method-assign]
    with pytest.raises(CannotBeDoneError, match="somebody else"):
        retry(FLOW_ID, "Ada", lender.office, lender.publisher)


def lender_whose_bank_is_busy() -> FakeLender:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(says_try_later())
    lender.hears(ORDER)
    assert lender.bank.movements == []
    return lender


def test_what_is_held_back_is_not_paid_until_a_person_says_so_and_then_once() -> None:
    lender = lender_whose_bank_is_busy()
    hold(FLOW_ID, "restored from a backup", "Ada", lender.office)
    lender.comes_to_rest()
    assert lender.bank.movements == []
    retried(lender)
    assert lender.bank.moved(TRANSACTION_KEY) == 1


def test_what_was_paid_before_a_restore_is_settled_by_hand_and_not_paid_again() -> None:
    lender = lender_whose_bank_is_busy()
    hold(FLOW_ID, "restored from a backup", "Ada", lender.office)
    done(lender, "paid-before")
    lender.hears(the_bank_settles(ORDER))
    lender.comes_to_rest()
    assert lender.disbursement(ORDER).state is DisbursementState.SETTLED
    assert lender.bank.movements == []


def test_what_may_be_under_way_or_has_nothing_to_do_is_not_held_back() -> None:
    lender = lender_whose_bank_is_busy()
    payment = lender.disbursement(ORDER)
    now = lender.clock.now()
    at_work = payment.with_step(Step.PAY, replace(payment.step(Step.PAY), leased_until=now + timedelta(seconds=9)))
    assert lender.journal.move(at_work, (), now)
    with pytest.raises(CannotBeDoneError, match="A worker is at pay"):
        hold(FLOW_ID, "wait", "Ada", lender.office)
    lender.comes_to_rest()
    with pytest.raises(CannotBeDoneError, match="it does nothing"):
        hold(FLOW_ID, "wait", "Ada", lender.office)
