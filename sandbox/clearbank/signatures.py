"""DigitalSignature: RSASSA-PKCS1-v1_5 with SHA-256 over the raw body, Base64 on one line."""

import base64
import binascii
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.x509 import load_pem_x509_csr


class KeyFileError(Exception):
    """A key file does not hold the key it should."""


def _pem(file: Path) -> bytes:
    return file.read_bytes().removeprefix(b"\xef\xbb\xbf")  # official C# samples write a byte order mark


def load_client_key(file: Path) -> RSAPublicKey:
    """A PEM public key, or the public key of a PKCS#10 request. Raises KeyFileError."""
    pem = _pem(file)
    try:
        is_request = b"CERTIFICATE REQUEST" in pem
        key = load_pem_x509_csr(pem).public_key() if is_request else serialization.load_pem_public_key(pem)
    except ValueError as error:
        raise KeyFileError("SANDBOX_CLEARBANK_CLIENT_KEY_FILE holds no PEM public key and no CSR.") from error
    if not isinstance(key, RSAPublicKey):
        raise KeyFileError("SANDBOX_CLEARBANK_CLIENT_KEY_FILE must hold an RSA key.")
    return key


def load_signing_key(file: Path) -> RSAPrivateKey:
    """An unencrypted PEM private key. Raises KeyFileError."""
    try:
        key = serialization.load_pem_private_key(_pem(file), password=None)
    except (ValueError, TypeError) as error:
        raise KeyFileError("SANDBOX_CLEARBANK_SIGNING_KEY_FILE holds no unencrypted PEM private key.") from error
    if not isinstance(key, RSAPrivateKey):
        raise KeyFileError("SANDBOX_CLEARBANK_SIGNING_KEY_FILE must hold an RSA key.")
    return key


def sign(body: bytes, key: RSAPrivateKey) -> str:
    return base64.b64encode(key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()


def verifies(body: bytes, signature: str, key: RSAPublicKey) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), body, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
