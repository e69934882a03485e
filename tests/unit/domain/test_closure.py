"""A loan that is over, as a value."""

from shared.domain import events as e
from shared.domain.closure import Closure
from shared.domain.flows import Step
from shared.domain.transitions import ClosureState as State
from tests.builders import LOAN_IBAN, VIRTUAL_ACCOUNT_ID, a_closure, a_loan_closure


def test_a_loan_that_is_closed_a_second_time_is_another_closure() -> None:
    first, second = (Closure.told(a_loan_closure(), receipt_id) for receipt_id in ("a" * 64, "b" * 64))

    assert (first.id, second.id) == ("closure:LOAN1:aaaaaaaaaaaa", "closure:LOAN1:bbbbbbbbbbbb")


def test_the_account_to_disable_is_remembered_and_disabled() -> None:
    closure = a_closure().apply(e.AccountToDisable(VIRTUAL_ACCOUNT_ID, "loan-key"))

    assert (closure.virtual_account_id, closure.loan_key) == (VIRTUAL_ACCOUNT_ID, "loan-key")
    assert closure.next_step is Step.DISABLE_ACCOUNT
    assert closure.apply(e.AccountDisabled()).state is State.DISABLED


def test_an_account_that_is_kept_says_why() -> None:
    closure = a_closure().apply(e.AccountKept("loan_open", "the loan LOAN1 is ACTIVE"))

    assert (closure.state, closure.failure, closure.next_step) == (
        State.KEPT,
        "loan_open: the loan LOAN1 is ACTIVE",
        None,
    )


def test_it_is_found_by_what_the_webhook_named() -> None:
    assert a_closure().references == ("LOAN1", VIRTUAL_ACCOUNT_ID, LOAN_IBAN)
    assert a_closure(a_loan_closure(virtual_account_id="", iban="")).references == ("LOAN1",)
