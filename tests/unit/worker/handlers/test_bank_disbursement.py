"""D2: a disbursement that somebody began at the bank, posted to the loan whose account it left."""

from typing import Any

import pytest

from shared.domain.flows import Parked, Step
from shared.domain.transitions import DisbursementState
from shared.domain.transitions import PostingState as State
from tests.builders import (
    OPERATING_IBAN,
    a_bank_disbursement,
    a_core_loan,
    a_disbursement_order,
    a_settled_credit,
    a_settled_debit,
    a_virtual_account,
    the_bank_settles,
    the_rules,
)
from tests.fakes.lender import FakeLender
from tests.fakes.replies import is_unknown_after_the_effect, refuses, says_try_later

ANOTHER_IBAN = "GB95CLRB04190000001114"


def a_lender_that_links(**loan: Any) -> FakeLender:
    lender = FakeLender()
    lender.has_linked(a_core_loan(**loan))
    return lender


@pytest.mark.parametrize("scheme", ["FasterPayments", "Chaps", "Transfer", ""])
def test_a_debit_that_is_not_ours_is_posted_as_a_disbursement_of_its_loan(scheme: str) -> None:
    lender, money = a_lender_that_links(), a_settled_debit("1500.00", scheme=scheme)
    lender.hears(money)

    assert lender.posting(money).state is State.POSTED
    assert lender.core.posted("LOAN1") == [("DISBURSEMENT", 150_000)]
    assert lender.bank.movements == []
    assert not lender.left_to_do()


@pytest.mark.parametrize(
    ("state", "loan_pence", "is_full"),
    [
        ("APPROVED", 150_000, True),
        ("APPROVED", 300_000, False),
        ("APPROVED", None, False),
        ("ACTIVE", 150_000, False),
        ("ACTIVE_IN_ARREARS", 300_000, False),
    ],
)
def test_only_the_first_disbursement_of_the_whole_amount_is_a_full_one(state: str, loan_pence, is_full: bool) -> None:
    lender, money = a_lender_that_links(state=state, amount_pence=loan_pence), a_settled_debit("1500.00")
    lender.hears(money)

    assert lender.posting(money).state is State.POSTED
    assert lender.posting(money).is_full_disbursement is is_full


@pytest.mark.parametrize(
    ("loans", "money", "code"),
    [
        ([], a_settled_debit(), "loan_not_found"),
        ([a_core_loan("A1"), a_core_loan("B2", key="other")], a_settled_debit(), "loan_ambiguous"),
        ([a_core_loan(state="PENDING_APPROVAL")], a_settled_debit(), "loan_not_open"),
        ([a_core_loan(state="CLOSED")], a_settled_debit(), "loan_not_open"),
        ([a_core_loan(state="CLOSED_WRITTEN_OFF")], a_settled_debit(), "loan_not_open"),
        ([a_core_loan(currency="EUR")], a_settled_debit(), "loan_currency"),
        ([a_core_loan()], a_settled_debit(currency="EUR"), "currency_not_gbp"),
        ([a_core_loan()], a_settled_debit(scheme="Bacs"), "bacs_debit"),
        ([a_core_loan()], a_settled_debit(scheme="Sepa"), "scheme_unknown"),
        ([a_core_loan(iban=OPERATING_IBAN)], a_settled_debit(from_iban=OPERATING_IBAN), "loan_not_found"),
    ],
)
def test_a_debit_that_no_loan_explains_is_unmatched_with_the_reason(loans, money, code: str) -> None:
    lender = FakeLender()
    for loan in loans:
        lender.core.add(loan=loan)
    lender.hears(money)
    lender.comes_to_rest()

    assert lender.posting(money).state is State.UNMATCHED
    assert lender.posting(money).failure.startswith(f"{code}: ")
    assert lender.core.posted() == []


def test_a_debit_is_found_by_its_account_even_where_repayments_go_by_reference() -> None:
    lender, money = FakeLender(the_rules(finds_loans_by_account=False)), a_settled_debit()
    lender.has_linked()
    lender.hears(money)

    assert lender.core.posted("LOAN1") == [("DISBURSEMENT", 150_000)]


def test_a_disbursement_that_the_core_judges_impossible_becomes_unmatched() -> None:
    lender, money = a_lender_that_links(), a_settled_debit()
    lender.core.sends.then(refuses("already_disbursed"))
    lender.hears(money)

    assert lender.posting(money).state is State.UNMATCHED
    assert lender.posting(money).failure == "already_disbursed: refused: already_disbursed"


def test_a_disbursement_refused_for_our_set_up_waits_for_a_person() -> None:
    lender, money = a_lender_that_links(), a_settled_debit()
    lender.core.sends.then(refuses("custom_field_invalid", verdict=False))
    lender.hears(money)
    lender.comes_to_rest()

    parked = Parked("custom_field_invalid", "refused: custom_field_invalid", Step.POST_DISBURSEMENT)
    assert lender.posting(money).parked == parked


def test_a_posting_in_doubt_happens_exactly_once() -> None:
    lender, money = a_lender_that_links(), a_settled_debit()
    lender.core.sends.then(is_unknown_after_the_effect(), says_try_later())
    lender.hears(money)
    lender.clock.pass_time(hours=7)
    lender.comes_to_rest()

    assert lender.core.posted("LOAN1") == [("DISBURSEMENT", 150_000)]


def test_a_debit_that_was_booked_by_hand_is_not_booked_again() -> None:
    lender, money = a_lender_that_links(), a_settled_debit()
    lender.core.books_by_hand(a_bank_disbursement(money))
    lender.hears(money)
    lender.comes_to_rest()

    assert lender.posting(money).state is State.POSTED
    assert lender.core.posted("LOAN1") == [("DISBURSEMENT", 150_000)]


def test_a_transfer_between_two_loans_is_a_disbursement_of_one_and_a_repayment_of_the_other() -> None:
    lender = a_lender_that_links()
    lender.has_linked(
        a_core_loan("LOAN2", key="other", iban=ANOTHER_IBAN, virtual_account_id="virtual-2"),
        a_virtual_account(id="virtual-2", iban=ANOTHER_IBAN),
    )
    for side in (
        a_settled_debit("20", transaction_id="T", scheme="Transfer"),
        a_settled_credit("20", ANOTHER_IBAN, transaction_id="T", scheme="Transfer"),
    ):
        lender.hears(side)

    assert lender.core.posted("LOAN1") == [("DISBURSEMENT", 2000)]
    assert lender.core.posted("LOAN2") == [("REPAYMENT", 2000)]


def test_our_own_payment_is_never_taken_for_a_disbursement_that_the_bank_began() -> None:
    lender, order = FakeLender(), a_disbursement_order()
    lender.books(order)
    lender.bank.add(a_virtual_account())
    lender.hears(order)
    lender.hears(the_bank_settles(order, account_iban=a_virtual_account().iban))

    assert lender.disbursement(order).state is DisbursementState.SETTLED
    assert lender.core.posted() == []
