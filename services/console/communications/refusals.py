"""What is said instead of an answer, with Mambu's numbers and names (Mambu API v2, response error codes)."""

from enum import IntEnum

from flask import Response, jsonify
from werkzeug.exceptions import HTTPException

from shared.domain.corruption import CorruptRecordError


class Code(IntEnum):
    INVALID_CREDENTIALS = 2
    INVALID_PARAMETERS = 4
    INTERNAL_ERROR = 6
    OFFSET_NOT_AN_INTEGER = 11  # the names of 11 to 14 and of 2602 are ours: the list has only their meaning
    OFFSET_OUT_OF_BOUNDS = 12
    LIMIT_NOT_AN_INTEGER = 13
    LIMIT_OUT_OF_BOUNDS = 14
    INVALID_PERMISSIONS = 15
    INVALID_JSON_SYNTAX = 26
    OBJECT_NOT_FOUND = 29
    BLOCKING_OPERATION_IN_PROGRESS = 60
    RESEND_FAILED_NOTIFICATION_FAILED = 2440
    TOO_MANY_MESSAGES_TO_RESEND = 2602
    DUPLICATE_ENCODED_KEY = 2605
    MESSAGE_STATE_MUST_BE_FAILED = 2606
    NO_MESSAGE_FOUND = 2607
    MESSAGE_NOT_FOUND = 2608


class MambuRefusal(Exception):
    """`source` says what was wrong and what to do."""

    def __init__(self, status: int, code: Code, source: str) -> None:
        super().__init__(source)
        self.status, self.code, self.source = status, code, source


def invalid(source: str) -> MambuRefusal:
    return MambuRefusal(400, Code.INVALID_PARAMETERS, source)


def refuse(error: Exception) -> Response:
    refusal = _refusal_of(error)
    told = {"errorCode": int(refusal.code), "errorSource": refusal.source, "errorReason": refusal.code.name}
    answer = jsonify(errors=[told])
    answer.status_code = refusal.status
    if refusal.status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="causeway", Bearer realm="causeway"'
    return answer


def _refusal_of(error: Exception) -> MambuRefusal:
    match error:
        case MambuRefusal():
            return error
        case CorruptRecordError():
            return MambuRefusal(500, Code.INTERNAL_ERROR, str(error))
        case HTTPException(code=404 | 405):
            return MambuRefusal(error.code or 404, Code.OBJECT_NOT_FOUND, "There is no such path or method; see /docs.")
        case HTTPException(code=int(status)) if status < 500:
            return MambuRefusal(status, Code.INVALID_PARAMETERS, f"{error.name}.")
    return MambuRefusal(500, Code.INTERNAL_ERROR, "Something of ours does not work: try again later.")
