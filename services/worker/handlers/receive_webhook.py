"""A stored receipt becomes what it means: a new flow, a move of one, or a note that nothing follows."""

import structlog

from services.worker.handlers.begin import begin
from services.worker.handlers.office import Office
from services.worker.handlers.reports import take_account_report, take_payment_report
from services.worker.handlers.results import Result, Waiting
from services.worker.handlers.settlements import take_bacs_reversal, take_settlement
from shared.domain.closure import Closure, LoanClosed
from shared.domain.corruption import CorruptRecordError
from shared.domain.disbursement import Disbursement, DisbursementOrder
from shared.domain.hub.foreign_events import foreign_event
from shared.domain.meanings import (
    AccountReport,
    Advisory,
    BacsReversal,
    ForeignEvent,
    Ignored,
    Meaning,
    PaymentReport,
    Unrecognised,
)
from shared.domain.problems import notice_of_advisory, notice_of_receipt
from shared.domain.receipts import Receipt, ReceiptState
from shared.domain.settlement import Settlement

_log = structlog.get_logger()

_SOONEST_SECONDS, _LATEST_SECONDS = 5.0, 900.0


def receive_webhook(receipt_id: str, office: Office) -> None:
    """Interpret the receipt and do what follows. Safe to run again at any point: each step finds itself done."""
    try:
        receipt = office.inbox.begin(receipt_id)
    except CorruptRecordError as error:
        office.inbox.quarantine(receipt_id, str(error))
        return
    if receipt is None or receipt.state is not ReceiptState.STORED:
        return
    if receipt.attempts > office.rules.receipt_attempts:
        _park(receipt, "too_many_attempts", f"begun {receipt.attempts - 1} times and never finished", office)
        return
    try:
        results = [_take_in(meaning, receipt, office) for meaning in office.interpreter.interpret(receipt)]
    except CorruptRecordError as error:  # of the flow that the webhook is about
        _park(receipt, "corrupt_record", str(error), office)
        return
    if unrecognised := next((result for result in results if isinstance(result, Unrecognised)), None):
        _park(receipt, unrecognised.code, unrecognised.reason, office)
    elif waiting := next((result for result in results if isinstance(result, Waiting)), None):
        _wait(receipt, waiting, office)
    else:
        office.inbox.finish(receipt_id, "; ".join(str(result) for result in results))


def _take_in(meaning: Meaning, receipt: Receipt, office: Office) -> Result:
    cause = f"webhook {receipt.name}"
    match meaning:
        case Unrecognised():
            return meaning
        case Ignored():
            return f"ignored: {meaning.reason}"
        case DisbursementOrder():
            return begin(Disbursement.ordered(meaning), cause, office)
        case LoanClosed():
            return begin(Closure.told(meaning, receipt.id), cause, office)
        case Settlement():
            return take_settlement(meaning, cause, office)
        case PaymentReport():
            return take_payment_report(meaning, cause, office)
        case AccountReport():
            return take_account_report(meaning, cause, office)
        case BacsReversal():
            return take_bacs_reversal(meaning, cause, office)
        case Advisory():
            office.tell(notice_of_advisory(meaning, receipt.name), cause)
            return f"told: {meaning.what}"
        case ForeignEvent():
            event = foreign_event(meaning, receipt, office.rules.bank_id)
            office.announce([event], receipt.name, cause)
            return f"announced: {event.trigger}"


def _wait(receipt: Receipt, waiting: Waiting, office: Office) -> None:
    """Again after as long as it has waited already: what it speaks of mostly comes soon, or hours later."""
    age_seconds = office.clock.now().timestamp() - receipt.received_at_ms / 1000
    if age_seconds < office.rules.patience_seconds:
        delay_seconds = min(max(age_seconds, _SOONEST_SECONDS), _LATEST_SECONDS)
        office.inbox.postpone(receipt.id, f"waits: {waiting.reason}", delay_seconds)
    elif isinstance(waiting.at_last, Unrecognised):
        _park(receipt, waiting.at_last.code, waiting.at_last.reason, office)
    else:
        office.inbox.finish(receipt.id, waiting.at_last)


def _park(receipt: Receipt, code: str, reason: str, office: Office) -> None:
    _log.error("receipt parked", receipt=receipt.name, reason=code, why=reason)
    office.tell(notice_of_receipt(receipt.name, code, reason), f"webhook {receipt.name}")
    office.inbox.park(receipt.id, f"{code}: {reason}")
