"""What ClearBank's webhooks mean, in our words. Readers are tolerant: keys in any case, fields absent."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.worker.adapters.clearbank.webhooks import account_reports, bacs, payment_reports
from services.worker.adapters.clearbank.webhooks.settlements import settled
from shared.domain.meanings import Ignored, Meaning, Unrecognised
from shared.domain.webhook_envelope import parse_envelope


def interpret_clearbank(raw: bytes) -> Sequence[Meaning]:
    """One webhook may speak of several payments."""
    envelope = parse_envelope(raw)
    if reader := _READERS.get(envelope.kind):
        return reader(envelope.content)
    if meaning := _SHOWN_ONLY.get(envelope.kind):
        return [Ignored(meaning)]
    return [Unrecognised("unknown_type", f"ClearBank sent the unknown type {envelope.type[:60]!r}")]


_READERS: Mapping[str, Callable[[Any], Sequence[Meaning]]] = {
    "TransactionSettled": settled,
    **payment_reports.READERS,
    **account_reports.READERS,
    **bacs.READERS,
}

# Stored, answered and shown: nothing follows from these by themselves.
_SHOWN_ONLY: Mapping[str, str] = {
    "FITestEvent": "a test of the connection",
    "Statements.ReadyForDownload": "a statement can be fetched",
    "AccountCreated": "a real account was opened",
    "BacsDirectCreditInboundPaymentCreated": "a Bacs credit is announced; it counts when it settles",
    "BacsDirectCreditInboundPaymentHeld": "the bank looks at a Bacs credit",
    "BacsDirectDebitInboundPaymentCreated": "a Direct Debit on our account is announced",
    "BacsDebitContraReceived": "the bulk credit of our Direct Debits is announced",
    "BacsCreditContraReceived": "the bulk debit of our Bacs credits is announced",
    "BacsMandateInitiated": "a Direct Debit mandate was set up",
    "BacsMandateInitiationFailed": "a Direct Debit mandate could not be set up",
    "BacsMandateCancelled": "a Direct Debit mandate was cancelled",
    "BacsMandateCancellationFailed": "a Direct Debit mandate was cancelled already",
    "BacsMandateMigrated": "a Direct Debit mandate went over to AUDDIS",
    "BacsMandateReturned": "a Direct Debit mandate was returned",
    "BacsMandateReturnFailed": "the return of a Direct Debit mandate failed",
}
