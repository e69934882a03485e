"""Mambu's refusals. Numbers and names: Mambu's ReturnCode list; 0 to 14 are documented for v1 and v2 alike."""

from enum import IntEnum

from flask import Response

from sandbox.mambu.wire import answer


class Code(IntEnum):
    INVALID_CREDENTIALS = 2
    INVALID_PARAMETERS = 4
    INTERNAL_ERROR = 6
    OFFSET_NOT_AN_INTEGER = 11
    OFFSET_OUT_OF_BOUNDS = 12
    LIMIT_NOT_AN_INTEGER = 13
    LIMIT_OUT_OF_BOUNDS = 14
    EXCESSIVE_INVALID_REQUESTS = 24
    INVALID_JSON_SYNTAX = 26
    OBJECT_NOT_FOUND = 29
    INVALID_LOAN_ACCOUNT_ID = 100
    INVALID_AMOUNT = 101
    INVALID_ACCOUNT_STATE = 105
    EXCESS_REPAYMENT_ERROR = 110
    REPAYMENT_DATE_IN_THE_FUTURE_ERROR = 124
    INVALID_DISBURSEMENT_DATE = 125
    INVALID_ACCOUNT_STATE_FOR_REPAYMENTS = 128
    TRANSACTION_NOT_FOUND = 164
    UNREVERSED_TRANSACTION_LOGGED_AFTER_CURRENT_ONE = 166
    INVALID_GROUP_ID = 201
    TRANSACTION_ALREADY_REVERSED = 211
    INVALID_TRANSACTION_CHANNEL = 232
    INVALID_CLIENT_ID = 301
    CANNOT_DISBURSE_LOCKED_ACCOUNTS = 515
    ALL_TRANCHES_ALREADY_DISBURSED = 530
    BOOKING_DATE_BEFORE_VALUE_DATE = 615
    INVALID_CUSTOM_FIELD_VALUE_TYPE = 901  # the name is ours: the list has only the meaning
    INVALID_CUSTOM_FIELD_ID = 903
    CUSTOM_FIELD_VALUE_TOO_LONG = 904  # the name is ours
    CUSTOM_FIELDS_NEED_CHANNEL_PROVIDED = 925
    DUPLICATE_UNIQUE_VALUE = 926
    INVALID_TASK_ID = 980
    INVALID_TASK_TITLE_LENGTH = 984
    INVALID_CUSTOM_FIELD_SET_ID = 987
    MAX_TEXT_LENGTH_EXCEEDED = 1601
    AMOUNT_MORE_THAN_CURRENT_AVAILABLE_AMOUNT = 1904
    TRANSACTION_TYPE_IS_IRREVERSIBLE = 2320
    DUPLICATE_ENCODED_KEY = 2605
    MESSAGE_STATE_MUST_BE_FAILED = 2606
    NO_MESSAGE_FOUND = 2607
    MESSAGE_NOT_FOUND = 2608
    INCONSISTENCY_BETWEEN_CHANNEL_KEY_AND_ID = 3203
    DUPLICATE_ID = 3300
    EXTERNAL_ID_ALREADY_EXISTS = 3305
    ACCOUNT_ALREADY_DISBURSED = 3320
    CUSTOM_FIELDS_NOT_FOR_TRANSFERS = 3411  # the name is ours
    ACCOUNT_ALREADY_CLOSED = 3610
    CANNOT_APPLY_REPAYMENT_ON_ZERO_BALANCE_ACCOUNT = 3620


class Refusal(Exception):
    """A call is refused: Mambu answers business rules with 400 and a code, unknown records with 404."""

    def __init__(self, code: Code, source: str = "", status: int = 400) -> None:
        super().__init__(source)
        self.code, self.source, self.status = code, source, status


def invalid(source: str) -> Refusal:
    return Refusal(Code.INVALID_PARAMETERS, source)


def refusal_answer(refusal: Refusal, *, v1: bool = False) -> Response:
    """errorSource is there only sometimes; v1 says returnCode and returnStatus."""
    if v1:
        body = {"returnCode": int(refusal.code), "returnStatus": refusal.code.name, "errorSource": refusal.source}
        return answer(body, refusal.status, "application/json")
    error = {"errorCode": int(refusal.code), "errorReason": refusal.code.name}
    if refusal.source:
        error["errorSource"] = refusal.source
    return answer({"errors": [error]}, refusal.status)
