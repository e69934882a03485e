"""The filters of a search as they come, checked by their form (Mambu API v2, communications: a bare array)."""

from dataclasses import dataclass
from typing import Any

from services.console.communications.refusals import invalid

_NOTHING: tuple[str, ...] = ()
# operator -> the slots it takes; others are refused, since a filter that is not heeded finds too much
SLOTS = {
    **dict.fromkeys(("TODAY", "THIS_WEEK", "THIS_MONTH", "THIS_YEAR", "EMPTY", "NOT_EMPTY"), _NOTHING),
    **dict.fromkeys(("EQUALS", "EQUALS_CASE_SENSITIVE", "DIFFERENT_THAN", "ON", "LAST_DAYS"), ("value",)),
    **dict.fromkeys(("AFTER", "AFTER_INCLUSIVE", "BEFORE", "BEFORE_INCLUSIVE"), ("value",)),
    **dict.fromkeys(("MORE_THAN", "LESS_THAN", "STARTS_WITH", "STARTS_WITH_CASE_SENSITIVE"), ("value",)),
    "BETWEEN": ("value", "secondValue"),
    "IN": ("values",),
}
_MOST_CRITERIA, _MOST_VALUES = 50, 1000


@dataclass(frozen=True, slots=True)
class Criterion:
    field: str
    operator: str
    value: str = ""
    second_value: str = ""
    values: tuple[str, ...] = ()


def read_criteria(body: Any) -> list[Criterion]:
    """Raises MambuRefusal."""
    if not isinstance(body, list):
        raise invalid("The filters are a bare array of objects with field, operator and value.")
    if len(body) > _MOST_CRITERIA:
        raise invalid(f"There are {len(body)} filters; give at most {_MOST_CRITERIA}.")
    return [_criterion(each) for each in body]


def _criterion(given: Any) -> Criterion:
    if not isinstance(given, dict) or not isinstance(given.get("field"), str):
        raise invalid("Every filter is an object with a field.")
    field, operator = given["field"], str(given.get("operator")).upper()
    if operator not in SLOTS:
        raise invalid(f"The operator of {field} is one of {', '.join(sorted(SLOTS))}.")
    filled = [name for name in ("value", "secondValue", "values") if given.get(name) not in (None, [])]
    if set(filled) != set(SLOTS[operator]):
        raise invalid(f"{operator} of {field} takes {' and '.join(SLOTS[operator]) or 'no value'}.")
    values = given.get("values") or []
    if not isinstance(values, list) or len(values) > _MOST_VALUES:
        raise invalid(f"The values of {field} are a list of at most {_MOST_VALUES}.")
    first, second = (_text(field, given.get(name)) for name in ("value", "secondValue"))
    return Criterion(field, operator, first, second, tuple(_text(field, each) for each in values))


def _text(field: str, value: Any) -> str:
    """A number may stand for its text, as in LAST_DAYS."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise invalid(f"The value of {field} is no text.")
    return value
