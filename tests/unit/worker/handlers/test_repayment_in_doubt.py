"""R1 when a call goes wrong: asked again, never booked twice."""

from typing import Any

import pytest

from shared.domain.transitions import PostingState as State
from tests.builders import a_core_loan, a_repayment, a_settled_credit, the_rules
from tests.fakes.lender import FakeLender
from tests.fakes.replies import Reply, is_unknown_after_the_effect, says_try_later

BY_REFERENCE = the_rules(finds_loans_by_account=False)


def a_lender_that_links(**loan: Any) -> FakeLender:
    lender = FakeLender()
    lender.has_linked(a_core_loan(**loan))
    return lender


@pytest.mark.parametrize("rules", [the_rules(), BY_REFERENCE])
def test_a_core_that_is_busy_is_asked_again(rules) -> None:
    lender, money = FakeLender(rules), a_settled_credit(reference="LOAN1")
    lender.has_linked()
    lender.core.reads.then(says_try_later(), says_try_later())
    lender.hears(money)
    assert lender.posting(money).state is State.RECEIVED
    lender.comes_to_rest()

    assert lender.posting(money).state is State.POSTED


def test_a_bank_that_is_busy_is_asked_again() -> None:
    lender, money = a_lender_that_links(), a_settled_credit()
    lender.bank.reads.then(says_try_later(), says_try_later())
    lender.hears(money)
    assert lender.posting(money).state is State.RECEIVED
    lender.comes_to_rest()

    assert lender.posting(money).state is State.POSTED


def test_an_external_id_that_the_core_knows_already_is_asked_for_and_not_posted_again() -> None:
    lender, money = a_lender_that_links(), a_settled_credit()
    lender.core.books_by_hand(a_repayment(money))
    lender.hears(money)
    lender.comes_to_rest()

    assert lender.posting(money).state is State.POSTED
    assert lender.core.posted() == [("REPAYMENT", 8850)]
    assert lender.core.asked == ["look-up"]


def test_a_repayment_whose_key_is_over_is_asked_for_before_it_is_posted_again() -> None:
    lender, money = a_lender_that_links(), a_settled_credit()
    lender.core.sends.then(is_unknown_after_the_effect())
    lender.hears(money)
    lender.clock.pass_time(hours=7)  # no worker ran meanwhile
    lender.comes_to_rest()

    assert lender.posting(money).state is State.POSTED
    assert lender.core.posted() == [("REPAYMENT", 8850)]
    assert (len(lender.core.received), len(lender.core.asked)) == (1, 1)


def test_a_repayment_that_never_happened_is_posted_even_after_its_key_is_over() -> None:
    lender, money = a_lender_that_links(), a_settled_credit()
    lender.core.sends.always = says_try_later()
    lender.hears(money)
    lender.clock.pass_time(hours=7)
    lender.core.sends.always = Reply()
    lender.comes_to_rest()

    assert lender.posting(money).state is State.POSTED
    assert lender.core.asked == ["look-up"]
    assert lender.core.posted() == [("REPAYMENT", 8850)]
