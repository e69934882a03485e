"""Reading a request's body."""

from typing import Any

from flask import Request

from sandbox.mambu.errors import Code, Refusal
from sandbox.mambu.wire import from_json


def body_of(request: Request) -> Any:
    """The JSON, an empty object when there is none. Raises Refusal 26."""
    try:
        return from_json(request.get_data() or b"{}")
    except ValueError as error:
        raise Refusal(Code.INVALID_JSON_SYNTAX) from error
