"""What happens is announced with the move that brings it about, or with the webhook that tells of it."""

import pytest

from shared.domain.hub.event import event_id
from shared.domain.hub.triggers import Trigger
from shared.domain.meanings import ForeignEvent, Ignored, Unrecognised
from shared.domain.receipts import ReceiptState
from shared.domain.transitions import AnnouncementState
from tests.builders import (
    BANK_ID,
    LOAN_IBAN,
    a_core_loan,
    a_disbursement_order,
    a_loan_closure,
    a_settled_credit,
    a_settled_debit,
    the_bank_returns,
    the_bank_settles,
    the_return_of,
    the_rules,
)
from tests.fakes.lender import FakeLender, a_lender_with

ORDER = a_disbursement_order()
MOVED_IN = ["OnBalanceChange", "OnCreditTransaction", "OnCreateTransaction"]
MOVED_OUT = ["OnBalanceChange", "OnDebitTransaction", "OnCreateTransaction"]


def a_lender_that_links() -> FakeLender:
    lender = FakeLender()
    lender.has_linked()
    return lender


def test_a_payment_announces_its_life_and_what_moved_on_our_account() -> None:
    lender = a_lender_with(ORDER)
    for webhook in (ORDER, the_bank_settles(), the_bank_returns()):
        lender.hears(webhook)
    assert lender.announced() == [
        "payment.submitted",
        *MOVED_OUT,
        "payment.settled",
        *MOVED_IN,
        "payment.returned",
    ]


def test_a_repayment_announces_what_moved_at_the_bank_and_then_on_the_loan() -> None:
    lender, money = a_lender_that_links(), a_settled_credit()
    lender.hears(money)
    assert lender.announced() == [*MOVED_IN, "repayment.posted", *MOVED_IN]
    assert [each.event.account_id for each in lender.announcements()] == [LOAN_IBAN] * 3 + ["LOAN1"] * 4


def test_a_repayment_whose_money_goes_back_is_taken_off_the_loan_again() -> None:
    lender, money = a_lender_that_links(), a_settled_credit()
    lender.hears(money)
    before = len(lender.announced())
    lender.hears(the_return_of(money))
    assert lender.announced()[before:] == [*MOVED_OUT, "payment.returned", "repayment.adjusted", *MOVED_OUT]


def test_a_disbursement_begun_at_the_bank_announces_money_alone() -> None:
    lender = a_lender_that_links()
    lender.hears(a_settled_debit())
    assert lender.announced() == [*MOVED_OUT, *MOVED_OUT]


def test_money_that_no_loan_claims_is_announced_as_such() -> None:
    lender = FakeLender()
    lender.hears(a_settled_credit())
    assert lender.announced() == [*MOVED_IN, "payment.unmatched"]


def test_the_account_of_a_closed_loan_is_announced_disabled() -> None:
    lender = a_lender_that_links()
    lender.core.add(loan=a_core_loan(state="CLOSED"))
    lender.hears(a_loan_closure())
    assert lender.announced() == ["virtual_account.disabled"]


def test_the_same_webhook_under_another_receipt_announces_nothing_more() -> None:
    lender, money = a_lender_that_links(), a_settled_credit()
    lender.hears(money)
    announced = lender.announced()
    lender.hears(money, Ignored("so that it is another receipt"))
    assert lender.announced() == announced


def test_money_that_speaks_of_something_unknown_is_announced_once_while_it_waits() -> None:
    lender = FakeLender()
    back = the_return_of(a_settled_credit())
    receipt = lender.hears(back)
    assert receipt.state is ReceiptState.STORED
    assert lender.announced() == MOVED_OUT
    lender.comes_to_rest()
    assert lender.receipt(receipt.id).state is ReceiptState.PARKED
    assert lender.announced() == MOVED_OUT


def test_money_that_contradicts_our_records_moved_all_the_same() -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    receipt = lender.hears(the_bank_settles(amount_pence=1))
    assert receipt.state is ReceiptState.PARKED
    assert lender.announced() == ["payment.submitted", *MOVED_OUT]


def test_a_person_at_work_announces_too_and_a_second_time_is_a_second_event() -> None:
    lender, money = FakeLender(), a_settled_credit()
    lender.hears(money)
    lender.assigns(money, "LOAN7")  # which does not exist
    assert lender.announced() == [*MOVED_IN, "payment.unmatched", "payment.unmatched"]


def test_our_bank_is_named_in_every_event() -> None:
    lender = FakeLender(the_rules(bank_id="northern"))
    lender.hears(a_settled_credit())
    assert {each.event.bank_id for each in lender.announcements()} == {"northern"}


def test_an_announcement_is_found_by_what_it_tells_of_and_its_history_says_what_brought_it_about() -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    lender.comes_to_rest()
    payment, (announcement,) = lender.disbursement(ORDER), lender.announcements()
    assert announcement in lender.journal.find(payment.id)
    begun, published = lender.journal.history(announcement.id)
    assert (begun.what, begun.cause) == ("begun", payment.id)
    assert (published.what, published.state) == ("EventPublished", AnnouncementState.PUBLISHED)


@pytest.mark.parametrize("bank_id", ["", "gh.29.uk"])
def test_what_another_bank_system_tells_is_announced_under_its_own_bank_or_ours(bank_id: str) -> None:
    lender = FakeLender()
    told = ForeignEvent(Trigger.UMM_RECEIVED, '{"event_id": "evt-1"}', {"ORIGINAL_ID": "evt-1"}, bank_id, "account")
    receipt = lender.hears(told)
    (announcement,) = lender.announcements()
    event = announcement.event
    assert (receipt.state, receipt.reason) == (ReceiptState.FINISHED, "announced: umm.received")
    assert event.id == event_id(Trigger.UMM_RECEIVED, receipt.id)
    assert (event.bank_id, event.account_id) == (bank_id or BANK_ID, "account")
    assert (event.payload, event.values) == (told.payload, told.values)
    assert event.occurred_at == lender.clock.now()


def test_what_is_not_understood_announces_nothing() -> None:
    lender = FakeLender()
    lender.hears(Unrecognised("unknown_type", "ClearBank sent the unknown type 'Surprise'"))
    lender.comes_to_rest()
    assert lender.announced() == []
