"""R2, and the same for D2: money that was posted goes the other way, and its transaction is taken back."""

import pytest

from shared.domain.flows import Parked, Step
from shared.domain.meanings import BacsReversal, Ignored
from shared.domain.receipts import ReceiptState
from shared.domain.transitions import PostingState as State
from tests.builders import (
    LOAN_IBAN,
    a_core_loan,
    a_settled_credit,
    a_settled_debit,
    a_virtual_account,
    the_return_of,
    the_rules,
)
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
ANOTHER_IBAN = "GB95CLRB04190000001114"


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
