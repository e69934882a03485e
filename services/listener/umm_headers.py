"""The five headers of a UMM webhook: what is refused, and what is only remarked on.

UMM Services Webhooks, request headers. Their own example of a client key is longer than their pattern allows, the form
of the timestamp stands in prose only, and what is refused comes 72 times more and is then lost: so, unless told to be
strict, we refuse only what cannot be told apart or kept.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from services.listener.acceptance import Headers
from services.listener.refusals import Refusal

MOST_CHARACTERS = 200
_DOCUMENTED = {
    "client_key": re.compile(r"[a-zA-Z0-9]{1,10}"),
    "product": re.compile(r"[a-zA-Z0-9_.& -]{1,100}"),
    "payment_channel": re.compile(r"[a-zA-Z0-9_.& -]{1,100}"),
    "idempotent_request_key": re.compile(r"[a-zA-Z0-9_=-]{1,50}"),
    "timestamp": re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}[+-]\d{2}:\d{2}", re.ASCII),
}
NAMES = tuple(_DOCUMENTED)
_KNOWN_VALUES = {
    "product": {"retail_transfers", "smb_transfers", "commercial_transfers", "integrated_payments"},
    "payment_channel": {
        *("retail_banking", "commercial_banking", "smb_banking", "bank_bos", "atm"),
        *("kiosk", "pos", "mobile_banking", "csm", "online"),
    },
}
_LONGER_CLIENT_KEY = re.compile(r"[a-zA-Z0-9]{1,50}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_RFC_3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class UmmHeaders:
    """`evidence`: the headers as they came, the timestamp in UTC when it can be read, and our remarks on them."""

    client_key: str
    idempotent_request_key: str
    evidence: dict[str, str]


def read_umm_headers(headers: Headers, *, is_strict: bool) -> UmmHeaders:
    """`is_strict`: a header that breaks its documented pattern is refused too. Raises Refusal."""
    values = {name: _one_value(name, headers.get(name)) for name in NAMES}
    if not _LONGER_CLIENT_KEY.fullmatch(values["client_key"]):
        raise Refusal(400, "header_invalid", "the header client_key is not 1 to 50 letters and digits")
    sent_at = _in_utc(values["timestamp"])
    broken = [name for name, documented in _DOCUMENTED.items() if not documented.fullmatch(values[name])]
    if sent_at is None and "timestamp" not in broken:
        broken.append("timestamp")
    if broken and is_strict:
        raise Refusal(400, "header_invalid", f"not as documented: the header {', '.join(broken)}")
    remarks = [f"{name} is not as documented" for name in broken]
    remarks += [f"{name} is a new value" for name, known in _KNOWN_VALUES.items() if values[name] not in known]
    evidence = dict(values)
    if sent_at:
        evidence["timestamp_utc"] = sent_at.isoformat()
    if remarks:
        evidence["remarks"] = "; ".join(remarks)
    return UmmHeaders(values["client_key"], values["idempotent_request_key"], evidence)


def _one_value(name: str, given: str | None) -> str:
    """A server that cannot tell client_key from client-key joins the two with a comma: alike they are one, unlike they
    are nobody's."""
    if not given or not given.strip():
        raise Refusal(400, "header_missing", f"the header {name} is missing")
    if len(given) > MOST_CHARACTERS or _CONTROL.search(given):
        sentence = f"the header {name} is longer than {MOST_CHARACTERS} characters or holds control characters"
        raise Refusal(400, "header_invalid", sentence)
    value, *others = {part.strip() for part in given.split(",")}
    if others:
        raise Refusal(400, "header_ambiguous", f"the header {name} comes more than once, with different values")
    return value


def _in_utc(timestamp: str) -> datetime | None:
    """None when it is no time of RFC 3339. Its offset counts, also one that no time zone has."""
    if not _RFC_3339.fullmatch(timestamp):
        return None
    try:
        return datetime.fromisoformat(timestamp.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
