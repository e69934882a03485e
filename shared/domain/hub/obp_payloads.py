"""The bodies that Open Bank Project sends, field by field in its order (OBP-API v5.1.0, webhooks).

Amounts are texts of number, blank and currency; debits are negative.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shared.domain.hub.triggers import Trigger

_PLACES: Mapping[str, int] = {"CZK": 0, "JPY": 0, "KRW": 0, "KWD": 3, "OMR": 3}


def amount_text(amount_pence: int, currency: str = "GBP") -> str:
    """The amount without its currency, "50.00" or "-50.00"; pence are the smallest unit of any currency."""
    return f"{Decimal(amount_pence).scaleb(-_PLACES.get(currency, 2)):f}"


def account_payload(
    event_name: str,
    event_id: str,
    bank_id: str,
    account_id: str,
    amount_pence: int,
    balance_pence: int | None,
    currency: str = "GBP",
) -> str:
    """The body of OnBalanceChange, OnCreditTransaction and OnDebitTransaction.

    OBP always knows a balance; "" is our word for one that is not known, so that nobody takes it for nought.
    """
    return _text(
        event_name=event_name,
        event_id=event_id,
        bank_id=bank_id,
        account_id=account_id,
        amount=f"{amount_text(amount_pence, currency)} {currency}",
        balance="" if balance_pence is None else f"{amount_text(balance_pence, currency)} {currency}",
    )


def transaction_payload(event_id: str, bank_id: str, account_id: str, transaction_id: str) -> str:
    """The body of OnCreateTransaction. Account holders are not users here, so there are none to name."""
    return _text(
        event_name=Trigger.ON_CREATE_TRANSACTION,
        event_id=event_id,
        bank_id=bank_id,
        account_id=account_id,
        transaction_id=transaction_id,
        related_entities=[],
    )


def _text(**fields: Any) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
