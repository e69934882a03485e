"""An event of another system in JSON, of which we only want to know: is it JSON, which event is it, of which kind."""

import json
from typing import Any

from services.listener.refusals import Refusal

LONGEST_ID = 200
_LONGEST_KIND = 100


def json_object(raw: bytes) -> dict[str, Any]:
    """The body; numbers stay the text they were sent as. Raises Refusal."""
    try:
        body = json.loads(raw, parse_float=str, parse_int=str, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "not_json", "the body is not JSON") from error
    if not isinstance(body, dict):
        raise Refusal(400, "not_an_object", "the body is not a JSON object")
    return body


def event_id(body: dict[str, Any], *names: str) -> str:
    """The first of these fields that holds a text or a number; "" when none does. Raises Refusal."""
    found = _first_text(body, names)
    if len(found) > LONGEST_ID or not found.isprintable():
        sentence = f"the event id is longer than {LONGEST_ID} characters or holds some that cannot be printed"
        raise Refusal(400, "event_id_invalid", sentence)
    return found


def event_kind(body: dict[str, Any], *names: str) -> str:
    """The same for the event's type; "Event" when there is none, or one that is no name: a type is never refused."""
    found = _first_text(body, names)
    return found if found.isprintable() and 0 < len(found) <= _LONGEST_KIND else "Event"


def _first_text(body: dict[str, Any], names: tuple[str, ...]) -> str:
    texts = (value.strip() for name in names if isinstance(value := body.get(name), str))
    return next(filter(None, texts), "")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
