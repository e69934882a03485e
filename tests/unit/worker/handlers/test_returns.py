"""R2, and the same for D2: money that was posted goes the other way, and its transaction is taken back."""

import pytest

from shared.domain.flows import Parked, Step
from shared.domain.meanings import Ignored
from shared.domain.receipts import ReceiptState
from shared.domain.transitions import PostingState as State
from tests.builders import a_settled_credit, a_settled_debit, the_return_of
from tests.fakes.lender import FakeLender
from tests.fakes.replies import (
    Reply,
    is_unknown_after_the_effect,
    is_unknown_before_the_effect,
    refuses,
    says_not_done,
    says_try_later,
)

MONEY = a_settled_credit("88.50")
BOTH = pytest.mark.parametrize("money", [MONEY, a_settled_debit("1500.00")])


def a_lender(rules=None) -> FakeLender:
    lender = FakeLender(rules)
    lender.has_linked()
    return lender


@BOTH
def test_money_that_goes_back_takes_its_posting_back_and_is_told(money) -> None:
    lender = a_lender()
    lender.hears(money)
    assert len(lender.core.posted()) == 1
    lender.hears(the_return_of(money))
    lender.comes_to_rest()

    assert lender.posting(money).state is State.RETURNED
    assert lender.posting(money).failure == "returned: AC01"
    assert lender.core.posted() == []
    assert len(lender.core.reversals) == 1
    assert lender.told() == ["returned:AC01"]


@BOTH
def test_a_return_that_comes_before_its_payment_waits_for_it(money) -> None:
    lender = a_lender()
    receipt = lender.hears(the_return_of(money))
    assert (receipt.state, receipt.reason) == (
        ReceiptState.STORED,
        "waits: the payment that this returns is not known yet",
    )
    lender.hears(money)
    lender.comes_to_rest()

    assert lender.posting(money).state is State.RETURNED
    assert lender.core.posted() == []
    assert lender.receipt(receipt.id).state is ReceiptState.FINISHED


@BOTH
def test_a_return_whose_payment_never_comes_is_shown_to_a_person_after_a_day(money) -> None:
    lender = a_lender()
    receipt_id = lender.hears(the_return_of(money)).id
    lender.clock.pass_time(hours=24)
    lender.sweeps()
    assert lender.receipt(receipt_id).state is ReceiptState.STORED
    lender.comes_to_rest()

    assert lender.receipt(receipt_id).state is ReceiptState.PARKED
    assert lender.receipt(receipt_id).reason.startswith("original_unknown: ")
    assert lender.told() == ["original_unknown"]
    assert lender.core.received == []


@BOTH
def test_a_return_told_many_times_takes_back_once(money) -> None:
    lender = a_lender()
    lender.hears(money)
    for delivery in range(5):
        lender.hears(the_return_of(money), Ignored(f"delivery {delivery}"))

    assert len(lender.core.reversals) == 1
    assert lender.posting(money).state is State.RETURNED


def test_money_that_goes_back_before_it_was_posted_is_never_posted() -> None:
    lender = a_lender()
    lender.core.reads.then(says_try_later(after_seconds=60))
    lender.hears(MONEY)
    lender.hears(the_return_of(MONEY))
    lender.comes_to_rest()

    assert lender.posting(MONEY).state is State.RETURNED
    assert lender.core.received == []
    assert lender.told() == ["returned:AC01"]


@pytest.mark.parametrize("reply", [is_unknown_before_the_effect(), is_unknown_after_the_effect()])
@BOTH
def test_money_that_goes_back_while_its_posting_is_in_doubt_leaves_nothing_on_the_loan(money, reply) -> None:
    lender = a_lender()
    lender.core.sends.then(reply)
    lender.hears(money)
    lender.hears(the_return_of(money))
    lender.comes_to_rest()

    assert lender.posting(money).state is State.RETURNED
    assert lender.core.posted() == []


def test_a_posting_that_was_given_up_is_looked_for_before_it_is_taken_back() -> None:
    lender = a_lender()
    lender.core.sends.always = is_unknown_after_the_effect()
    lender.core.look_ups.always = is_unknown_before_the_effect(seen=True)
    lender.hears(MONEY)
    lender.comes_to_rest()
    assert lender.posting(MONEY).parked is not None
    assert lender.core.posted() == [("REPAYMENT", 8850)]

    lender.core.sends.always = lender.core.look_ups.always = Reply()
    lender.hears(the_return_of(MONEY))
    lender.comes_to_rest()

    assert (lender.posting(MONEY).state, lender.posting(MONEY).parked) == (State.RETURNED, None)
    assert lender.core.posted() == []


def test_a_posting_that_was_given_up_and_never_happened_needs_no_taking_back() -> None:
    lender = a_lender()
    lender.core.sends.always = says_try_later()
    lender.hears(MONEY)
    lender.comes_to_rest()
    lender.core.look_ups.always = says_not_done()
    lender.hears(the_return_of(MONEY))
    lender.comes_to_rest()

    assert (lender.posting(MONEY).state, lender.posting(MONEY).parked) == (State.RETURNED, None)
    assert lender.core.reversals == []


@pytest.mark.parametrize("reply", [is_unknown_before_the_effect(), is_unknown_after_the_effect(), says_try_later()])
def test_a_taking_back_in_doubt_happens_exactly_once(reply) -> None:
    lender = a_lender()
    lender.hears(MONEY)
    lender.core.sends.then(reply, reply)
    lender.hears(the_return_of(MONEY))
    lender.clock.pass_time(hours=7)  # the key of the first attempt no longer protects
    lender.comes_to_rest()

    assert lender.posting(MONEY).state is State.RETURNED
    assert len(lender.core.reversals) == 1


@pytest.mark.parametrize(
    ("money", "step"), [(MONEY, Step.ADJUST_REPAYMENT), (a_settled_debit(), Step.ADJUST_DISBURSEMENT)]
)
def test_a_taking_back_that_the_core_will_not_do_waits_for_a_person(money, step: Step) -> None:
    lender = a_lender()
    lender.hears(money)
    lender.core.sends.then(refuses("later_transactions", verdict=False))
    lender.hears(the_return_of(money))
    lender.comes_to_rest()

    parked = Parked("later_transactions", "refused: later_transactions", step)
    assert (lender.posting(money).state, lender.posting(money).parked) == (State.TAKING_BACK, parked)
    assert sorted(lender.told()) == [f"{step}:later_transactions", "returned:AC01"]
