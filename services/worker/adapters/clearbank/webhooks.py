"""What ClearBank's webhooks mean, in our words. Readers are tolerant: keys in any case, fields absent."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shared.domain.events import PaymentHeld, PaymentRejected, PaymentReturned, PaymentSettled
from shared.domain.meanings import BankReport, Ignored, Meaning, Unrecognised
from shared.domain.money import AmountError, pence_from_number
from shared.domain.repayment import MoneyReceived
from shared.domain.webhook_envelope import field, is_return, parse_envelope, text_field
from shared.domain.webhook_identity import FAILURE_LISTS


def interpret_clearbank(raw: bytes) -> Sequence[Meaning]:
    """One webhook may speak of several payments."""
    envelope = parse_envelope(raw)
    reader = _READERS.get(envelope.kind)
    if reader:
        return reader(envelope.payload)
    if meaning := _SHOWN_ONLY.get(envelope.kind):
        return [Ignored(meaning)]
    return [Unrecognised("unknown_type", f"ClearBank sent the unknown type {envelope.type[:60]!r}")]


def _settled(payload: Any) -> Sequence[Meaning]:
    direction = text_field(payload, "DebitCreditCode").casefold()
    came_back = is_return(payload)
    end_to_end_id, transaction_id = text_field(payload, "EndToEndTransactionId"), text_field(payload, "TransactionId")
    if direction not in ("debit", "credit") or not transaction_id:
        return [Unrecognised("settled_incomplete", "a settlement without TransactionId or DebitCreditCode")]
    if direction == "debit" and not came_back:
        event = PaymentSettled(transaction_id, timestamp(text_field(payload, "TimestampSettled")))
        return [BankReport(end_to_end_id, event)]
    if direction == "credit" and came_back:
        code = _supplementary(payload, "PaymentReturnCode") or "unknown"
        return [BankReport(end_to_end_id, PaymentReturned(transaction_id, code))]
    if direction == "debit":
        return [Ignored("an inbound payment went back to its sender")]
    return [_money_received(payload, transaction_id, end_to_end_id)]


def _money_received(payload: Any, transaction_id: str, end_to_end_id: str) -> Meaning:
    number = field(payload, "Amount")
    if not isinstance(number, Decimal | int) or isinstance(number, bool):
        return Unrecognised("amount_missing", "a settled credit without an amount")
    try:
        amount_pence = pence_from_number(number)
    except AmountError as error:
        return Unrecognised("amount_invalid", str(error))
    counterpart = field(payload, "CounterpartAccount")
    return MoneyReceived(
        transaction_id=transaction_id,
        end_to_end_id=end_to_end_id,
        amount_pence=amount_pence,
        # CurrencyCode is optional in the GBP types.
        currency=text_field(payload, "CurrencyCode") or "GBP",
        scheme=text_field(payload, "Scheme"),
        account_iban=text_field(payload, "Account", "IBAN"),
        account_name=text_field(payload, "Account", "OwnerName"),
        payer_iban=text_field(counterpart, "IBAN"),
        # OwnerName may be the text "Not Provided"; this one is from the payment message.
        payer_name=text_field(counterpart, "TransactionOwnerName"),
        reference=text_field(payload, "Reference"),
        settled_at=timestamp(text_field(payload, "TimestampSettled")),
    )


def _rejected(payload: Any) -> Sequence[Meaning]:
    if text_field(payload, "DebitCreditCode").casefold() == "credit":
        return [Ignored("an inbound payment was rejected before it reached us")]
    code = text_field(payload, "CancellationCode") or "unknown"
    reason = text_field(payload, "CancellationReason") or "the bank gave no reason"
    return [BankReport(text_field(payload, "EndToEndTransactionId"), PaymentRejected(code, reason))]


def _held(payload: Any) -> Sequence[Meaning]:
    return [BankReport(text_field(payload, "EndToEndTransactionId"), PaymentHeld())]


def _message_failed(code: str) -> Callable[[Any], Sequence[Meaning]]:
    def read(payload: Any) -> Sequence[Meaning]:
        failures = next((found for name in FAILURE_LISTS if isinstance(found := field(payload, name), list)), [])
        if not failures:
            return [Unrecognised(f"{code}_incomplete", "a failed payment message that names no payment")]
        return [
            BankReport(text_field(failure, "EndToEndId"), PaymentRejected(code, _reasons(failure)))
            for failure in failures
        ]

    return read


def _reasons(failure: Any) -> str:
    reasons = field(failure, "Reasons")
    return "; ".join(map(str, reasons)) if isinstance(reasons, list) and reasons else "the bank gave no reason"


def _supplementary(payload: Any, name: str) -> str:
    rows = field(payload, "SupplementaryData")
    for row in rows if isinstance(rows, list) else []:
        if text_field(row, "Name") == name:
            return text_field(row, "Value")
    return ""


def timestamp(text: str) -> datetime | None:
    """ClearBank's time in UTC, with 0 to 7 digits of a second; no zone means UTC. None when it cannot be read: that
    must not stop the money."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


_READERS: dict[str, Callable[[Any], Sequence[Meaning]]] = {
    "TransactionSettled": _settled,
    "TransactionRejected": _rejected,
    "OutboundHeldTransaction": _held,
    "PaymentMessageAssessmentFailed": _message_failed("assessment_failed"),
    "PaymentMessageValidationFailed": _message_failed("validation_failed"),
}

# Stored, answered and shown: nothing follows from these by themselves.
_SHOWN_ONLY: dict[str, str] = {
    "FITestEvent": "a test of the connection",
    "Statements.ReadyForDownload": "a statement can be fetched",
    "AccountCreated": "a real account was opened",
    "InboundHeldTransaction": "the bank looks at money on its way in; it settles later or goes back",
    "VirtualAccountCreated": "a virtual account was created",
    "VirtualAccountCreationFailed": "a virtual account could not be created",
    "BacsDirectCreditInboundPaymentCreated": "a Bacs credit is announced; it counts when it settles",
    "BacsDirectCreditInboundPaymentHeld": "the bank looks at a Bacs credit",
    "BacsDirectCreditRecalled": "an announced Bacs credit was withdrawn before it settled",
    "BacsDirectCreditReturnCreated": "a Bacs credit goes back to its payer",
    "BacsDirectDebitInboundPaymentCreated": "a Direct Debit on our account is announced",
    "BacsDirectDebitReturnCreated": "a Direct Debit on our account goes back",
    "BacsDirectDebitIndemnityClaimReceived": "a payer claims a Direct Debit back",
    "BacsUnappliedCreditReceived": "a credit came back through Bacs; it counts when it settles",
    "BacsUnpaidDirectDebitReceived": "a Direct Debit we collect was not paid",
    "BacsDebitContraReceived": "the bulk credit of our Direct Debits is announced",
    "BacsCreditContraReceived": "the bulk debit of our Bacs credits is announced",
    "BacsCreditPaymentNotSettled": "a Bacs credit did not settle",
    "BacsDebitPaymentNotSettled": "a Bacs debit did not settle",
    "BacsMandateInitiated": "a Direct Debit mandate was set up",
    "BacsMandateInitiationFailed": "a Direct Debit mandate could not be set up",
    "BacsMandateCancelled": "a Direct Debit mandate was cancelled",
    "BacsMandateCancellationFailed": "a Direct Debit mandate was cancelled already",
    "BacsMandateMigrated": "a Direct Debit mandate went over to AUDDIS",
    "BacsMandateReturned": "a Direct Debit mandate was returned",
    "BacsMandateReturnFailed": "the return of a Direct Debit mandate failed",
}
