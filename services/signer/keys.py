"""The private key behind one method, wherever it is kept."""

import hashlib
from collections.abc import Sequence
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MINIMUM_KEY_BITS = 2048
# Not JSON, so neither door would sign it, and its signature never leaves the process.
PROBE = hashlib.sha256(b"causeway signer readiness").digest()


class KeyRefusedError(Exception):
    """The key must not or cannot be used; the message is one sentence that says why and what to do."""


class KeyUnavailableError(Exception):
    """What holds the key does not sign now: late, away or broken. The same call may be made again at any time.

    `reason` is a code for metrics: timeout, device, wrong_signature or pin.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class KeyProvider(Protocol):
    """Signs without letting the private key out. Bears calls from several threads."""

    @property
    def provider(self) -> str:
        """file, s3, pkcs11 or kms."""

    @property
    def key_id(self) -> str:
        """The first 16 hex digits of the SHA-256 of the public key's DER form."""

    @property
    def public_key(self) -> RSAPublicKey: ...

    def sign_all(self, digests: Sequence[bytes]) -> list[bytes]:
        """The RSASSA-PKCS1-v1_5 signature over each SHA-256 digest, in their order. Raises KeyUnavailableError."""


def key_id(public_key: RSAPublicKey) -> str:
    der = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()[:16]


def is_signature(public_key: RSAPublicKey, digest: bytes, signature: bytes) -> bool:
    try:
        public_key.verify(signature, digest, PKCS1v15(), Prehashed(SHA256()))
    except InvalidSignature:
        return False
    return True


def prove_that_it_signs(key: KeyProvider) -> None:
    """Have a known text signed and verify it. Raises KeyUnavailableError."""
    (signature,) = key.sign_all([PROBE])
    if not is_signature(key.public_key, PROBE, signature):
        raise KeyUnavailableError("wrong_signature", f"The signature of key {key.key_id} does not verify.")
