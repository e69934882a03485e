"""The errors in ClearBank's answers and webhooks: an object, an array or a text, whichever the page at hand prints."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_CODED = re.compile(r"(?P<code>[A-Za-z][A-Za-z0-9_.]*)(?:\s*[:;]\s*(?P<text>.*))?", re.ASCII | re.DOTALL)
_CODE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Error:
    """`code` is a word for machines or the name of the field that is wrong, "" when there is none."""

    code: str
    text: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.code, self.text) if part)


def errors_in(value: Any) -> Sequence[Error]:
    """The errors in the order in which they are given; none when the value says nothing."""
    match value:
        case {"code": code, "message": text}:
            return [_error(code, text)]
        case Mapping():
            return [_error(code, text) for code, text in value.items()]
        case list():
            return [error for element in value for error in errors_in(element)]
        case str() if value.strip():
            coded = _CODED.fullmatch(value.strip())
            return [_error(coded["code"], coded["text"]) if coded else _error("", value)]
    return []


def _error(code: Any, text: Any) -> Error:
    words = [str(word) for word in (text if isinstance(text, list) else [text]) if word]
    return Error(str(code)[:_CODE_LENGTH], "; ".join(words).strip())
