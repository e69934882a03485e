"""ClearBank's DigitalSignature: RSA PKCS#1 v1.5 with SHA-256 over the exact bytes, standard Base64 on one line."""

import base64
import re
from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PEM_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)


class UnreadableKeyError(ValueError):
    """A PEM file of public keys holds something else; the message says which block."""


def sign(private_key: RSAPrivateKey, raw_bytes: bytes) -> str:
    """The signature of `raw_bytes` as a header carries it. The same key and bytes always give the same text."""
    return base64.b64encode(private_key.sign(raw_bytes, PKCS1v15(), SHA256())).decode()


def verify(raw_bytes: bytes, signature_base64: str | None, public_keys: Iterable[RSAPublicKey]) -> bool:
    """Whether any of the keys made this signature over exactly these bytes. Never raises on what a sender may send."""
    try:
        signature = base64.b64decode(signature_base64 or "", validate=True)
    except ValueError:
        return False
    return any(_is_signed_by(key, raw_bytes, signature) for key in public_keys)


def _is_signed_by(public_key: RSAPublicKey, raw_bytes: bytes, signature: bytes) -> bool:
    try:
        public_key.verify(signature, raw_bytes, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def load_public_keys(pem_bytes: bytes) -> list[RSAPublicKey]:
    """Every PEM public key or certificate of a file, in its order: two while ClearBank changes its key.

    Raises UnreadableKeyError when there is none, or one cannot be read.
    """
    pem = pem_bytes.removeprefix(BYTE_ORDER_MARK)
    blocks = list(_PEM_BLOCK.finditer(pem))
    if not blocks:
        raise UnreadableKeyError(
            "There is no PEM public key in it: give one that begins with -----BEGIN PUBLIC KEY-----."
        )
    if len(blocks) != pem.count(b"-----BEGIN "):
        raise UnreadableKeyError(
            f"A PEM block after {len(blocks)} whole ones or between them has no end: copy it again."
        )
    return [_load(number, block.group(1).decode(), block.group(0)) for number, block in enumerate(blocks, start=1)]


def _load(number: int, label: str, pem: bytes) -> RSAPublicKey:
    if label not in ("PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE"):
        raise UnreadableKeyError(f"PEM block {number} is a {label}: give public keys or certificates only.")
    try:
        key = x509.load_pem_x509_certificate(pem).public_key() if label == "CERTIFICATE" else load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnreadableKeyError(f"PEM block {number} ({label}) cannot be read: copy it again.") from error
    if not isinstance(key, RSAPublicKey):
        raise UnreadableKeyError(f"PEM block {number} ({label}) is not an RSA key, and ClearBank signs with RSA.")
    return key
