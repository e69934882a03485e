"""What comes with a request of Mambu's clients: its JSON, the page it asks for, how much of each message."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from services.console.communications.refusals import Code, MambuRefusal, invalid
from services.console.v1.reading import MOST_OFFSET, MOST_ON_A_PAGE

_DIGITS = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Paging:
    offset: int
    limit: int
    wants_total: bool


def json_body() -> Any:
    """Whatever its content type says. Raises MambuRefusal."""
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise MambuRefusal(400, Code.INVALID_JSON_SYNTAX, "The body is not JSON.") from error


def as_object(body: Any) -> Mapping[str, Any]:
    """Raises MambuRefusal."""
    if not isinstance(body, dict):
        raise invalid("The body is an object.")
    return body


def paging() -> Paging:
    """Raises MambuRefusal."""
    offset = _number("offset", 0, 0, MOST_OFFSET, (Code.OFFSET_NOT_AN_INTEGER, Code.OFFSET_OUT_OF_BOUNDS))
    limit = _number("limit", 50, 1, MOST_ON_A_PAGE, (Code.LIMIT_NOT_AN_INTEGER, Code.LIMIT_OUT_OF_BOUNDS))
    return Paging(offset, limit, _word("paginationDetails", "OFF", "ON") == "ON")


def wants_full() -> bool:
    """Raises MambuRefusal."""
    return _word("detailsLevel", "BASIC", "FULL") == "FULL"


def _number(name: str, default: int, least: int, most: int, codes: tuple[Code, Code]) -> int:
    text = request.args.get(name, str(default))
    if not _DIGITS.fullmatch(text):
        raise MambuRefusal(400, codes[0], f"{name} is not a whole number.")
    if not least <= int(text) <= most:
        raise MambuRefusal(400, codes[1], f"{name} is not from {least} to {most}.")
    return int(text)


def _word(name: str, *possible: str) -> str:
    """The first is what it is when not given."""
    word = request.args.get(name, possible[0]).upper()
    if word not in possible:
        raise invalid(f"{name} is one of {', '.join(possible)}.")
    return word
