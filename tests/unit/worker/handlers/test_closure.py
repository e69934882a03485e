"""C: a loan is closed or written off, and its virtual account is disabled at the bank."""

import pytest

from shared.domain.flows import Parked, Step
from shared.domain.meanings import Ignored
from shared.domain.transitions import ClosureState as State
from shared.domain.transitions import PostingState
from tests.builders import (
    OPERATING_IBAN,
    VIRTUAL_ACCOUNT_ID,
    a_core_loan,
    a_loan_closure,
    a_settled_credit,
    a_virtual_account,
)
from tests.fakes.lender import FakeLender
from tests.fakes.replies import is_unknown_after_the_effect, is_unknown_before_the_effect, refuses, says_try_later

CLOSED = a_loan_closure()


def a_lender_with_a_loan(state: str = "CLOSED", **loan: str) -> FakeLender:
    lender = FakeLender()
    lender.has_linked(a_core_loan(state=state, **loan))
    return lender


@pytest.mark.parametrize("state", ["CLOSED", "CLOSED_WRITTEN_OFF", "CLOSED_REJECTED"])
@pytest.mark.parametrize("closed", [CLOSED, a_loan_closure(virtual_account_id="", iban="", comment="")])
def test_the_account_of_a_loan_that_is_over_is_disabled(state: str, closed) -> None:
    lender = a_lender_with_a_loan(state)
    lender.hears(closed)

    assert lender.closure().state is State.DISABLED
    assert lender.bank.disabled == [VIRTUAL_ACCOUNT_ID]
    assert not lender.bank.accounts[VIRTUAL_ACCOUNT_ID].is_enabled
    assert not lender.left_to_do()
    assert lender.notifications() == []


@pytest.mark.parametrize(
    ("loan", "code"),
    [
        (a_core_loan(state="ACTIVE"), "loan_open"),
        (a_core_loan(state="CLOSED", virtual_account_id=""), "no_virtual_account"),
        (a_core_loan(state="CLOSED", iban=OPERATING_IBAN), "operating_account"),
    ],
)
def test_an_account_that_must_stay_is_kept_with_the_reason(loan, code: str) -> None:
    lender = FakeLender()
    lender.has_linked(loan)
    lender.hears(CLOSED)

    assert lender.closure().state is State.KEPT
    assert lender.closure().failure.startswith(f"{code}: ")
    assert lender.bank.received == []


def test_an_account_that_another_open_loan_uses_is_kept() -> None:
    lender = a_lender_with_a_loan()
    lender.core.add(loan=a_core_loan("LOAN2", key="other"))
    lender.hears(CLOSED)

    assert lender.closure().failure == "account_shared: the loan LOAN2 uses the same account and is ACTIVE"
    assert lender.bank.received == []


def test_an_account_that_only_closed_loans_share_is_disabled() -> None:
    lender = a_lender_with_a_loan()
    lender.core.add(loan=a_core_loan("LOAN2", key="other", state="CLOSED_WRITTEN_OFF"))
    lender.hears(CLOSED)

    assert lender.bank.disabled == [VIRTUAL_ACCOUNT_ID]


def test_a_webhook_that_names_another_account_than_the_loan_waits_for_a_person() -> None:
    lender = a_lender_with_a_loan()
    lender.hears(a_loan_closure(virtual_account_id="another"))
    lender.comes_to_rest()

    parked = lender.closure().parked
    assert parked is not None
    assert (parked.code, parked.step) == ("virtual_account_differs", Step.CHECK_CLOSURE)
    assert lender.bank.received == []
    assert lender.told() == ["check-closure:virtual_account_differs"]


def test_a_loan_that_the_core_does_not_know_waits_for_a_person() -> None:
    lender = FakeLender()
    lender.hears(CLOSED)
    lender.comes_to_rest()

    parked = lender.closure().parked
    assert parked is not None
    assert (parked.code, parked.step) == ("not_found", Step.CHECK_CLOSURE)
    assert lender.told() == ["check-closure:not_found"]


@pytest.mark.parametrize("reply", [is_unknown_before_the_effect(), is_unknown_after_the_effect(), says_try_later()])
def test_a_disabling_in_doubt_goes_again(reply) -> None:
    lender = a_lender_with_a_loan()
    lender.bank.sends.then(reply)
    lender.hears(CLOSED)
    lender.comes_to_rest()

    assert not lender.bank.accounts[VIRTUAL_ACCOUNT_ID].is_enabled
    assert lender.bank.disabled == [VIRTUAL_ACCOUNT_ID]


def test_a_disabling_that_the_bank_refuses_waits_for_a_person() -> None:
    lender = a_lender_with_a_loan()
    lender.bank.sends.then(refuses("has_balance"))
    lender.hears(CLOSED)
    lender.comes_to_rest()

    assert lender.closure().parked == Parked("has_balance", "refused: has_balance", Step.DISABLE_ACCOUNT)
    assert lender.told() == ["disable-account:has_balance"]


def test_a_core_that_is_busy_is_asked_again() -> None:
    lender = a_lender_with_a_loan()
    lender.core.reads.then(says_try_later(), says_try_later())
    lender.hears(CLOSED)
    lender.comes_to_rest()

    assert lender.closure().state is State.DISABLED


def test_a_closure_told_twice_disables_once() -> None:
    lender = a_lender_with_a_loan()
    for _ in range(3):
        lender.hears(CLOSED)

    assert lender.bank.disabled == [VIRTUAL_ACCOUNT_ID]


def test_the_closure_that_our_own_repayment_caused_disables_the_account_and_books_nothing_more() -> None:
    lender, money = FakeLender(), a_settled_credit()
    lender.has_linked()
    lender.hears(money)
    lender.core.add(loan=a_core_loan(state="CLOSED"))
    lender.hears(CLOSED)
    lender.hears(money, Ignored("the bank tells it again"))

    assert lender.core.posted() == [("REPAYMENT", 8850)]
    assert lender.bank.disabled == [VIRTUAL_ACCOUNT_ID]
    assert lender.posting(money).state is PostingState.POSTED


def test_money_that_arrives_after_the_loan_is_over_is_unmatched() -> None:
    lender, money = a_lender_with_a_loan(), a_settled_credit()
    lender.hears(CLOSED)
    lender.hears(money)

    assert lender.posting(money).failure.startswith("loan_not_open: ")
    assert lender.core.posted() == []


def test_a_loan_opened_and_closed_again_is_another_closure() -> None:
    lender = a_lender_with_a_loan()
    lender.hears(CLOSED)
    lender.bank.add(a_virtual_account())  # somebody enabled it again
    lender.hears(a_loan_closure(comment="written off this time"))

    assert lender.bank.disabled == [VIRTUAL_ACCOUNT_ID] * 2
