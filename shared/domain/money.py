"""Money is a whole number of pence; text and JSON numbers become pence here and nowhere else."""

import re
from decimal import Decimal

_AMOUNT = re.compile(r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<pence>\d{1,2}))?", re.ASCII)


class AmountError(ValueError):
    """The text or number is not an amount in pounds and whole pence."""


def pence_from_text(text: str) -> int:
    """Pence from the text of a Mambu template: "1500", "1,234.50", " 88.5 "; "12.345" is refused.

    Mambu renders numbers by locale and does not publish the format: thousand separators are
    accepted where they can only be that. Raises AmountError.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise AmountError(f"the amount {text[:32]!r} is not pounds with at most two decimals, like 1234.50 or 1,234.50")
    whole = int(match["whole"].replace(",", ""))
    return whole * 100 + int((match["pence"] or "").ljust(2, "0"))


def pence_from_number(number: Decimal | int) -> int:
    """Pence from a JSON number parsed without binary floats. Raises AmountError when there are parts of a penny."""
    scaled = Decimal(number) * 100
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise AmountError(f"the amount {number} has parts of a penny")
    return int(scaled)


def pounds(amount_pence: int) -> Decimal:
    """The amount with exactly two decimals, as banks and cores want it on the wire."""
    return Decimal(amount_pence).scaleb(-2).quantize(Decimal("0.01"))
