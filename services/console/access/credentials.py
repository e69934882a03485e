"""What a request shows of who calls: the forms that Open Bank Project's clients send, and those of our own API."""

import base64
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol


class Headers(Protocol):
    """A request's headers; names in any case."""

    def get(self, name: str, /) -> str | None: ...


class LoginFault(Enum):
    NOTHING_SHOWN = "no credentials came with the request"
    UNKNOWN_SCHEME = "the Authorization header is of no scheme that is taken here"
    WRONG_DIRECT_LOGIN = "the DirectLogin token is not valid"
    WRONG_CREDENTIALS = "the credentials are not valid"


class LoginError(Exception):
    """Nobody is known by what the request shows. Never holds it."""

    def __init__(self, fault: LoginFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Credential:
    """A token, and with Basic the name that must be its user's. `fault` is what to say when nobody has it."""

    token: str = field(repr=False)
    name: str | None = None
    fault: LoginFault = LoginFault.WRONG_CREDENTIALS


def obp_credential(headers: Headers) -> Credential:
    """In OBP's order: Bearer, the DirectLogin header, DirectLogin in Authorization (OBP-API, API authentication).

    OAuth 1.0a stands before them there and is not taken here. Raises LoginError.
    """
    scheme, rest = _authorization(headers)
    if scheme == "oauth":
        raise LoginError(LoginFault.UNKNOWN_SCHEME)
    if scheme == "bearer":
        return Credential(rest)
    if (own := headers.get("directlogin")) is not None:
        return _direct_login(own)
    if scheme == "directlogin":
        return _direct_login(rest)
    raise LoginError(LoginFault.UNKNOWN_SCHEME if scheme else LoginFault.NOTHING_SHOWN)


def own_credential(headers: Headers) -> Credential:
    """Of our own API: the header `apikey` (Mambu API v2: API keys), Bearer, or Basic with name and token.

    Raises LoginError.
    """
    if (key := headers.get("apikey")) is not None:
        return Credential(key.strip())
    scheme, rest = _authorization(headers)
    match scheme:
        case "bearer":
            return Credential(rest)
        case "basic":
            return _basic(rest)
        case "":
            raise LoginError(LoginFault.NOTHING_SHOWN)
    raise LoginError(LoginFault.UNKNOWN_SCHEME)


def _authorization(headers: Headers) -> tuple[str, str]:
    """(scheme in lower case, what follows); ("", "") without the header."""
    scheme, _, rest = (headers.get("authorization") or "").strip().partition(" ")
    return scheme.lower(), rest.strip()


def _direct_login(value: str) -> Credential:
    """`DirectLogin token="..", other=..`: quotes and blanks are dropped, and so is a leading DirectLogin."""
    head, _, rest = value.strip().partition(" ")
    parameters = rest if head.lower() == "directlogin" else value
    pairs = (pair.partition("=") for pair in parameters.split(","))
    found = {name.strip(): text.strip().strip('"') for name, _, text in pairs}
    return Credential(found.get("token", ""), fault=LoginFault.WRONG_DIRECT_LOGIN)


def _basic(encoded: str) -> Credential:
    """RFC 7617 in UTF-8."""
    try:
        name, _, token = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError as error:
        raise LoginError(LoginFault.WRONG_CREDENTIALS) from error
    return Credential(token, name)
