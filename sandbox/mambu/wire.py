"""JSON as Mambu writes and reads it: amounts are numbers without trailing zeros (50.010 -> 50.01), never floats."""

import json
import re
from decimal import Decimal
from typing import Any

from flask import Response

V2 = "application/vnd.mambu.v2+json"
_NUMBER = re.compile(r'"\\u0000(-?\d+(?:\.\d+)?)"')


def _mark(value: Any) -> str:
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return "\0" + (text.rstrip("0").rstrip(".") if "." in text else text)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def to_json(value: Any) -> str:
    """Compact JSON; the standard library cannot write decimals, so they are marked and unquoted."""
    return _NUMBER.sub(r"\1", json.dumps(value, default=_mark, separators=(",", ":")))


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def from_json(body: bytes | str) -> Any:
    """Parsed JSON with Decimal for fractions. Raises ValueError, also for bodies nested too deep."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def answer(body: Any, status: int = 200, content_type: str = V2) -> Response:
    return Response(to_json(body), status, content_type=content_type)


def plain_answer(body: Any, status: int = 200) -> Response:
    """For the control door, which is no part of Mambu."""
    return answer(body, status, "application/json")


def pounds_text(amount: Decimal | int) -> str:
    return f"{Decimal(amount):.2f}"


def pence(amount: Decimal | int) -> int:
    return int(Decimal(amount).scaleb(2))
