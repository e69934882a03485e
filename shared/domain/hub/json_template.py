"""Templates of JSON bodies. Whatever the values hold, they stay the values they were put in as.

Within quotes a placeholder is a part of that string. Outside of quotes it is a whole value: a number when its text is
one, else a string.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from shared.domain.hub.placeholders import PLACEHOLDER, sendable

_STRING_OR_PLACEHOLDER = re.compile(rf'"(?:[^"\\]|\\.)*"|{PLACEHOLDER.pattern}', re.DOTALL)
# No exponents: 1e999999 is a reference that looks like a number, and a trap for those who read it as one.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def check_json_template(template: str) -> None:
    """Raises ValueError, a sentence without its subject.

    Within quotes a placeholder is left as it is, since {NAME} is good string content: what then is wrong is the text
    around it, such as a backslash right before it. Outside of quotes a string and a number must both fit.
    """
    _parse(_filled(template, lambda _: '"text"', lambda name: f"{{{name}}}"), _without_placeholders)
    _parse(_filled(template, lambda _: "0", lambda name: f"{{{name}}}"), _without_placeholders)


def render_json(template: str, values: Mapping[str, str]) -> str:
    """The template filled in; a name without a value is empty text."""
    return _filled(
        template, lambda name: _whole(values.get(name, "")), lambda name: _quoted(values.get(name, ""))[1:-1]
    )


def check_json(text: str) -> None:
    """Raises ValueError, a sentence without its subject, when the text is not JSON (RFC 8259)."""
    _parse(text, list)


def _filled(template: str, whole: Callable[[str], str], part: Callable[[str], str]) -> str:
    """`whole` gives what stands for a name outside of quotes, `part` what does within them."""

    def fill(found: re.Match[str]) -> str:
        return whole(found[1]) if found[1] else PLACEHOLDER.sub(lambda name: part(name[1]), found[0])

    return _STRING_OR_PLACEHOLDER.sub(fill, template)


def _parse(text: str, members: Any) -> None:
    try:
        # Numbers are left as text: a long one costs time to convert and is refused beyond 4,300 digits.
        json.loads(text, object_pairs_hook=members, parse_constant=_refuse, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise ValueError(f"is not well-formed JSON: {error}") from error
    except RecursionError as error:
        raise ValueError("is not acceptable JSON: its values are nested too deep") from error


def _without_placeholders(members: list[tuple[str, Any]]) -> None:
    for name, _ in members:
        if PLACEHOLDER.search(name):  # two members of one name: which of them counts would be the value's choice
            raise ValueError(f"has a placeholder in the name of a member, {name!r}; put it into the value")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"is not well-formed JSON: there is no {constant} in it")


def _whole(value: str) -> str:
    return value if _NUMBER.fullmatch(value) else _quoted(value)


def _quoted(value: str) -> str:
    return json.dumps(sendable(value), ensure_ascii=False)
