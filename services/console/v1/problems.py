"""How /v1 refuses: every fault at once, each with the field it lies in."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, ValidationError, fields
from werkzeug.exceptions import HTTPException

from shared.domain.corruption import CorruptRecordError


@dataclass(frozen=True, slots=True)
class Fault:
    """`field` is the way to it in the body, like "authentication.oauth.token_url", or a parameter; "" is all of it."""

    field: str
    reason: str


class FaultJson(Schema):
    field = fields.String(metadata={"description": "Where it lies, like authentication.oauth.token_url, or empty"})
    reason = fields.String(metadata={"description": "What is wrong and what to do"})


class ProblemJson(Schema):
    errors = fields.List(fields.Nested(FaultJson))


class Problem(Exception):
    """Something is refused, with a status and a sentence for each fault."""

    def __init__(self, status: int, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.reason}" for fault in faults))
        self.status, self.faults = status, faults


def problem(status: int, field: str, reason: str) -> Problem:
    return Problem(status, [Fault(field, reason)])


def wrong_fields(error: ValidationError) -> Problem:
    return Problem(400, list(_faults(error.messages, "")))


def refuse(error: Exception) -> Response:
    told = _problem_of(error)
    answer = jsonify(errors=[asdict(fault) for fault in told.faults])
    answer.status_code = told.status
    if told.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="causeway", Basic realm="causeway"'
    return answer


def _problem_of(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case CorruptRecordError():
            return problem(500, "", str(error))
        case HTTPException(code=404):
            return problem(404, "", "There is no such path; see /docs.")
        case HTTPException(code=405):
            return problem(405, "", "This path does not take this method; see /docs.")
        case HTTPException():
            return problem(error.code or 500, "", f"{error.name}.")
    return problem(500, "", "Something of ours does not work: try again later.")


def _faults(messages: Any, place: str) -> Iterator[Fault]:
    """marshmallow's messages lie as deep as the fields they are about."""
    if not isinstance(messages, dict):
        yield Fault(place, " ".join(str(message) for message in messages))
        return
    for name, below in messages.items():
        inner = place if name == "_schema" else f"{place}.{name}".strip(".")
        yield from _faults(below, inner)
