"""The envelope every ClearBank webhook comes in, and a reader that forgives its spellings.

ClearBank docs: api/getting-started ("Use webhooks"). The pages spell types and keys in more than one way.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_KEYS = frozenset({"Type", "Version", "Payload", "Nonce"})
_VERSION_SUFFIX = re.compile(r"V\d+$", re.ASCII)
_NONCE_LIMIT = 2**63
_ACCOUNT_IDENTIFIERS = (("AccountIdentifier",), ("AccountIdentifiers",), ("VirtualAccountIdentifiers",), ())
_MOST_DIGITS = 40  # no sum of money needs more; "1e999999" would fill the memory once it is written out


class EnvelopeError(ValueError):
    """The body is not a ClearBank envelope. `reason` is a code for logs and metrics."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Envelope:
    """`type` as it was spelled; `payload` is an object for all types but FITestEvent, whose payload is text.

    `beside`: keys that the envelope has none of.
    """

    type: str
    version: int | None
    payload: Any
    nonce: int
    beside: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """The type in its one normal spelling: what code compares and people search by."""
        return normal_type(self.type)

    @property
    def content(self) -> Any:
        """The payload. The sketch of the v3 virtual account types prints some of its keys beside it: both are read."""
        if self.kind.startswith("VirtualAccount") and isinstance(self.payload, Mapping):
            return {**self.beside, **self.payload}
        return self.payload


def normal_type(spelled: str) -> str:
    """One spelling for a type that the documentation spells several ways."""
    name = _VERSION_SUFFIX.sub("", spelled.strip())
    name = name.replace("Assesment", "Assessment").replace("OuboundHeld", "OutboundHeld")
    return name.replace("IndemnityClaimReceivedEvent", "IndemnityClaimReceived")


def parse_envelope(raw: bytes) -> Envelope:
    """Read the raw body; amounts become Decimal. Raises EnvelopeError."""
    try:
        body = json.loads(raw, parse_float=_decimal, parse_constant=_no_constant)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise EnvelopeError("not_json", "the body is not JSON") from error
    if not isinstance(body, dict):
        raise EnvelopeError("not_an_object", "the body is not a JSON object with Type, Version, Payload and Nonce")
    kind, nonce = body.get("Type"), body.get("Nonce")
    if not isinstance(kind, str) or not kind.strip():
        raise EnvelopeError("type_missing", "Type is missing or is not text")
    if not isinstance(nonce, int) or isinstance(nonce, bool) or not -_NONCE_LIMIT <= nonce < _NONCE_LIMIT:
        raise EnvelopeError("nonce_invalid", "Nonce is missing or is not a 64-bit integer")
    if "Payload" not in body:
        raise EnvelopeError("payload_missing", "Payload is missing")
    version = body.get("Version")
    beside = {key: value for key, value in body.items() if key not in _KEYS}
    return Envelope(kind, version if isinstance(version, int) else None, body["Payload"], nonce, beside)


def field(payload: Any, *path: str) -> Any:
    """The value at a path of keys, without regard to case (`IBAN` here and `Iban` there); None when absent."""
    for key in path:
        if not isinstance(payload, Mapping):
            return None
        if key in payload:
            payload = payload[key]
        else:
            folded = key.casefold()
            payload = next((payload[name] for name in payload if name.casefold() == folded), None)
    return payload


def text_field(payload: Any, *path: str) -> str:
    """The same as text without blanks around it; "" when absent or null."""
    value = field(payload, *path)
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)


def account_identifier(content: Any, name: str) -> str:
    """IBAN, BBAN or ExternalIdentifier of a virtual account; "" when absent. The pages put them into an object with one
    of three names, or beside it."""
    found = (text_field(content, *place, name) for place in _ACCOUNT_IDENTIFIERS)
    return next(filter(None, found), "")


def is_return(payload: Any) -> bool:
    """Whether money came back through the scheme: examples print a JSON boolean, the field table the word `True`."""
    return text_field(payload, "IsReturn").casefold() == "true"


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError(f"the number {text[:20]} is beyond all measure")
    return number


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
