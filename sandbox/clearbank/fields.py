"""Field types of the bank's request bodies, stricter than marshmallow's own: nothing is converted."""

import re
import uuid
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf

from sandbox.clearbank.problems import Problem
from sandbox.clearbank.wire import pence_of


class Matches:
    """The whole text must fit; `$` of a regular expression would let a final line break pass."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)

    def __call__(self, value: str) -> str:
        if not self._pattern.fullmatch(value):
            raise ValidationError(f"The field must match the regular expression '^{self._pattern.pattern}$'.")
        return value


class Flag(fields.Boolean):
    """true or false, not "true" and not 1."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Pence(fields.Field[int]):
    """A JSON number of pounds with at most two decimals, read as pence."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise ValidationError("The amount must be a number.")
        try:
            pence = pence_of(value)
        except ValueError as error:
            raise ValidationError("The amount must have at most two decimal places.") from error
        if pence <= 0:
            raise ValidationError("The amount must be greater than zero.")
        return pence


class Uuid(fields.String):
    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        try:
            return str(uuid.UUID(text))
        except ValueError as error:
            raise ValidationError("The field must be a UUID.") from error


def text(shortest: int, longest: int, pattern: str = "", *, required: bool = True, **options: Any) -> fields.String:
    rules: list[Any] = [Length(min=shortest, max=longest)]
    if pattern:
        rules.append(Matches(pattern))
    return fields.String(required=required, validate=rules, **options)


def choice(words: str, *, required: bool = True) -> fields.String:
    return fields.String(required=required, validate=OneOf(words.split()))


def load(schema: Schema, body: Any) -> dict[str, Any]:
    """The body as the schema reads it. Raises Problem 400 with one entry per wrong field."""
    try:
        loaded: dict[str, Any] = schema.load(body)
    except ValidationError as error:
        faults = flattened(error.messages)
        raise Problem(400, "One or more validation errors occurred.", errors=faults) from error
    return loaded


def flattened(messages: Any, path: str = "") -> dict[str, list[str]]:
    """Nested messages as `paymentInstructions[0].debtor.address`: [text]."""
    if isinstance(messages, list):
        return {path or "body": [str(message) for message in messages]}
    flat: dict[str, list[str]] = {}
    for key, value in messages.items():
        step = f"[{key}]" if isinstance(key, int) else ("" if key == "_schema" else f".{key}")
        flat |= flattened(value, (path + step).removeprefix("."))
    return flat
