"""The signature that receivers can check with any Standard Webhooks library (Standard Webhooks spec, signatures)."""

import base64
import hashlib
import hmac

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64  # bytes


class SigningSecretError(ValueError):
    """The text is no signing secret; it does not stand in the message."""


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: "v1," and base64. `timestamp` is in Unix seconds, as `webhook-timestamp` has
    it, and `body` is what goes over the wire, b"" for none. Raises SigningSecretError."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()


def new_secret(random_bytes: bytes) -> str:
    """The secret of 24 to 64 random bytes, as it is shown to the receiver. Raises SigningSecretError."""
    secret = _PREFIX + base64.b64encode(random_bytes).decode()
    check_secret(secret)
    return secret


def check_secret(secret: str) -> None:
    """Raises SigningSecretError when nothing could be signed with it."""
    _key(secret)


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(_PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        raise SigningSecretError(
            f'the signing secret is not "{_PREFIX}" and the base64 of {_SHORTEST} to {_LONGEST} bytes; leave it out to'
            " have one made"
        )
    return key
