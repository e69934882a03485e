"""A stored receipt becomes what it means: a new payment, a move of one, or a note that nothing follows."""

import structlog

from services.worker.handlers.advance_payment import advance_payment
from services.worker.handlers.office import Office
from shared.domain.disbursement import Disbursement, DisbursementOrder, disbursement_id
from shared.domain.events import PaymentSettled
from shared.domain.meanings import BankReport, Ignored, Meaning, Unrecognised
from shared.domain.payments import Payment
from shared.domain.receipts import Receipt, ReceiptState
from shared.domain.repayment import MoneyReceived, Repayment
from shared.domain.transitions import contradicts

_log = structlog.get_logger()


def receive_webhook(receipt_id: str, office: Office) -> None:
    """Interpret the receipt and do what follows. Safe to run again at any point: each step finds itself done."""
    receipt = office.inbox.begin(receipt_id)
    if receipt is None or receipt.state is not ReceiptState.STORED:
        return
    if receipt.attempts > office.rules.receipt_attempts:
        _park(receipt, "too_many_attempts", f"begun {receipt.attempts - 1} times and never finished", office)
        return
    results = [_take_in(meaning, receipt, office) for meaning in office.interpreter.interpret(receipt)]
    unrecognised = next((result for result in results if isinstance(result, Unrecognised)), None)
    if unrecognised:
        _park(receipt, unrecognised.code, unrecognised.reason, office)
        return
    office.inbox.finish(receipt_id, "; ".join(str(result) for result in results))


def _take_in(meaning: Meaning, receipt: Receipt, office: Office) -> str | Unrecognised:
    """What became of one meaning: a short text for the receipt, or that a person must look."""
    match meaning:
        case Unrecognised():
            return meaning
        case Ignored():
            return f"ignored: {meaning.reason}"
        case DisbursementOrder():
            return _begin(Disbursement.ordered(meaning), receipt, office)
        case MoneyReceived():
            return _begin(Repayment.received(meaning), receipt, office)
        case BankReport():
            return _report(meaning, receipt, office)


def _begin(payment: Payment, receipt: Receipt, office: Office) -> str:
    if office.journal.load(payment.id) is None:
        # When another worker stores it first, the payment is the same: the id is made from the receipt's own keys.
        office.move(payment, "received", f"webhook {receipt.name}", office.clock.now())
    advance_payment(payment.id, office)
    return payment.id


def _report(report: BankReport, receipt: Receipt, office: Office) -> str | Unrecognised:
    payment_id = disbursement_id(report.end_to_end_id)
    payment = office.apply(payment_id, report.event, f"webhook {receipt.name}")
    if payment is None:
        if isinstance(report.event, PaymentSettled):
            reason = "money left the account by a payment that is not ours"
            return Unrecognised("payment_not_ours", reason)
        return "ignored: no payment of ours has this end-to-end id"
    if contradicts(payment.state, report.event):
        reason = f"{type(report.event).__name__} came for {payment_id}, which is {payment.state}"
        return Unrecognised("contradiction", reason)
    advance_payment(payment_id, office)
    return payment_id


def _park(receipt: Receipt, code: str, reason: str, office: Office) -> None:
    _log.error("receipt parked", receipt=receipt.name, reason=code, why=reason)
    office.inbox.park(receipt.id, f"{code}: {reason}")
