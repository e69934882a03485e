"""What came with a request: its JSON, the page it asks for, texts as the store can keep them."""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from flask import request
from marshmallow import Schema, ValidationError, fields, validate

from services.console.v1.problems import problem, wrong_fields

MOST_ON_A_PAGE, MOST_OFFSET = 1000, 100_000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Text(fields.String):
    """Text of at most so many characters, all of which can be stored."""

    def __init__(self, most_characters: int = 1000, **kwargs: Any) -> None:
        super().__init__(validate=[validate.Length(max=most_characters), _check_storable], **kwargs)


class PageArguments(Schema):
    offset = fields.Integer(load_default=0, validate=validate.Range(0, MOST_OFFSET))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST_ON_A_PAGE))


def json_object() -> dict[str, Any]:
    """The body. Raises Problem."""
    try:
        body = json.loads(request.get_data(cache=False) or b"{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise problem(400, "", "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise problem(400, "", "The body is not a JSON object.")
    return body


def loaded(schema: Schema, given: Mapping[str, Any]) -> Any:
    """What the schema makes of it. Raises Problem with every fault."""
    try:
        return schema.load(given)
    except ValidationError as error:
        raise wrong_fields(error) from error


def arguments(schema: Schema) -> Any:
    """The parameters of the query; those that are lists may come more than once. Raises Problem."""
    given = {
        name: values if isinstance(schema.fields.get(name), fields.List) else values[-1]
        for name, values in request.args.lists()
    }
    return loaded(schema, given)


def _check_storable(text: str) -> None:
    if _UNSTORABLE.search(text):
        raise ValidationError("Holds NUL or half a surrogate pair, which cannot be stored.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
