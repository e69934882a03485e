"""A call that was not begun, because nobody may call the other side now, is no attempt that failed."""

from datetime import timedelta

import pytest

from shared.domain.disbursement import disbursement_id
from shared.domain.flows import Step
from shared.domain.outcomes import TryLater
from shared.domain.transitions import DisbursementState, PostingState
from tests.builders import a_disbursement_order, a_settled_credit
from tests.fakes.lender import FakeLender, a_lender_with
from tests.fakes.replies import Reply

ORDER = a_disbursement_order()
AT_THE_GATE = Reply(TryLater("the bank is left alone", 2.0, tried=False), happens=False)


def test_many_waits_at_the_gate_do_not_put_a_payment_off_for_minutes() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(*[AT_THE_GATE] * 20)
    lender.hears(ORDER)
    began = lender.clock.now()
    lender.comes_to_rest()
    assert lender.disbursement(ORDER).state is DisbursementState.SUBMITTED
    assert lender.clock.now() - began < timedelta(seconds=20 * 3)
    assert lender.disbursement(ORDER).step(Step.PAY).attempts == 1


def test_many_waits_of_a_question_do_not_put_it_off_for_minutes() -> None:
    lender, money = FakeLender(), a_settled_credit()
    lender.has_linked()
    lender.core.reads.then(*[Reply(AT_THE_GATE.outcome)] * 20)
    lender.hears(money)
    began = lender.clock.now()
    lender.comes_to_rest()
    assert lender.posting(money).state is PostingState.POSTED
    assert lender.clock.now() - began < timedelta(seconds=20 * 3)


@pytest.mark.parametrize("jitter", [0.0, 0.99])
def test_not_all_who_waited_come_at_one_moment_and_none_too_early(jitter: float) -> None:
    lender = FakeLender(jitter=lambda: jitter)
    lender.books(ORDER)
    lender.bank.sends.then(AT_THE_GATE)
    lender.hears(ORDER)
    next_at = lender.disbursement(ORDER).step(Step.PAY).next_at
    assert next_at is not None
    wait = (next_at - lender.clock.now()).total_seconds()
    assert wait == pytest.approx(2.0 + jitter)


def test_a_gate_that_stays_closed_for_a_day_calls_a_person() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.always = Reply(TryLater("the bank is left alone", 900.0, tried=False), happens=False)
    lender.hears(ORDER)
    lender.comes_to_rest()
    parked = lender.disbursement(ORDER).parked
    assert parked is not None
    assert parked.code == "gave_up"
    assert lender.journal.history(disbursement_id(ORDER.transaction_key))
    assert lender.bank.movements == []
