"""What a sender shows beside its webhook, compared whole and in constant time with what was agreed."""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from services.listener.acceptance import Headers
from services.listener.refusals import refuse_origin


class Proof(Protocol):
    """One scheme with its secrets; `reason` is the code of a refusal."""

    reason: ClassVar[str]

    def holds(self, headers: Headers) -> bool: ...


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """Headers of the sender's own: every (name, value) must come."""

    reason: ClassVar[str] = "api_key_invalid"
    pairs: tuple[tuple[str, str], ...] = field(repr=False)

    def holds(self, headers: Headers) -> bool:
        return False not in [is_same(headers.get(name), value) for name, value in self.pairs]


@dataclass(frozen=True, slots=True)
class Basic:
    """RFC 7617 in UTF-8. The user name holds no colon."""

    reason: ClassVar[str] = "credentials_invalid"
    username: str
    password: str = field(repr=False)

    def holds(self, headers: Headers) -> bool:
        try:
            given = base64.b64decode(_authorization(headers, "basic"), validate=True)
        except ValueError:
            return False
        return hmac.compare_digest(given, f"{self.username}:{self.password}".encode())


@dataclass(frozen=True, slots=True)
class Bearer:
    """RFC 6750, the tokens opaque: any of them will do, so that one can change."""

    reason: ClassVar[str] = "token_invalid"
    tokens: tuple[str, ...] = field(repr=False)

    def holds(self, headers: Headers) -> bool:
        return is_one_of(_authorization(headers, "bearer"), self.tokens)


def demand(proofs: Sequence[Proof], headers: Headers) -> None:
    """Raises Refusal unless all hold. All are looked at, so that the time of the answer tells nothing."""
    if failed := [proof.reason for proof in proofs if not proof.holds(headers)]:
        refuse_origin(failed[0])


def is_one_of(given: str, agreed: Sequence[str]) -> bool:
    """All are looked at, as everywhere here."""
    return True in [is_same(given, secret) for secret in agreed]


def is_same(given: str | None, agreed: str) -> bool:
    return hmac.compare_digest((given or "").encode("utf-8", "surrogatepass"), agreed.encode())


def _authorization(headers: Headers, scheme: str) -> str:
    """What follows the scheme's name; "" under another scheme. Two such headers arrive as one with a comma, which is
    neither Base64 nor a token."""
    given, _, credentials = (headers.get("authorization") or "").partition(" ")
    return credentials.strip() if given.lower() == scheme else ""
