"""Everything that is said instead of an answer: OBP's codes and texts, to the blank (OBP-API v5.1.0, ErrorMessages)."""

from flask import request

from services.console.access.credentials import LoginFault
from services.console.access.roles import Role
from shared.domain.hub.triggers import ACCOUNT_TRIGGERS

_NOT_JSON = "OBP-10001: Incorrect json format."
_FILTERS = "OBP-10016: Incorrect filter Parameters in URL.  <- "
_MOST_REPEATED_CHARACTERS = 200  # of what came, in a sentence that goes back


class ObpRefusal(Exception):
    """`message` begins with OBP's code. Clients compare beginnings, so a cause of ours follows after ` <- `."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def not_logged_in(fault: LoginFault) -> ObpRefusal:
    """The server itself repeats a wrong token in its text; here no token goes back."""
    match fault:
        case LoginFault.UNKNOWN_SCHEME:
            text = "OBP-20080: Authorization Header format is not supported at this instance."
        case LoginFault.WRONG_DIRECT_LOGIN:
            text = "OBP-20003: This DirectLogin token is invalid or expired:"
        case _:
            text = "OBP-20001: User not logged in. Authentication is required!"
    return ObpRefusal(401, text)


def bank_unknown(bank_id: str) -> ObpRefusal:
    text = "OBP-30001: Bank not found. Please specify a valid value for BANK_ID. Current BankId is "
    return ObpRefusal(404, text + _repeated(bank_id))


def role_missing(role: Role, bank_id: str) -> ObpRefusal:
    text = f"OBP-20006: User is missing one or more roles: {role}"
    match role:
        case Role.CREATE_SYSTEM_NOTIFICATION:
            return ObpRefusal(403, text)
        case Role.CREATE_BANK_NOTIFICATION:
            return ObpRefusal(403, f"{text} for BankId({bank_id}).")
    return ObpRefusal(403, f"{text} at Bank({bank_id})")


def not_json(why: str) -> ObpRefusal:
    return ObpRefusal(400, _NOT_JSON + why)


def wrong_fields(shape: str) -> ObpRefusal:
    return ObpRefusal(400, f"{_NOT_JSON} The Json body should be the {shape} ")


def wrong_ids(values: list[str]) -> ObpRefusal:
    return ObpRefusal(400, f"{_NOT_JSON} Here are all invalid values: {_repeated(', '.join(values))}")


def wrong_trigger(value: str) -> ObpRefusal:
    possible = ", ".join(sorted(ACCOUNT_TRIGGERS))
    return ObpRefusal(400, f"OBP-10039: Incorrect Trigger name:{_repeated(value)}. Possible values are {possible}")


def wrong_switch() -> ObpRefusal:
    reason = "Could not convert value to a boolean type."
    possible = "Possible values of the json field is_active are true or false."
    return ObpRefusal(400, f"OBP-10019: Invalid Boolean. {reason} {possible}")


def wrong_method(value: str) -> ObpRefusal:
    text = "OBP-10037: Incorrect http_method. Only Support `POST` currently. Current value is "
    return ObpRefusal(400, f"{text}({_repeated(value)})")


def wrong_protocol(value: str) -> ObpRefusal:
    text = "OBP-10038: Incorrect http_protocol. Only Support `HTTP/1.1` currently. Current value is "
    return ObpRefusal(400, f"{text}({_repeated(value)})")


def wrong_limit() -> ObpRefusal:
    text = "OBP-10025: wrong value for obp_limit parameter. Please send a positive integer (=>1)!"
    return ObpRefusal(400, _FILTERS + text)


def wrong_offset() -> ObpRefusal:
    text = "OBP-10024: wrong value for obp_offset parameter. Please send a positive integer (=>0)!"
    return ObpRefusal(400, _FILTERS + text)


def webhook_unknown() -> ObpRefusal:
    text = "OBP-30050: Webhook not found. Please specify a valid value for account_webhook_id."
    return ObpRefusal(400, text)


def cannot_create(why: str) -> ObpRefusal:
    return ObpRefusal(400, f"OBP-30047: Cannot create Webhook <- {why}.")


def cannot_list(why: str) -> ObpRefusal:
    return ObpRefusal(400, f"OBP-30048: Cannot get Webhooks <- {why}")


def cannot_update(why: str) -> ObpRefusal:
    """OBP's text says create here too."""
    return ObpRefusal(400, f"OBP-30049: Cannot create Webhook <- {why}")


def not_found() -> ObpRefusal:
    """No such path or verb, or a body that was not sent as JSON."""
    text = (
        "OBP-10404: 404 Not Found. The server has not found anything matching the Request-URI. "
        "Check your URL and the Headers."
    )
    url, content_type = _repeated(request.path), _repeated(request.content_type or "")
    return ObpRefusal(404, f"{text} Current Url is ({url}), Current Content-Type Header is ({content_type})")


def unexpected(status: int = 500) -> ObpRefusal:
    return ObpRefusal(status, "OBP-50000: Unknown Error.")


def _repeated(text: str) -> str:
    return text[:_MOST_REPEATED_CHARACTERS]
