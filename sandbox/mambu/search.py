"""Searches by native field (`id`) or custom field (`_set.field`): criteria are ANDed, rows sorted, nothing guessed."""

import sqlite3
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sandbox.mambu import records
from sandbox.mambu.errors import Code, Refusal, invalid
from sandbox.mambu.records import Document

EQUALS, EQUALS_CASE_SENSITIVE = "EQUALS", "EQUALS_CASE_SENSITIVE"
# operator -> the slots it needs; others are refused
SLOTS: Mapping[str, tuple[str, ...]] = {
    EQUALS: ("value",),
    EQUALS_CASE_SENSITIVE: ("value",),
    "DIFFERENT_THAN": ("value",),
    "MORE_THAN": ("value",),
    "LESS_THAN": ("value",),
    "BETWEEN": ("value", "secondValue"),
    "ON": ("value",),
    "AFTER": ("value",),
    "AFTER_INCLUSIVE": ("value",),
    "BEFORE": ("value",),
    "BEFORE_INCLUSIVE": ("value",),
    "STARTS_WITH": ("value",),
    "STARTS_WITH_CASE_SENSITIVE": ("value",),
    "IN": ("values",),
    "TODAY": (),
    "EMPTY": (),
    "NOT_EMPTY": (),
}
_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    EQUALS: lambda found, wanted: str(found).lower() == str(wanted).lower(),
    EQUALS_CASE_SENSITIVE: lambda found, wanted: str(found) == str(wanted),
    "STARTS_WITH": lambda found, wanted: str(found).lower().startswith(str(wanted).lower()),
    "STARTS_WITH_CASE_SENSITIVE": lambda found, wanted: str(found).startswith(str(wanted)),
    "DIFFERENT_THAN": lambda found, wanted: str(found) != str(wanted),
    "MORE_THAN": lambda found, wanted: found > wanted,
    "LESS_THAN": lambda found, wanted: found < wanted,
    "ON": lambda found, wanted: _day(found) == _day(wanted),
    "AFTER": lambda found, wanted: found > wanted,
    "AFTER_INCLUSIVE": lambda found, wanted: found >= wanted,
    "BEFORE": lambda found, wanted: found < wanted,
    "BEFORE_INCLUSIVE": lambda found, wanted: found <= wanted,
}
_FOR_TEXTS = frozenset({EQUALS, EQUALS_CASE_SENSITIVE, "STARTS_WITH", "STARTS_WITH_CASE_SENSITIVE", "DIFFERENT_THAN"})


@dataclass(frozen=True)
class Searchable:
    """What may be asked of a kind of record. `paths`: a field's name -> where it lies, if elsewhere."""

    kind: str
    fields: Collection[str]
    sets: Mapping[str, Collection[str]]
    paths: Mapping[str, tuple[str, ...]]
    made_up: Mapping[str, Callable[[sqlite3.Connection, Document], Any]]
    equals_only: Collection[str] = ()

    def path(self, field: str) -> tuple[str, ...]:
        """Raises Refusal for a field that does not exist."""
        set_id, dot, field_id = field.partition(".")
        if field in self.fields:
            return self.paths.get(field, (field,))
        if not set_id.startswith("_") or not dot:
            raise invalid(f"there is no field {field} to search by")
        if set_id not in self.sets:
            raise Refusal(Code.INVALID_CUSTOM_FIELD_SET_ID, f"there is no set {set_id}")
        if field_id not in self.sets[set_id]:
            raise Refusal(Code.INVALID_CUSTOM_FIELD_ID, f"{set_id} has no field {field_id}")
        return set_id, field_id


def search(db: sqlite3.Connection, what: Searchable, body: Any, today: date) -> list[Document]:
    """Raises Refusal."""
    if not isinstance(body, dict) or not isinstance(body.get("filterCriteria", []), list):
        raise invalid("the body must be an object with filterCriteria")
    criteria = body.get("filterCriteria", [])
    rows = matching(db, what, _candidates(db, what, criteria), criteria, today)
    return _sorted(db, what, rows, body.get("sortingCriteria"))


def matching(
    db: sqlite3.Connection, what: Searchable, rows: list[Document], criteria: list[Any], today: date
) -> list[Document]:
    """The rows that fit all criteria. Raises Refusal."""
    for criterion in [_checked(criterion, what) for criterion in criteria]:
        rows = [row for row in rows if _fits(_value(db, what, row, criterion["field"]), criterion, today)]
    return rows


def _checked(criterion: Any, what: Searchable) -> dict[str, Any]:
    if not isinstance(criterion, dict) or not isinstance(criterion.get("field"), str):
        raise invalid("every criterion needs a field")
    field, operator = criterion["field"], str(criterion.get("operator")).upper()
    what.path(field)
    if operator not in SLOTS:
        raise invalid(f"operator must be one of {', '.join(SLOTS)}")
    if field in what.equals_only and operator != EQUALS:
        raise invalid(f"{field} can be searched with EQUALS only")
    given = {name for name in ("value", "secondValue", "values") if criterion.get(name) is not None}
    if given != set(SLOTS[operator]):
        raise invalid(f"{operator} takes {' and '.join(SLOTS[operator]) or 'no value'}")
    if operator == "IN" and not isinstance(criterion["values"], list):
        raise invalid("values must be a list")
    return criterion | {"operator": operator}


def _candidates(db: sqlite3.Connection, what: Searchable, criteria: list[Any]) -> list[Document]:
    """One criterion is answered by the database, so that a search among thousands stays quick."""
    for criterion in [_checked(criterion, what) for criterion in criteria]:
        value = criterion.get("value")
        is_equality = criterion["operator"] in (EQUALS, EQUALS_CASE_SENSITIVE) and criterion["field"].startswith("_")
        if is_equality and isinstance(value, str) and value.isascii():  # NOCASE folds ASCII only
            return records.having(db, what.kind, what.path(criterion["field"]), value)
    return records.every(db, what.kind)


def _value(db: sqlite3.Connection, what: Searchable, row: Document, field: str) -> Any:
    if field in what.made_up:
        return what.made_up[field](db, row)
    found: Any = row
    for name in what.path(field):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _fits(found: Any, criterion: Mapping[str, Any], today: date) -> bool:
    operator = criterion["operator"]
    if operator in ("EMPTY", "NOT_EMPTY"):
        return (found in ("", None)) is (criterion["operator"] == "EMPTY")
    if found is None:
        return False
    if operator == "IN":
        return str(found) in map(str, criterion["values"])
    if operator == "TODAY":
        return bool(_day(_comparable(found)) == today)
    if operator in _FOR_TEXTS:
        return _TESTS[operator](_plain(found), criterion["value"])
    wanted = _comparable(criterion["value"])
    try:
        if operator == "BETWEEN":
            return bool(wanted <= _comparable(found) <= _comparable(criterion["secondValue"]))
        return bool(_TESTS[operator](_comparable(found), wanted))
    except TypeError as error:
        raise invalid(f"{operator} does not suit {criterion['field']}") from error


def _plain(found: Any) -> Any:
    return str(found).lower() if isinstance(found, bool) else found


def _comparable(value: Any) -> Any:
    """Numbers as numbers and dates as moments, for values that come as texts."""
    if isinstance(value, int | Decimal):
        return Decimal(value)
    for read in (datetime.fromisoformat, Decimal):
        try:
            found = read(value)
        except (ValueError, ArithmeticError, TypeError):
            continue
        return found.astimezone() if isinstance(found, datetime) else found
    return value


def _day(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


def _sorted(db: sqlite3.Connection, what: Searchable, rows: list[Document], criteria: Any) -> list[Document]:
    """The order is DESC unless ASC is asked for; a search without criteria keeps the order of arrival."""
    if criteria is None:
        return rows
    if not isinstance(criteria, dict) or not isinstance(criteria.get("field"), str):
        raise invalid("sortingCriteria needs a field")
    order = str(criteria.get("order", "DESC")).upper()
    if order not in ("ASC", "DESC"):
        raise invalid("order must be ASC or DESC")
    what.path(criteria["field"])

    def place(row: Document) -> tuple[bool, str, Decimal, str]:
        value = _value(db, what, row, criteria["field"])
        number = value if isinstance(value, int | Decimal) else None
        return value is not None, "" if number is not None else type(value).__name__, Decimal(number or 0), str(value)

    return sorted(rows, key=place, reverse=order == "DESC")
