"""The bank says the opposite of what we know: nothing follows by itself, and a person is shown it."""

import pytest

from shared.domain.events import PaymentRejected
from shared.domain.meanings import PaymentReport
from shared.domain.receipts import ReceiptState
from shared.domain.transitions import DisbursementState as State
from tests.builders import a_disbursement_order, the_bank_rejects, the_bank_returns, the_bank_settles
from tests.fakes.lender import FakeLender, a_lender_with
from tests.fakes.replies import refuses

ORDER = a_disbursement_order("1500.00")


def test_money_that_left_after_we_took_the_disbursement_back_is_shown_to_a_person() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(refuses("InsufficientFunds"))
    lender.hears(ORDER)
    receipt = lender.hears(the_bank_settles())

    assert lender.disbursement(ORDER).state is State.REVERSED
    assert receipt.state is ReceiptState.PARKED
    assert receipt.reason.startswith("contradiction: ")


def test_money_that_left_before_we_sent_it_is_shown_to_a_person() -> None:
    lender = FakeLender()
    lender.hears(ORDER)  # parked: the core knows nothing of it
    receipt = lender.hears(the_bank_settles())

    assert receipt.state is ReceiptState.PARKED
    assert receipt.reason == f"contradiction: PaymentSettled came for {lender.disbursement(ORDER).id}, which is routed"


@pytest.mark.parametrize("returned", [False, True])
def test_a_rejection_of_money_that_had_left_is_shown_to_a_person(returned: bool) -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    for word in [the_bank_settles(), the_bank_returns()][: 1 + returned]:
        lender.hears(word)
    receipt = lender.hears(the_bank_rejects())

    assert receipt.state is ReceiptState.PARKED
    assert receipt.reason.startswith("contradiction: ")


def test_a_settlement_of_another_amount_is_shown_to_a_person_and_settles_nothing() -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    receipt = lender.hears(the_bank_settles(amount_pence=150_001))

    assert receipt.reason == (
        f"amount_differs: 1500.01 GBP moved under the end-to-end id of {lender.disbursement(ORDER).id}, "
        "which is about 1500.00"
    )
    assert lender.disbursement(ORDER).state is State.SUBMITTED


@pytest.mark.parametrize("word", [the_bank_settles, the_bank_returns])
def test_money_that_moves_twice_under_one_of_our_ids_is_shown_to_a_person(word) -> None:
    lender = a_lender_with(ORDER)
    for webhook in (ORDER, the_bank_settles(), the_bank_returns()):
        lender.hears(webhook)
    receipt = lender.hears(word(transaction_id="another"))

    assert receipt.reason.startswith("moved_twice: ")
    assert lender.disbursement(ORDER).state is State.RETURNED
    assert lender.core.reversals == [ORDER.transaction_key]


def test_a_copy_that_the_bank_refuses_says_nothing_of_the_first_and_is_shown_to_a_person() -> None:
    """ClearBank takes a repeated end-to-end id with 202 and then refuses the copy by webhook."""
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    duplicate = PaymentRejected("assessment_failed", "Duplicate transaction has been detected")
    receipt = lender.hears(PaymentReport(ORDER.transaction_key, duplicate))
    lender.comes_to_rest()

    assert receipt.reason.startswith("duplicate_at_bank: ")
    assert lender.told() == ["duplicate_at_bank"]
    assert lender.disbursement(ORDER).state is State.SUBMITTED
    assert lender.core.reversals == []
