"""Times and amounts as ClearBank's webhooks write them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shared.domain.money import AmountError, pence_from_number


def timestamp(text: str) -> datetime | None:
    """ClearBank's time in UTC, with 0 to 7 digits of a second; no zone means UTC. None when it cannot be read: that
    must not stop the money."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def pence(number: Any) -> int:
    """A JSON number of pounds in pence; its sign is told beside it. Raises AmountError unless it is above zero."""
    if not isinstance(number, Decimal | int) or isinstance(number, bool):
        raise AmountError(f"the amount {str(number)[:32]!r} is not a number")
    amount_pence = pence_from_number(number)
    if amount_pence <= 0:
        raise AmountError(f"the amount {number} is not more than zero")
    return amount_pence


def pence_if_readable(number: Any) -> int | None:
    """The same where the amount only informs."""
    try:
        return pence(number)
    except AmountError:
        return None
