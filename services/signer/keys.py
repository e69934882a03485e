"""The private key behind one method: a file today, a hardware module later."""

import hashlib
import stat
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from shared.signing.digital_signature import BYTE_ORDER_MARK, sign

MINIMUM_KEY_BITS = 2048
# Group reading stays allowed: Kubernetes gives a mounted secret to a non-root process through its group (fsGroup).
FORBIDDEN_MODE = stat.S_IRWXO | stat.S_IWGRP | stat.S_IXGRP


class KeyRefusedError(Exception):
    """The key must not or cannot be used; the message is one sentence that says why and what to do."""


class KeyProvider(Protocol):
    """Signs without letting the private key out. Must bear calls from several threads."""

    @property
    def key_id(self) -> str:
        """The first 16 hex digits of the SHA-256 of the public key's DER form."""

    @property
    def public_key(self) -> RSAPublicKey: ...

    def sign(self, raw_bytes: bytes) -> str:
        """The DigitalSignature over exactly these bytes."""


class FileKey:
    """An RSA key of a PEM file, PKCS#8 or PKCS#1, read once."""

    def __init__(self, private_key: RSAPrivateKey) -> None:
        self._private_key = private_key
        self.public_key = private_key.public_key()
        self.key_id = key_id(self.public_key)

    def sign(self, raw_bytes: bytes) -> str:
        return sign(self._private_key, raw_bytes)


def load_file_key(path: Path) -> FileKey:
    """Raises KeyRefusedError for a file that others may read, and for anything but an RSA key of 2048 bits or more."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        pem = path.read_bytes()
    except OSError as error:
        raise KeyRefusedError(f"SIGNING_KEY_FILE {path} cannot be read ({error.strerror}): check it.") from error
    if mode & FORBIDDEN_MODE:
        raise KeyRefusedError(f"SIGNING_KEY_FILE {path} is open to others (mode {mode:04o}): run chmod 600 {path}.")
    return FileKey(_rsa_key(pem, path))


def key_id(public_key: RSAPublicKey) -> str:
    der = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()[:16]


def _rsa_key(pem: bytes, path: Path) -> RSAPrivateKey:
    try:
        private_key = load_pem_private_key(pem.removeprefix(BYTE_ORDER_MARK), password=None)
    except TypeError as error:
        raise KeyRefusedError(f"SIGNING_KEY_FILE {path} is encrypted: give it without a password.") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefusedError(f"SIGNING_KEY_FILE {path} holds no readable private key in PEM form.") from error
    if not isinstance(private_key, RSAPrivateKey):
        raise KeyRefusedError(f"SIGNING_KEY_FILE {path} is not an RSA key: ClearBank takes RSA only.")
    if private_key.key_size < MINIMUM_KEY_BITS:
        raise KeyRefusedError(f"SIGNING_KEY_FILE {path} has {private_key.key_size} bits: make one of 2048 or more.")
    return private_key
