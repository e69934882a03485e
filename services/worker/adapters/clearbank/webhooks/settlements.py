"""TransactionSettled (ClearBank docs: transaction-settled-webhook-v6): money moved on one of our accounts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from services.worker.adapters.clearbank.webhooks.values import pence, timestamp
from shared.domain.meanings import Meaning, Unrecognised
from shared.domain.money import AmountError, pence_from_number
from shared.domain.settlement import Direction, Settlement
from shared.domain.webhook_envelope import field, is_return, text_field

_DIRECTIONS = {"credit": Direction.CREDIT, "debit": Direction.DEBIT}


def settled(payload: Any) -> Sequence[Meaning]:
    """In or out, paid or returned: whose money it was is decided where the payments are known."""
    direction = _DIRECTIONS.get(text_field(payload, "DebitCreditCode").casefold())
    transaction_id = text_field(payload, "TransactionId")
    if direction is None or not transaction_id:
        return [Unrecognised("settled_incomplete", "a settlement without TransactionId or DebitCreditCode")]
    if field(payload, "Amount") is None:
        return [Unrecognised("amount_missing", f"the settlement {transaction_id} has no amount")]
    try:
        amount_pence = pence(field(payload, "Amount"))
    except AmountError as error:
        return [Unrecognised("amount_invalid", f"the settlement {transaction_id}: {error}")]
    settlement = Settlement(
        transaction_id=transaction_id,
        direction=direction,
        amount_pence=amount_pence,
        # CurrencyCode is optional in the GBP types.
        currency=text_field(payload, "CurrencyCode") or "GBP",
        account_iban=text_field(payload, "Account", "IBAN"),
        end_to_end_id=text_field(payload, "EndToEndTransactionId"),
        scheme=text_field(payload, "Scheme"),
        is_return=is_return(payload),
        account_name=text_field(payload, "Account", "OwnerName"),
        counterpart_iban=text_field(payload, "CounterpartAccount", "IBAN"),
        # OwnerName may be the text "Not Provided"; this one is from the payment message.
        counterpart_name=text_field(payload, "CounterpartAccount", "TransactionOwnerName"),
        reference=text_field(payload, "Reference"),
        scheme_id=text_field(payload, "ActualEndToEndTransactionId"),
        bacs_transaction_id=text_field(payload, "BacsTransactionId"),
        returned_scheme_id=_supplementary(payload, "ReturnedPaymentFpId"),
        return_code=_supplementary(payload, "PaymentReturnCode"),
        balance_pence=_balance_pence(field(payload, "Account", "Balance")),
        created_at=timestamp(text_field(payload, "TimestampCreated")),
        settled_at=timestamp(text_field(payload, "TimestampSettled")),
    )
    return [settlement]


def _balance_pence(number: Any) -> int | None:
    """It may be below zero or absent, and only informs: one that cannot be read must not stop the money."""
    if not isinstance(number, Decimal | int) or isinstance(number, bool):
        return None
    try:
        return pence_from_number(number)
    except AmountError:
        return None


def _supplementary(payload: Any, name: str) -> str:
    """The first value under this name that says something; names may repeat."""
    rows = field(payload, "SupplementaryData")
    rows = rows if isinstance(rows, list) else []
    values = (text_field(row, "Value") for row in rows if text_field(row, "Name") == name)
    return next(filter(None, values), "")
