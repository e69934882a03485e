"""A key that this process holds itself, read from PEM."""

from collections.abc import Sequence

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from services.signer.keys import MINIMUM_KEY_BITS, KeyRefusedError, key_id
from shared.signing.digital_signature import BYTE_ORDER_MARK


class MemoryKey:
    """Cryptography signs without the GIL, so the caller's own threads are all it needs."""

    def __init__(self, provider: str, private_key: RSAPrivateKey) -> None:
        self.provider = provider
        self._private_key = private_key
        self.public_key = private_key.public_key()
        self.key_id = key_id(self.public_key)

    def sign_all(self, digests: Sequence[bytes]) -> list[bytes]:
        return [self._private_key.sign(digest, PKCS1v15(), Prehashed(SHA256())) for digest in digests]


def read_rsa_key(pem: bytes, where: str) -> RSAPrivateKey:
    """An RSA key of 2048 bits or more, PKCS#8 or PKCS#1. Raises KeyRefusedError; `where` begins its sentence."""
    try:
        private_key = load_pem_private_key(pem.removeprefix(BYTE_ORDER_MARK), password=None)
    except TypeError as error:
        raise KeyRefusedError(f"{where} is encrypted: give it without a password.") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefusedError(f"{where} holds no readable private key in PEM form.") from error
    if not isinstance(private_key, RSAPrivateKey):
        raise KeyRefusedError(f"{where} is not an RSA key: ClearBank takes RSA only.")
    if private_key.key_size < MINIMUM_KEY_BITS:
        raise KeyRefusedError(f"{where} has {private_key.key_size} bits: make one of {MINIMUM_KEY_BITS} or more.")
    return private_key
