"""Custom fields of loans and transactions: known sets and ids only, texts only, never empty."""

from collections.abc import Collection, Mapping
from typing import Any

from sandbox.mambu.errors import Code, Refusal, invalid
from sandbox.mambu.records import Document

MOST_CHARACTERS = 2048  # Mambu's CustomField, a model of 9.x


def check_values(values: Any, known: Collection[str], set_id: str) -> dict[str, str]:
    """The values of one set. Raises Refusal."""
    if not isinstance(values, dict):
        raise invalid(f"{set_id} must be an object")
    for field, value in values.items():
        check_field(field, known, set_id)
        check_value(value, f"{set_id}.{field}")
    return dict(values)


def check_field(field: str, known: Collection[str], set_id: str) -> None:
    if field not in known:
        raise Refusal(Code.INVALID_CUSTOM_FIELD_ID, f"{set_id} has no field {field}")


def check_value(value: Any, name: str) -> str:
    """Empty and null are refused even for optional fields: they are taken away with REMOVE."""
    if value is None or value == "":
        raise invalid(f"{name} must not be empty")
    if not isinstance(value, str):  # documentation sends texts even for numbers
        raise Refusal(Code.INVALID_CUSTOM_FIELD_VALUE_TYPE, f"{name} must be a text")
    if len(value) > MOST_CHARACTERS:
        raise Refusal(Code.CUSTOM_FIELD_VALUE_TOO_LONG, f"{name} may have {MOST_CHARACTERS} characters")
    return value


def taken_sets(body: Mapping[str, Any], sets: Mapping[str, Collection[str]]) -> dict[str, dict[str, str]]:
    """The custom field sets at the top level of a request. Raises Refusal 987 for one that is none."""
    found = {}
    for name, values in body.items():
        if name.startswith("_"):
            if name not in sets:
                raise Refusal(Code.INVALID_CUSTOM_FIELD_SET_ID, f"there is no set {name}")
            found[name] = check_values(values, sets[name], name)
    return found


def flat(document: Document) -> dict[str, str]:
    """All custom fields of a record by id, whatever their set."""
    sets = (value for name, value in document.items() if name.startswith("_") and isinstance(value, dict))
    return {field: value for values in sets for field, value in values.items()}


def named(values: Mapping[str, Any], ids: Mapping[str, str], set_id: str) -> dict[str, str]:
    """Values given at the control door, by the connector's words or this tenant's ids, as values by id."""
    by_id = {ids.get(word, word): value for word, value in values.items() if value not in (None, "")}
    return check_values(by_id, set(ids.values()), set_id)
