"""A round in which everything went well, as records: one story of each end."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from deploy.local.faults.played import Ending
from deploy.local.faults.records import (
    BankOrder,
    BankPayment,
    CoreTransaction,
    Records,
    SentWebhook,
    SinkArrival,
    StoredDelivery,
    StoredEvent,
    StoredFlow,
    StoredReceipt,
    Subscriber,
)

IBAN, OPERATING_IBAN = "GB33BUKB20201555555555", "GB95CLRB04190000001114"
PAID, REJECTED, RETURNED = "paid0001", "rejected0001", "returned0001"
REPAID = "11111111-1111-4111-8111-111111111111"
UNMATCHED = "22222222-2222-4222-8222-222222222222"
SENT_BACK = "33333333-3333-4333-8333-333333333333"
PORTAL = "44444444-4444-4444-8444-444444444444"
REPAYMENT, REPAYMENT_SENT_BACK = f"repayment:{REPAID}:{IBAN}", f"repayment:{SENT_BACK}:{IBAN}"
REPAYMENT_UNMATCHED = f"repayment:{UNMATCHED}:{OPERATING_IBAN}"
BANK_DISBURSEMENT = f"bank-disbursement:{PORTAL}:{IBAN}"

BANK = "sandbox"
HEALTHY = Subscriber("s1", "healthy", "OnCreateTransaction", bank_id=BANK)
FLAPPING = Subscriber("s2", "flapping", "payment.settled")
GONE = Subscriber("s3", "gone", "OnCreditTransaction", takes=False, bank_id=BANK, account_id=OPERATING_IBAN)

T = TypeVar("T")

ENDINGS = (
    Ending("story1", "paid-fps", f"disbursement:{PAID}", "settled"),
    Ending("story2", "rejected", f"disbursement:{REJECTED}", "reversed"),
    Ending("story3", "paid-then-returned", f"disbursement:{RETURNED}", "returned"),
    Ending("story4", "repaid-fps", REPAYMENT, "posted"),
    Ending("story5", "unmatched", REPAYMENT_UNMATCHED, "unmatched"),
    Ending("story6", "repaid-then-returned", REPAYMENT_SENT_BACK, "returned"),
    Ending("story7", "paid-in-the-portal", BANK_DISBURSEMENT, "posted"),
)


PAYMENTS = (
    BankPayment("p1", PAID, "debit", 150_00, "settled", IBAN),
    BankPayment("p2", REJECTED, "debit", 150_00, "rejected", IBAN),
    BankPayment("p3", RETURNED, "debit", 150_00, "settled", IBAN),
    BankPayment("p4", RETURNED, "credit", 150_00, "settled", IBAN, is_return=True),
    BankPayment(REPAID, "e4", "credit", 150_00, "settled", IBAN),
    BankPayment(UNMATCHED, "e5", "credit", 150_00, "settled", OPERATING_IBAN),
    BankPayment(SENT_BACK, "e6", "credit", 150_00, "settled", IBAN),
    BankPayment("p7", "e6", "debit", 150_00, "settled", IBAN, is_return=True),
    BankPayment(PORTAL, "e8", "debit", 150_00, "settled", IBAN),
)


def a_good_round() -> Records:
    events = [*events_of_the_bank(), *events_of_the_flows()]
    taken = [
        *(a_delivery(event, HEALTHY) for event in events if event.trigger == HEALTHY.trigger),
        *(
            a_delivery(event, FLAPPING, attempts=3, statuses=(503, None, 200))
            for event in events
            if event.trigger == FLAPPING.trigger
        ),
    ]
    refused = [
        a_delivery(event, GONE, state="FAILED", statuses=(410,), reason="INVALID_HTTP_RESPONSE")
        for event in events
        if event.trigger == GONE.trigger and event.account_id == OPERATING_IBAN
    ]
    return Records(
        bank_payments=PAYMENTS,
        bank_orders=[
            BankOrder(PAID, "r1"),
            BankOrder(PAID, "r1"),
            BankOrder(REJECTED, "r2"),
            BankOrder(RETURNED, "r3"),
        ],
        core_transactions=[
            an_order(PAID, status="Settled"),
            an_order(REJECTED, status="Rejected", is_adjusted=True),
            an_adjustment("a2", REJECTED),
            an_order(RETURNED, status="Settled", is_adjusted=True),
            an_adjustment("a3", RETURNED),
            a_booking("b4", REPAID),
            a_booking("b6", SENT_BACK, is_adjusted=True),
            an_adjustment("a6", "b6", channel="CB_Loan_Repayment_FPS"),
            a_booking("b7", "D-" + PORTAL.replace("-", ""), kind="DISBURSEMENT"),
        ],
        webhooks=[a_webhook("w1", statuses=(None, 503, 200, 200)), a_webhook("w2", sender="core")],
        receipts=[a_receipt("w1"), a_receipt("w2")],
        flows=[
            *(StoredFlow(ending.flow_id, ending.state) for ending in ENDINGS),
            StoredFlow(f"notification:disbursement:{REJECTED}:rejected:AC03", "sent"),
            *(StoredFlow(f"event:{event.id}", "published") for event in events),
        ],
        events=events,
        subscribers=(HEALTHY, FLAPPING, GONE),
        deliveries=[*taken, *refused],
        arrivals=[an_arrival(delivery) for delivery in (*taken, *refused)],
    )


def events_of_the_bank() -> list[StoredEvent]:
    """Three of each that moved."""
    moved = {"debit": "OnDebitTransaction", "credit": "OnCreditTransaction"}
    return [
        an_event(trigger, payment.transaction_id, payment.account_iban)
        for payment in PAYMENTS
        if payment.status == "settled"
        for trigger in ("OnBalanceChange", moved[payment.direction], "OnCreateTransaction")
    ]


def events_of_the_flows() -> list[StoredEvent]:
    told = {
        f"disbursement:{PAID}": ("payment.submitted", "payment.settled"),
        f"disbursement:{REJECTED}": ("payment.submitted", "payment.rejected"),
        f"disbursement:{RETURNED}": ("payment.submitted", "payment.settled", "payment.returned"),
        REPAYMENT: ("repayment.posted", "OnCreateTransaction"),
        REPAYMENT_UNMATCHED: ("payment.unmatched",),
        REPAYMENT_SENT_BACK: ("repayment.posted", "payment.returned", "repayment.adjusted"),
        BANK_DISBURSEMENT: (),
    }
    return [an_event(trigger, flow_id, "") for flow_id, triggers in told.items() for trigger in triggers]


def an_event(trigger: str, about: str, account_id: str = "") -> StoredEvent:
    return StoredEvent(f"{trigger} {about}", trigger, BANK, account_id, about)


def a_delivery(event: StoredEvent, subscriber: Subscriber, **changed: object) -> StoredDelivery:
    """Sent at the first attempt."""
    pair = f"{event.id} {subscriber.id}"
    delivery = StoredDelivery(pair, event.id, subscriber.id, "SENT", f"key of {pair}", f"body of {event.id}", 1, (200,))
    return replace(delivery, **changed)  # type: ignore[arg-type]


def an_arrival(delivery: StoredDelivery, **changed: object) -> SinkArrival:
    sink = next(each.sink for each in (HEALTHY, FLAPPING, GONE) if each.id == delivery.subscription_id)
    return replace(SinkArrival(sink, delivery.event_id, delivery.key, delivery.body), **changed)  # type: ignore[arg-type]


def a_payment(transaction_id: str, end_to_end_id: str, **changed: object) -> BankPayment:
    payment = BankPayment(transaction_id, end_to_end_id, "debit", 150_00, "settled", IBAN)
    return replace(payment, **changed)  # type: ignore[arg-type]


def an_order(key: str, **changed: object) -> CoreTransaction:
    order = CoreTransaction(key, "DISBURSEMENT", 150_00, "LN1", channel="MBU_Loan_Disbursement_FPS")
    return replace(order, **changed)  # type: ignore[arg-type]


def a_booking(key: str, external_id: str, **changed: object) -> CoreTransaction:
    booking = CoreTransaction(key, "REPAYMENT", 150_00, "LN2", external_id, "CB_Loan_Repayment_FPS", "Settled")
    return replace(booking, **changed)  # type: ignore[arg-type]


def an_adjustment(key: str, original_key: str, channel: str = "MBU_Loan_Disbursement_FPS") -> CoreTransaction:
    return CoreTransaction(key, "ADJUSTMENT", 150_00, "LN1", channel=channel, original_key=original_key)


def a_webhook(id_: str, **changed: object) -> SentWebhook:
    return replace(SentWebhook(id_, "bank", "TransactionSettled", f"body of {id_}", (200,)), **changed)  # type: ignore[arg-type]


def a_receipt(webhook_id: str, **changed: object) -> StoredReceipt:
    receipt = StoredReceipt(f"receipt-{webhook_id}", f"name-{webhook_id}", f"body of {webhook_id}", "finished")
    return replace(receipt, **changed)  # type: ignore[arg-type]


def without(rows: Sequence[T], is_out: Callable[[T], bool]) -> list[T]:
    """The rows but for one that must be there."""
    left = [row for row in rows if not is_out(row)]
    assert len(left) == len(rows) - 1
    return left


def changed(rows: Sequence[T], is_meant: Callable[[T], bool], **fields: object) -> list[T]:
    """The rows with one that must be there changed."""
    assert sum(map(is_meant, rows)) == 1
    return [replace(row, **fields) if is_meant(row) else row for row in rows]  # type: ignore[type-var]
