"""A story as data: what is done at the doors of the outside world, what is watched, and how it must end.

A story file (scenarios/<id>.json) holds
- `title`: one sentence,
- `steps`: in order, calls, `{"door": "bank"|"core"|"sinks"|"api", "path", "send"?, "as"?}` (without `send` it asks;
  `as` names the answer for later placeholders, like `{loan.id}`; `{tag}` is this play's own word, `{sinksUrl}` where
  the sinks are, `{bankId}` the bank that the connector's API knows), waits,
  `{"until": "...", "watch": {...}}`, or acts of an operator, `{"operator": ["assign", "<flow id>", "<loan id>"]}`,
- `watch`: what to look at, by the names of observe.py,
- `expected`: how that must read in the end.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

_PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_.]+)\}")


class StoryError(Exception):
    """A story file asks for something that does not exist; the sentence names it."""


@dataclass(frozen=True)
class Story:
    id: str
    title: str
    steps: Sequence[Mapping[str, Any]]
    watch: Mapping[str, str]
    expected: str
    patience_seconds: float = 30.0


@dataclass
class Memory:
    """What a play has learned so far."""

    known: dict[str, Any] = field(default_factory=dict)

    def fill(self, value: Any) -> Any:
        """The value with every placeholder filled in; a text that is one placeholder becomes what it names."""
        if isinstance(value, Mapping):
            return {key: self.fill(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if not isinstance(value, str):
            return value
        if whole := _PLACEHOLDER.fullmatch(value):
            return self._look_up(whole[1])
        return _PLACEHOLDER.sub(lambda match: str(self._look_up(match[1])), value)

    def _look_up(self, path: str) -> Any:
        found: Any = self.known
        for name in path.split("."):
            try:
                found = found[int(name)] if isinstance(found, list) else found[name]
            except (KeyError, IndexError, TypeError, ValueError) as error:
                raise StoryError(f"nothing is known as {{{path}}}") from error
        return found


def load_stories(ids: Sequence[str] = ()) -> list[Story]:
    """All stories, or the named ones, in the order of their names. Raises StoryError for a name that is none."""
    folder = files("sandbox") / "scenarios"
    found = {entry.name.removesuffix(".json"): entry for entry in folder.iterdir() if entry.name.endswith(".json")}
    if missing := [name for name in ids if name not in found]:
        raise StoryError(f"there is no scenario {', '.join(missing)}; there are: {', '.join(sorted(found))}")
    return [Story(id=name, **json.loads(found[name].read_text(encoding="utf-8"))) for name in sorted(ids or found)]
