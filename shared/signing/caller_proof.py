"""The proof a caller of the signer sends: a token, the time, and an HMAC over the whole call."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

TIME_HEADER = "X-Causeway-Time"
PROOF_HEADER = "X-Causeway-Proof"
TOLERANCE_SECONDS = 300
_UNIX_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)


@dataclass(frozen=True)
class CallerSecret:
    """What a caller and the signer share: the token that names the caller, the key of its proofs."""

    token: str = field(repr=False)
    secret_key: str = field(repr=False)


def prove(secret: CallerSecret, method: str, path: str, body: bytes, *, now_seconds: float) -> dict[str, str]:
    """The headers a call must carry; `now_seconds` is Unix time."""
    time = str(int(now_seconds))
    return {
        "Authorization": f"Bearer {secret.token}",
        TIME_HEADER: time,
        PROOF_HEADER: _proof(secret, method, path, time, body),
    }


def check(
    secret: CallerSecret, method: str, path: str, body: bytes, *, headers: Mapping[str, str], now_seconds: float
) -> str | None:
    """None when the call is proved, else a reason code: token, time_missing, time_off, proof_missing or proof.

    Times may differ by 300 s either way. `headers` must find names without regard to case, as WSGI's do.
    """
    if not _same(headers.get("Authorization", ""), f"Bearer {secret.token}"):
        return "token"
    time = headers.get(TIME_HEADER, "")
    if not _UNIX_SECONDS.fullmatch(time):
        return "time_missing"
    if abs(now_seconds - int(time)) > TOLERANCE_SECONDS:
        return "time_off"
    given = headers.get(PROOF_HEADER, "")
    if not given:
        return "proof_missing"
    return None if _same(given, _proof(secret, method, path, time, body)) else "proof"


def _proof(secret: CallerSecret, method: str, path: str, time: str, body: bytes) -> str:
    message = b"\n".join((method.upper().encode(), path.encode(), time.encode(), body))
    return hmac.new(secret.secret_key.encode(), message, hashlib.sha256).hexdigest()


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
