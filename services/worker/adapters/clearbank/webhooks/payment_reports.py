"""What the bank says of payments whose money has not moved: held, rejected, or failed after they were taken.

ClearBank docs: transaction-rejected-v2, outbound- and inbound-held-transaction-v1, payment-message-...-failed-v1.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.worker.adapters.clearbank.webhooks.values import pence_if_readable
from shared.domain.events import PaymentHeld, PaymentRejected
from shared.domain.meanings import Advisory, Ignored, Meaning, PaymentReport, Unrecognised
from shared.domain.webhook_envelope import field, is_return, text_field
from shared.domain.webhook_identity import FAILURE_LISTS


def _rejected(payload: Any) -> Sequence[Meaning]:
    code = text_field(payload, "CancellationCode") or "unknown"
    reason = text_field(payload, "CancellationReason") or "the bank gave no reason"
    if text_field(payload, "DebitCreditCode").casefold() == "credit":
        return [Ignored("an inbound payment was rejected before it reached us")]
    if is_return(payload):
        return [_return_rejected(payload, f"{code}: {reason}")]
    return [_report(text_field(payload, "EndToEndTransactionId"), PaymentRejected(code, reason))]


def _return_rejected(payload: Any, reason: str) -> Advisory:
    return Advisory(
        "return_rejected",
        "money that was on its way back to its sender did not leave",
        reason,
        "find the credit by its account and amount, and return it anew or assign it to a loan",
        text_field(payload, "Account", "IBAN"),
        pence_if_readable(field(payload, "Amount")),
    )


def _held(payload: Any) -> Sequence[Meaning]:
    return [_report(text_field(payload, "EndToEndTransactionId"), PaymentHeld())]


def _inbound_held(payload: Any) -> Sequence[Meaning]:
    reference = text_field(payload, "PaymentReference")
    advisory = Advisory(
        "inbound_held",
        "the bank holds money on its way in" + (f" (reference {reference})" if reference else ""),
        "it lies in the bank's suspense account while the bank looks at it",
        "wait: it is posted when it settles; should it go back to its sender, the bank promises no word of that",
        text_field(payload, "Account", "IBAN"),
        pence_if_readable(field(payload, "TransactionAmount")),
    )
    return [advisory]


def _message_failed(code: str) -> Callable[[Any], Sequence[Meaning]]:
    def read(payload: Any) -> Sequence[Meaning]:
        failures = next((found for name in FAILURE_LISTS if isinstance(found := field(payload, name), list)), [])
        if not failures:
            return [Unrecognised(f"{code}_incomplete", "a failed payment message that names no payment")]
        return [
            _report(text_field(failure, "EndToEndId"), PaymentRejected(code, _reasons(failure))) for failure in failures
        ]

    return read


def _reasons(failure: Any) -> str:
    reasons = field(failure, "Reasons")
    return "; ".join(map(str, reasons)) if isinstance(reasons, list) and reasons else "the bank gave no reason"


def _report(end_to_end_id: str, event: PaymentHeld | PaymentRejected) -> Meaning:
    if not end_to_end_id:
        return Unrecognised(
            "end_to_end_id_missing", f"{type(event).__name__} without the id of the payment it is about"
        )
    return PaymentReport(end_to_end_id, event)


READERS: Mapping[str, Callable[[Any], Sequence[Meaning]]] = {
    "TransactionRejected": _rejected,
    "OutboundHeldTransaction": _held,
    "InboundHeldTransaction": _inbound_held,
    "PaymentMessageAssessmentFailed": _message_failed("assessment_failed"),
    "PaymentMessageValidationFailed": _message_failed("validation_failed"),
}
