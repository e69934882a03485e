"""The judgement finds each kind of loss, doubling and riddle, and nothing in a round that went well."""

from dataclasses import replace

import pytest

from deploy.local.faults.findings import Wrong
from deploy.local.faults.records import BankOrder, Records, StoredFlow
from deploy.local.faults.verdict import judge
from tests.unit.faults.books import (
    BANK_DISBURSEMENT,
    ENDINGS,
    PAID,
    PORTAL,
    REJECTED,
    REPAID,
    REPAYMENT,
    REPAYMENT_SENT_BACK,
    RETURNED,
    UNMATCHED,
    a_booking,
    a_good_round,
    a_payment,
    a_receipt,
    a_webhook,
    an_adjustment,
    changed,
    without,
)

GOOD = a_good_round()


def found(records: Records) -> set[Wrong]:
    return {finding.wrong for finding in judge(records, ENDINGS)}


def test_a_round_that_went_well_has_no_findings() -> None:
    assert judge(GOOD, ENDINGS) == []


LOST = {
    "a webhook answered 200 without a receipt": replace(
        GOOD, receipts=without(GOOD.receipts, lambda receipt: receipt.id == "receipt-w1")
    ),
    "a receipt that holds other bytes": replace(
        GOOD, receipts=changed(GOOD.receipts, lambda receipt: receipt.id == "receipt-w1", body="other bytes")
    ),
    "a receipt that nobody finished": replace(
        GOOD, receipts=changed(GOOD.receipts, lambda receipt: receipt.id == "receipt-w1", state="stored")
    ),
    "money that came in without a flow": replace(GOOD, flows=without(GOOD.flows, lambda flow: flow.id == REPAYMENT)),
    "a repayment called posted that the core does not have": replace(
        GOOD, core_transactions=without(GOOD.core_transactions, lambda each: each.key == "b4")
    ),
    "a disbursement begun at the bank that the core does not have": replace(
        GOOD, core_transactions=without(GOOD.core_transactions, lambda each: each.key == "b7")
    ),
    "money that went back and stands in the core": replace(
        GOOD,
        core_transactions=changed(GOOD.core_transactions, lambda each: each.key == "b6", is_adjusted=False),
        flows=changed(GOOD.flows, lambda flow: flow.id == REPAYMENT_SENT_BACK, state="posted"),
    ),
    "an order neither paid nor taken back": replace(
        GOOD, bank_payments=without(GOOD.bank_payments, lambda payment: payment.transaction_id == "p1")
    ),
    "a rejected order that stands in the core": replace(
        GOOD, core_transactions=changed(GOOD.core_transactions, lambda each: each.key == REJECTED, is_adjusted=False)
    ),
    "a returned payment that stands in the core": replace(
        GOOD, core_transactions=changed(GOOD.core_transactions, lambda each: each.key == RETURNED, is_adjusted=False)
    ),
    "a paid order whose status the core was never told": replace(
        GOOD, core_transactions=changed(GOOD.core_transactions, lambda each: each.key == PAID, status="")
    ),
    "an order without a flow": replace(GOOD, flows=without(GOOD.flows, lambda flow: flow.id == f"disbursement:{PAID}")),
}


@pytest.mark.parametrize("records", LOST.values(), ids=LOST)
def test_it_calls_lost(records: Records) -> None:
    assert Wrong.LOST in found(records)


DUPLICATED = {
    "two debits under one end-to-end id": replace(GOOD, bank_payments=[*GOOD.bank_payments, a_payment("p1b", PAID)]),
    "one order sent under two request ids": replace(GOOD, bank_orders=[*GOOD.bank_orders, BankOrder(PAID, "r1b")]),
    "one credit booked twice": replace(GOOD, core_transactions=[*GOOD.core_transactions, a_booking("b4b", REPAID)]),
    "one debit booked under two spellings of its id": replace(
        GOOD, core_transactions=[*GOOD.core_transactions, a_booking("b7b", PORTAL.upper())]
    ),
    "one order taken back twice": replace(
        GOOD, core_transactions=[*GOOD.core_transactions, an_adjustment("a2b", REJECTED)]
    ),
}


@pytest.mark.parametrize("records", DUPLICATED.values(), ids=DUPLICATED)
def test_it_calls_duplicated(records: Records) -> None:
    assert Wrong.DUPLICATED in found(records)


UNEXPLAINED = {
    "a webhook that was never taken": replace(GOOD, webhooks=[*GOOD.webhooks, a_webhook("w3", statuses=(503, None))]),
    "a 200 with a wrong signature": replace(
        GOOD, webhooks=changed(GOOD.webhooks, lambda webhook: webhook.id == "w1", wrong_answers=1)
    ),
    "a parked receipt": replace(GOOD, receipts=[*GOOD.receipts, a_receipt("w3", state="parked", reason="conflict")]),
    "a parked flow": replace(
        GOOD, flows=changed(GOOD.flows, lambda flow: flow.id == REPAYMENT, parked="gave_up: no answer")
    ),
    "a flow in another state than its story implies": replace(
        GOOD, flows=changed(GOOD.flows, lambda flow: flow.id == f"disbursement:{PAID}", state="submitted")
    ),
    "a flow that still has work": replace(
        GOOD, flows=changed(GOOD.flows, lambda flow: flow.id == BANK_DISBURSEMENT, next_step="post-disbursement")
    ),
    "a flow of no story": replace(GOOD, flows=[*GOOD.flows, StoredFlow("repayment:x:y", "received")]),
    "people who were not told": replace(
        GOOD, flows=changed(GOOD.flows, lambda flow: flow.id.startswith("notification:"), state="received")
    ),
    "a payment that was made and taken back": replace(
        GOOD, core_transactions=changed(GOOD.core_transactions, lambda each: each.key == PAID, is_adjusted=True)
    ),
    "unmatched money that is booked": replace(
        GOOD, core_transactions=[*GOOD.core_transactions, a_booking("b5", UNMATCHED)]
    ),
    "another amount booked than moved": replace(
        GOOD, core_transactions=changed(GOOD.core_transactions, lambda each: each.key == "b4", amount_pence=1)
    ),
    "another amount paid than ordered": replace(
        GOOD, core_transactions=changed(GOOD.core_transactions, lambda each: each.key == PAID, amount_pence=1)
    ),
    "a booking for money that never moved": replace(
        GOOD, core_transactions=[*GOOD.core_transactions, a_booking("b9", "never-moved")]
    ),
    "money still undecided at the bank": replace(
        GOOD, bank_payments=[*GOOD.bank_payments, a_payment("p9", "e9", direction="credit", status="held")]
    ),
}


@pytest.mark.parametrize("records", UNEXPLAINED.values(), ids=UNEXPLAINED)
def test_it_calls_unexplained(records: Records) -> None:
    assert found(records) == {Wrong.UNEXPLAINED}


def test_an_order_left_to_a_person_is_not_lost_but_must_be_explained() -> None:
    left = changed(GOOD.flows, lambda flow: flow.id == f"disbursement:{PAID}", state="routed", parked="confirm: other")
    unpaid = without(GOOD.bank_payments, lambda payment: payment.transaction_id == "p1")
    assert found(replace(GOOD, flows=left, bank_payments=unpaid)) == {Wrong.UNEXPLAINED}
