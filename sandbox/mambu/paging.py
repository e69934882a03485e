"""detailsLevel, limit, offset and the cursor of lists and searches (Mambu API v2, pagination)."""

import base64
from collections.abc import Sequence
from typing import Any

from flask import Response, request

from sandbox.mambu import records
from sandbox.mambu.errors import Code, Refusal, invalid
from sandbox.mambu.records import Document
from sandbox.mambu.wire import answer

DEFAULT_LIMIT, GREATEST_LIMIT = 50, 1000
_LARGEST_OFFSET = 2**31 - 1


def wants_full() -> bool:
    """BASIC, the default, hides custom fields and related objects. Raises Refusal 4."""
    return _one_of("detailsLevel", ("BASIC", "FULL")) == "FULL"


def page_answer(rows: Sequence[Document], *, with_cursor: bool = False) -> Response:
    """The page asked for; an empty page is `[]` and 200."""
    full = wants_full()
    limit = _number("limit", DEFAULT_LIMIT, 1, GREATEST_LIMIT, Code.LIMIT_NOT_AN_INTEGER, Code.LIMIT_OUT_OF_BOUNDS)
    offset = _number("offset", 0, 0, _LARGEST_OFFSET, Code.OFFSET_NOT_AN_INTEGER, Code.OFFSET_OUT_OF_BOUNDS)
    wants_counts = _one_of("paginationDetails", ("OFF", "ON")) == "ON"
    cursor = request.args.get("cursor") if with_cursor else None
    start = _position(cursor, rows) if cursor is not None else offset
    page = rows[start : start + limit]
    response = answer([records.shown(row, full=full) for row in page])
    if wants_counts:
        response.headers["Items-Limit"], response.headers["Items-Offset"] = str(limit), str(offset)
        response.headers["Items-Total"] = str(len(rows))
    if cursor is not None:
        has_more = start + limit < len(rows)
        response.headers["Items-Next-Cursor"] = _cursor_of(page[-1]) if has_more else ""
    return response


def _position(cursor: str, rows: Sequence[Document]) -> int:
    """`_` asks for the first page; every other cursor is ours and names the last record seen."""
    if cursor == "_":
        return 0
    position = next((number for number, row in enumerate(rows) if _cursor_of(row) == cursor), None)
    if position is None:
        raise invalid("cursor is not one that was given")
    return position + 1


def _cursor_of(row: Document) -> str:
    return base64.urlsafe_b64encode(str(row["encodedKey"]).encode()).decode()


def _one_of(name: str, values: tuple[str, ...]) -> str:
    value = request.args.get(name, values[0]).upper()
    if value not in values:
        raise invalid(f"{name} must be one of {', '.join(values)}")
    return value


def _number(name: str, default: int, least: int, most: int, not_an_integer: Code, out_of_bounds: Code) -> int:
    text: Any = request.args.get(name)
    if text is None:
        return default
    try:
        value = int(text)
    except ValueError as error:
        raise Refusal(not_an_integer, f"{name} must be an integer") from error
    if not least <= value <= most:
        raise Refusal(out_of_bounds, f"{name} must be from {least} to {most}")
    return value
