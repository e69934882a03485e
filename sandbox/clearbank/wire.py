"""JSON as the bank writes and reads it: amounts are numbers with two decimals, never floats."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

_AMOUNT = re.compile(r'"\\u0000(-?\d+\.\d\d)"')


@dataclass(frozen=True)
class Pounds:
    """An amount on its way into JSON."""

    pence: int


def _mark(value: Any) -> str:
    if isinstance(value, Pounds):
        return f"\0{Decimal(value.pence) / 100:.2f}"
    if isinstance(value, Decimal):  # echoed as it came
        return f"\0{value:.2f}"
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def to_json(value: Any) -> str:
    """Compact JSON; the standard library cannot write decimals, so amounts are marked and unquoted."""
    return _AMOUNT.sub(r"\1", json.dumps(value, default=_mark, separators=(",", ":")))


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def from_json(body: bytes | str) -> Any:
    """Parsed JSON with Decimal for fractions. Raises ValueError."""
    return json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)


def pence_of(amount: Decimal | int) -> int:
    """Raises ValueError when there are more than two decimals."""
    exponent = Decimal(amount).as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -2:
        raise ValueError("an amount has at most two decimals")
    return int(Decimal(amount).scaleb(2))


def timestamp(epoch_seconds: float) -> str:
    moment = datetime.fromtimestamp(epoch_seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch_seconds_of(text: str) -> float:
    """ISO 8601; no zone means UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
