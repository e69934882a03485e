"""The proof a caller of the signer sends: a token, the time, an id of the call, and an HMAC over the whole call.

A call that is sent again takes a new id, so the signer can refuse every proof that it has seen.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

TIME_HEADER = "X-Causeway-Time"
CALL_HEADER = "X-Causeway-Call"
KEY_HEADER = "X-Causeway-Key"
PROOF_HEADER = "X-Causeway-Proof"
TOLERANCE_SECONDS = 300
_BEARER = "Bearer "
_UNIX_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)
_CALL_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True)
class CallerSecret:
    """What a caller sends and proves with: the token that names it, the key of its proofs."""

    token: str = field(repr=False)
    secret_key: str = field(repr=False)


def prove(
    secret: CallerSecret, method: str, path: str, body: bytes, *, now_seconds: float, key_id: str = ""
) -> dict[str, str]:
    """The headers a call must carry; `now_seconds` is Unix time. `key_id` asks for one of the signer's keys."""
    time, call_id = str(int(now_seconds)), secrets.token_hex(16)
    headers = {
        "Authorization": _BEARER + secret.token,
        TIME_HEADER: time,
        CALL_HEADER: call_id,
        PROOF_HEADER: _proof(secret.secret_key, method, path, time, call_id, key_id, body),
    }
    return headers | {KEY_HEADER: key_id} if key_id else headers


def token_of(headers: Mapping[str, str]) -> str:
    """The token that a call sends; empty when it sends none."""
    authorization = headers.get("Authorization", "")
    return authorization.removeprefix(_BEARER) if authorization.startswith(_BEARER) else ""


def check(
    secret_keys: Iterable[str], method: str, path: str, body: bytes, *, headers: Mapping[str, str], now_seconds: float
) -> str | None:
    """None when one of the keys proves the call, else a reason code: time_missing, time_off, call_missing,
    proof_missing or proof.

    Times may differ by 300 s either way. `headers` must find names without regard to case, as WSGI's do.
    """
    time, call_id = headers.get(TIME_HEADER, ""), headers.get(CALL_HEADER, "")
    if not _UNIX_SECONDS.fullmatch(time):
        return "time_missing"
    if abs(now_seconds - int(time)) > TOLERANCE_SECONDS:
        return "time_off"
    if not _CALL_ID.fullmatch(call_id):
        return "call_missing"
    given = headers.get(PROOF_HEADER, "")
    if not given:
        return "proof_missing"
    key_id = headers.get(KEY_HEADER, "")
    proofs = (_proof(secret_key, method, path, time, call_id, key_id, body) for secret_key in secret_keys)
    return None if any(same(given, proof) for proof in proofs) else "proof"


def same(given: str, expected: str) -> bool:
    """Compared in a time that tells nothing of where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _proof(secret_key: str, method: str, path: str, time: str, call_id: str, key_id: str, body: bytes) -> str:
    head = "\n".join((method.upper(), path, time, call_id, key_id, ""))
    return hmac.new(secret_key.encode(), head.encode() + body, hashlib.sha256).hexdigest()
