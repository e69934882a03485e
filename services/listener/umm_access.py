"""How UMM shows who it is: the settings of its door. Without any of them there is no door.

UMM Services Webhooks, authentication: up to five API keys in headers that the client names, Basic, or a Bearer token.
"""

import re
from dataclasses import dataclass

from services.listener.credentials import ApiKeys, Basic, Bearer, Proof
from services.listener.umm_headers import NAMES
from shared.runtime.settings import SettingsReader
from shared.runtime.signer_access import lines_of

MOST_API_KEYS = 5
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_API_KEY = re.compile(r"[ -~]{1,1000}")
_TOKEN = re.compile(r"[!-~]+")
_TAKEN_NAMES = {
    *NAMES,
    *("authorization", "host", "content_type", "content_length", "connection", "transfer_encoding"),
}


@dataclass(frozen=True, slots=True)
class UmmAccess:
    """All `proofs` must hold. `is_strict`: headers must be exactly as documented."""

    proofs: tuple[Proof, ...]
    is_strict: bool


def read_umm_access(reader: SettingsReader) -> UmmAccess | None:
    """None when UMM sends nothing here. Faults are gathered in the reader."""
    is_strict = reader.choice("UMM_WEBHOOK_HEADERS", ("tolerant", "strict"), default="tolerant") == "strict"
    api_keys, basic, bearer = _api_keys(reader), _basic(reader), _bearer(reader)
    if basic and bearer:
        reader.add_fault(
            "UMM_WEBHOOK_USERNAME and UMM_WEBHOOK_BEARER_TOKEN exclude each other: both are sent in one header."
        )
    proofs = tuple(proof for proof in (api_keys, basic, bearer) if proof)
    return UmmAccess(proofs, is_strict) if proofs else None


def _api_keys(reader: SettingsReader) -> ApiKeys | None:
    lines = lines_of(reader.text("UMM_WEBHOOK_API_KEYS", default=""))
    pairs = tuple((name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
    if len(pairs) > MOST_API_KEYS:
        reader.add_fault(f"UMM_WEBHOOK_API_KEYS has {len(pairs)} keys: UMM sends {MOST_API_KEYS} at most.")
    seen = set(_TAKEN_NAMES)
    for number, (name, value) in enumerate(pairs, 1):
        folded = name.lower().replace("-", "_")  # servers cannot tell a-b from a_b
        if not _HEADER_NAME.fullmatch(name) or not _API_KEY.fullmatch(value):
            reader.add_fault(
                f"UMM_WEBHOOK_API_KEYS line {number} is not a header's name, a colon and a value in ASCII."
            )
        elif folded in seen:
            reader.add_fault(f"UMM_WEBHOOK_API_KEYS line {number}: the header's name is used already, choose another.")
        seen.add(folded)
    return ApiKeys(pairs) if pairs else None


def _basic(reader: SettingsReader) -> Basic | None:
    if not (reader.has("UMM_WEBHOOK_USERNAME") or reader.has("UMM_WEBHOOK_PASSWORD")):
        return None
    username = reader.text("UMM_WEBHOOK_USERNAME", hint="set what UMM sends by Basic")
    if ":" in username:
        reader.add_fault("UMM_WEBHOOK_USERNAME holds a colon, which Basic cannot carry: choose another.")
    return Basic(username, reader.text("UMM_WEBHOOK_PASSWORD", hint="set what UMM sends by Basic"))


def _bearer(reader: SettingsReader) -> Bearer | None:
    tokens = tuple(lines_of(reader.text("UMM_WEBHOOK_BEARER_TOKEN", default="")))
    if not all(_TOKEN.fullmatch(token) for token in tokens):
        reader.add_fault("UMM_WEBHOOK_BEARER_TOKEN is not one token in ASCII per line.")
    return Bearer(tokens) if tokens else None
