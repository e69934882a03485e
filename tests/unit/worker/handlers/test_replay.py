"""A person has a receipt worked on again, or puts it aside."""

import pytest

from services.worker.handlers.operate import CannotBeDoneError
from services.worker.handlers.replay import dismiss, replay
from shared.domain.meanings import Ignored, Unrecognised
from shared.domain.receipts import Receipt, ReceiptState
from tests.builders import a_settled_credit
from tests.fakes.lender import FakeLender


def parked(lender: FakeLender) -> Receipt:
    receipt = lender.hears(Unrecognised("unknown_type", "a new kind"))
    assert receipt.state is ReceiptState.PARKED
    return receipt


def test_a_parked_receipt_is_worked_on_again_with_what_we_understand_by_now() -> None:
    lender = FakeLender()
    receipt = parked(lender)
    lender.interpreter.learn(receipt.body, [Ignored("we know it now")])
    replay(receipt.id, "Ada", lender.office, lender.publisher)
    lender.works_off_the_queue()
    again = lender.receipt(receipt.id)
    assert (again.state, again.reason) == (ReceiptState.FINISHED, "ignored: we know it now")


def test_a_finished_receipt_is_replayed_only_by_who_is_sure_and_moves_nothing_twice() -> None:
    lender = FakeLender()
    lender.has_linked()
    receipt = lender.hears(a_settled_credit())
    with pytest.raises(CannotBeDoneError, match="sure"):
        replay(receipt.id, "Ada", lender.office, lender.publisher)
    replay(receipt.id, "Ada", lender.office, lender.publisher, is_sure=True)
    lender.works_off_the_queue()
    assert len(lender.core.posted("LOAN1")) == 1
    assert lender.receipt(receipt.id).state is ReceiptState.FINISHED


def test_a_receipt_that_is_being_worked_on_is_left_alone() -> None:
    lender = FakeLender()
    receipt_id = lender.stores(Ignored("something"))
    with pytest.raises(CannotBeDoneError, match="about to be worked on"):
        replay(receipt_id, "Ada", lender.office, lender.publisher)


def test_a_dismissed_receipt_is_finished_with_who_and_why() -> None:
    lender = FakeLender()
    receipt = parked(lender)
    dismiss(receipt.id, "told the bank", "Ada", lender.office)
    after = lender.receipt(receipt.id)
    assert (after.state, after.reason) == (ReceiptState.FINISHED, "dismissed by Ada: told the bank")
    (entry,) = lender.inbox.history(receipt.id)
    assert (entry.what, entry.cause, entry.outcome) == ("dismissed", "operator Ada", "told the bank")


def test_what_is_finished_cannot_be_dismissed() -> None:
    lender = FakeLender()
    receipt = lender.hears(Ignored("nothing follows"))
    with pytest.raises(CannotBeDoneError, match="waits for nobody"):
        dismiss(receipt.id, "why not", "Ada", lender.office)


def test_a_receipt_that_does_not_exist_is_named() -> None:
    lender = FakeLender()
    with pytest.raises(CannotBeDoneError, match="no receipt"):
        replay("nothing", "Ada", lender.office, lender.publisher)
