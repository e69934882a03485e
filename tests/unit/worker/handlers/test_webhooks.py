"""A stored receipt becomes what it means, or waits for a person; nothing is dropped."""

import pytest

from services.worker.handlers.receive_webhook import receive_webhook
from services.worker.handlers.sweep import BATCH, MOST_BATCHES, sweep
from shared.domain.meanings import Ignored, Unrecognised
from shared.domain.receipts import ReceiptState
from shared.domain.transitions import DisbursementState as State
from shared.messages import tasks
from shared.runtime.publisher import PublishError
from tests.builders import (
    a_disbursement_order,
    a_new_receipt,
    a_settled_credit,
    an_account_created,
    an_advisory,
    the_bank_holds,
    the_bank_rejects,
    the_bank_returns,
    the_bank_settles,
)
from tests.fakes.lender import FakeLender, a_lender_with

ORDER = a_disbursement_order()
SOMEBODY_ELSES = a_disbursement_order(transaction_key="somebody-elses")


def test_a_receipt_that_means_nothing_to_us_is_finished_with_the_reason() -> None:
    receipt = FakeLender().hears(Ignored("a test of the connection"))

    assert (receipt.state, receipt.reason) == (ReceiptState.FINISHED, "ignored: a test of the connection")


def test_a_receipt_that_is_not_understood_is_kept_parked_and_told() -> None:
    lender = FakeLender()
    receipt = lender.hears(Unrecognised("unknown_type", "ClearBank sent the unknown type 'Surprise'"))
    lender.comes_to_rest()

    assert receipt.state is ReceiptState.PARKED
    assert receipt.reason == "unknown_type: ClearBank sent the unknown type 'Surprise'"
    assert list(lender.sets.parked) == [f"receipt:{receipt.id}"]
    assert lender.told() == ["unknown_type"]


def test_what_is_understood_beside_something_strange_is_done_all_the_same() -> None:
    lender = a_lender_with(ORDER)
    receipt = lender.hears(Unrecognised("odd", "one of two failures names no payment"), ORDER)

    assert receipt.state is ReceiptState.PARKED
    assert lender.disbursement(ORDER).state is State.SUBMITTED


@pytest.mark.parametrize("word", [the_bank_holds, the_bank_rejects])
def test_words_about_payments_that_are_not_ours_are_ignored(word) -> None:
    receipt = FakeLender().hears(word(SOMEBODY_ELSES))

    assert receipt.state is ReceiptState.FINISHED
    assert receipt.reason == "ignored: no payment of ours has this end-to-end id"


def test_an_inbound_payment_that_the_bank_holds_is_told_and_nothing_is_posted() -> None:
    lender = FakeLender()
    lender.has_linked()
    receipt = lender.hears(an_advisory("inbound_held"))
    lender.comes_to_rest()

    assert (receipt.state, receipt.reason) == (ReceiptState.FINISHED, "told: the bank holds an inbound payment")
    assert lender.told() == ["inbound_held"]
    assert lender.core.received == []


def test_held_money_that_settles_later_is_posted_like_any_other() -> None:
    lender, money = FakeLender(), a_settled_credit()
    lender.has_linked()
    lender.hears(an_advisory("inbound_held"))
    lender.hears(money)

    assert lender.core.posted("LOAN1") == [("REPAYMENT", money.amount_pence)]


def test_a_report_about_an_account_that_nobody_asked_for_is_ignored() -> None:
    receipt = FakeLender().hears(an_account_created("somebody-elses"))

    assert (receipt.state, receipt.reason) == (
        ReceiptState.FINISHED,
        "ignored: no disbursement asked for this account",
    )


def test_a_receipt_tells_which_payment_it_moved() -> None:
    lender = a_lender_with(ORDER)
    receipt = lender.hears(ORDER)

    assert (receipt.state, receipt.reason) == (ReceiptState.FINISHED, lender.disbursement(ORDER).id)


def test_a_finished_receipt_is_not_interpreted_again() -> None:
    lender = a_lender_with(ORDER)
    receipt = lender.hears(ORDER)
    calls = len(lender.wire.calls)
    receive_webhook(receipt.id, lender.office)

    assert lender.wire.calls[calls:] == ["inbox.begin"]


def test_an_id_without_a_receipt_is_let_go() -> None:
    lender = FakeLender()
    receive_webhook("no-such-receipt", lender.office)

    assert lender.wire.calls == ["inbox.begin"]


def test_advancing_a_payment_that_does_not_exist_does_nothing() -> None:
    lender = FakeLender()
    lender.advances("disbursement:none")

    assert lender.wire.calls == ["journal.load"]


@pytest.mark.parametrize("last", [the_bank_rejects, the_bank_settles, the_bank_returns])
def test_a_repeat_of_the_banks_word_changes_nothing(last) -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    lender.hears(last())
    before = lender.disbursement(ORDER)
    lender.hears(last(), Ignored("so that it is another receipt"))

    assert lender.disbursement(ORDER) == before


@pytest.mark.parametrize("order_of_words", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_held_settled_and_returned_lead_to_one_end_in_any_order(order_of_words) -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    words = (the_bank_holds(), the_bank_settles(), the_bank_returns())
    for index in order_of_words:
        lender.hears(words[index])

    assert lender.disbursement(ORDER).state is State.RETURNED
    assert lender.core.reversals == [ORDER.transaction_key]


def test_a_sweep_enqueues_receipts_and_payments_for_their_own_tasks() -> None:
    lender = FakeLender()
    receipt_id = lender.stores(ORDER)
    lender.sets.due["repayment:1"] = 0
    enqueued = sweep(lender.outbox, lender.publisher, 30)

    assert enqueued == 2
    assert lender.publisher.enqueued == [
        (tasks.ADVANCE, "repayment:1"),
        (tasks.RECEIVE_WEBHOOK, receipt_id),
    ]


def test_what_was_swept_is_due_again_only_after_a_while() -> None:
    lender = FakeLender()
    lender.stores(ORDER)

    assert [sweep(lender.outbox, lender.publisher, 30) for _ in range(2)] == [1, 0]
    lender.clock.pass_time(seconds=30)
    assert sweep(lender.outbox, lender.publisher, 30) == 1


def test_one_sweep_takes_a_limited_number() -> None:
    lender = FakeLender()
    at_most = BATCH * MOST_BATCHES
    lender.publisher.most = at_most + 1
    lender.sets.due |= {f"repayment:{number}": 0 for number in range(at_most + 1)}

    assert sweep(lender.outbox, lender.publisher, 30) == at_most


def test_what_the_broker_does_not_take_is_due_again_later() -> None:
    lender = a_lender_with(ORDER)
    receipt_id = lender.stores(ORDER)
    lender.publisher.away = True
    with pytest.raises(PublishError):
        sweep(lender.outbox, lender.publisher, 30)
    lender.publisher.away = False
    lender.comes_to_rest()

    assert lender.receipt(receipt_id).state is ReceiptState.FINISHED


def test_a_conflicting_receipt_is_kept_beside_the_first_and_parked() -> None:
    lender = FakeLender()
    lender.inbox.accept([a_new_receipt(digest="a" * 64), a_new_receipt(digest="b" * 64)])

    states = {receipt.name: receipt.state for receipt in lender.inbox.receipts()}
    assert list(states.values()) == [ReceiptState.STORED, ReceiptState.PARKED]
