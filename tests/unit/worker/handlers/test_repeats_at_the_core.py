"""The same for reads, reversals and reports at the core: its key lives six hours, and it can tell what is not done."""

import pytest

from shared.domain.transitions import DisbursementState as State
from tests.builders import a_disbursement_order, the_bank_holds, the_bank_rejects, the_bank_settles
from tests.fakes.lender import a_lender_with
from tests.fakes.replies import (
    Reply,
    is_unknown_after_the_effect,
    is_unknown_before_the_effect,
    refuses,
    says_not_done,
    says_try_later,
)

ORDER = a_disbursement_order()


def test_a_core_that_is_busy_at_the_confirmation_only_delays_the_payment() -> None:
    lender = a_lender_with(ORDER)
    lender.core.reads.then(says_try_later(5.0), Reply(), says_try_later(), Reply(), Reply(), says_try_later())
    lender.hears(ORDER)
    assert lender.history(lender.disbursement(ORDER))[-1] == "confirm waits"
    lender.comes_to_rest()

    assert lender.disbursement(ORDER).state is State.SUBMITTED


def test_a_core_that_is_away_for_a_day_parks_the_order_unpaid() -> None:
    lender = a_lender_with(ORDER)
    lender.core.reads.always = says_try_later()
    lender.hears(ORDER)
    lender.comes_to_rest()

    parked = lender.disbursement(ORDER).parked
    assert parked is not None
    assert (parked.code, parked.reason) == ("gave_up", "confirm: busy")
    assert lender.bank.received == []


@pytest.mark.parametrize("reply", [is_unknown_before_the_effect(), is_unknown_after_the_effect(), says_try_later()])
def test_a_reversal_in_doubt_happens_exactly_once(reply: Reply) -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    lender.core.sends.then(reply, reply)
    lender.hears(the_bank_rejects())
    lender.comes_to_rest()

    assert lender.core.reversals == [ORDER.transaction_key]
    assert lender.core.statuses[ORDER.transaction_key] == ["Rejected"]


@pytest.mark.parametrize("effect", [is_unknown_before_the_effect(), is_unknown_after_the_effect()])
def test_a_reversal_whose_key_is_over_is_asked_for_first(effect: Reply) -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    lender.core.sends.then(effect)
    lender.hears(the_bank_rejects())
    lender.clock.pass_time(hours=6)
    lender.comes_to_rest()

    assert len(lender.core.asked) == 1
    assert lender.core.reversals == [ORDER.transaction_key]
    assert lender.disbursement(ORDER).state is State.REVERSED


def test_asking_the_core_may_fail_and_goes_again() -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    lender.core.sends.then(is_unknown_before_the_effect(seen=True))
    lender.core.look_ups.then(is_unknown_before_the_effect(seen=True), says_not_done())
    lender.hears(the_bank_rejects())
    lender.comes_to_rest()

    assert len(lender.core.asked) == 2
    assert lender.core.reversals == [ORDER.transaction_key]


def test_once_an_id_was_seen_every_further_attempt_asks_first() -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    lender.core.sends.then(is_unknown_before_the_effect(seen=True), is_unknown_before_the_effect(seen=False))
    lender.hears(the_bank_rejects())
    lender.comes_to_rest()

    assert len(lender.core.asked) == 2
    assert lender.core.reversals == [ORDER.transaction_key]


def test_a_reversal_that_the_core_will_not_do_waits_for_a_person() -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    lender.core.sends.then(refuses("loan_state"))
    lender.hears(the_bank_rejects())
    lender.comes_to_rest()

    assert lender.disbursement(ORDER).state is State.REVERSING
    parked = lender.disbursement(ORDER).parked
    assert parked is not None
    assert parked.code == "loan_state"


def test_a_status_in_doubt_is_written_again_even_after_hours() -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    lender.core.sends.then(is_unknown_after_the_effect())
    lender.hears(the_bank_settles())
    lender.clock.pass_time(hours=7)
    lender.comes_to_rest()

    assert lender.core.statuses[ORDER.transaction_key] == ["Settled", "Settled"]
    assert lender.core.asked == []


def test_held_that_cannot_be_reported_for_a_day_stops_nothing() -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    lender.core.sends.always = says_try_later()
    lender.hears(the_bank_holds())
    lender.comes_to_rest()
    assert lender.disbursement(ORDER).parked is None

    lender.core.sends.always = Reply()
    lender.hears(the_bank_settles())
    assert lender.core.statuses[ORDER.transaction_key] == ["Settled"]
