"""Which of the payments we know does a return take back? Foreign ids repeat, and Bacs has notices of its own."""

from dataclasses import replace

import pytest

from shared.domain.meanings import BacsReversal
from shared.domain.receipts import ReceiptState
from shared.domain.settlement import Direction
from shared.domain.transitions import DisbursementState
from shared.domain.transitions import PostingState as State
from tests.builders import (
    LOAN_IBAN,
    a_core_loan,
    a_disbursement_order,
    a_settled_credit,
    a_virtual_account,
    the_bank_settles,
    the_return_of,
    the_rules,
)
from tests.fakes.lender import FakeLender

MONEY = a_settled_credit("88.50")
ANOTHER_IBAN = "GB95CLRB04190000001114"


def a_lender(rules=None) -> FakeLender:
    lender = FakeLender(rules)
    lender.has_linked()
    return lender


def test_a_return_of_another_amount_is_not_taken_for_this_payments() -> None:
    lender = a_lender()
    lender.hears(MONEY)
    receipt = lender.hears(the_return_of(MONEY, amount_pence=1))
    lender.comes_to_rest()

    assert lender.receipt(receipt.id).reason.startswith("original_unknown: ")
    assert lender.core.posted() == [("REPAYMENT", 8850)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"scheme_id": "FP1"}, {"scheme_id": "FP2"}),
        ({"account_iban": LOAN_IBAN}, {"account_iban": ANOTHER_IBAN}),
    ],
)
def test_of_two_payments_under_one_foreign_id_the_one_that_is_meant_is_taken_back(first, second) -> None:
    """Payers outside repeat end-to-end ids: a standing order carries the same one every month."""
    lender = a_lender()
    lender.has_linked(
        a_core_loan("LOAN2", key="other", iban=ANOTHER_IBAN, virtual_account_id="virtual-2"),
        a_virtual_account(id="virtual-2", iban=ANOTHER_IBAN),
    )
    march, april = a_settled_credit(transaction_id="M", **first), a_settled_credit(transaction_id="A", **second)
    lender.hears(march)
    lender.hears(april)
    lender.hears(the_return_of(april))

    assert (lender.posting(march).state, lender.posting(april).state) == (State.POSTED, State.RETURNED)


def test_a_return_that_may_be_of_either_of_two_payments_is_shown_to_a_person() -> None:
    lender = a_lender()
    march, april = a_settled_credit(transaction_id="M"), a_settled_credit(transaction_id="A")
    lender.hears(march)
    lender.hears(april)
    receipt = lender.hears(the_return_of(april))

    assert receipt.reason.startswith("original_ambiguous: ")
    assert lender.core.posted() == [("REPAYMENT", 8850)] * 2


def test_each_of_two_returns_under_one_foreign_id_takes_back_one_payment() -> None:
    lender = a_lender()
    march = a_settled_credit(transaction_id="M", scheme_id="FP1")
    april = a_settled_credit(transaction_id="A", scheme_id="FP2")
    for webhook in (march, april, the_return_of(march), the_return_of(april)):
        lender.hears(webhook)

    assert lender.core.posted() == []
    assert len(lender.core.reversals) == 2


def test_a_bacs_credit_that_is_recalled_after_it_was_booked_is_taken_back() -> None:
    lender = a_lender(the_rules(takes_bacs=True))
    money = a_settled_credit(scheme="Bacs", bacs_transaction_id="B1", end_to_end_id="")
    lender.hears(money)
    lender.hears(BacsReversal("B1", "recalled"))

    assert lender.posting(money).state is State.RETURNED
    assert lender.core.posted() == []


def test_a_recall_of_a_bacs_credit_that_never_settles_is_let_go_after_a_day() -> None:
    lender = a_lender(the_rules(takes_bacs=True))
    receipt = lender.hears(BacsReversal("B1", "recalled"))
    assert receipt.state is ReceiptState.STORED
    lender.comes_to_rest()

    assert lender.receipt(receipt.id).reason == "ignored: it was never booked"
    assert lender.receipt(receipt.id).state is ReceiptState.FINISHED
    assert lender.told() == []


def test_a_bacs_return_told_before_and_settled_after_takes_back_once() -> None:
    lender = a_lender(the_rules(takes_bacs=True))
    money = a_settled_credit(scheme="Bacs", bacs_transaction_id="B1", end_to_end_id="")
    for webhook in (money, BacsReversal("B1", "B"), the_return_of(money, end_to_end_id="")):
        lender.hears(webhook)

    assert len(lender.core.reversals) == 1
    assert lender.posting(money).state is State.RETURNED


def test_a_payment_from_one_loan_to_another_that_comes_back_takes_back_both_of_its_ends() -> None:
    """Both ends of a transfer at the bank carry our end-to-end id, and so do both ends of its return."""
    order = a_disbursement_order("20", creditor_iban=LOAN_IBAN, loan_id="LOAN2")
    lender = a_lender()
    lender.books(order, a_core_loan("LOAN2", key="other", iban=ANOTHER_IBAN, virtual_account_id="virtual-2"))
    lender.hears(order)
    debit = the_bank_settles(order, scheme="Transfer")
    credit = replace(debit, direction=Direction.CREDIT, account_iban=LOAN_IBAN)
    for side in (credit, debit):
        lender.hears(side)
    assert lender.core.posted("LOAN1") == [("REPAYMENT", 2000)]

    for side in (the_return_of(credit), the_return_of(debit)):
        lender.hears(side)

    assert lender.core.posted("LOAN1") == []
    assert lender.disbursement(order).state is DisbursementState.RETURNED
    assert len(lender.core.reversals) == 2
