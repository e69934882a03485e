"""The certificate signing request (PKCS#10) for a key that may live where we cannot read it."""

import hashlib
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from services.signer.keys import KeyProvider


def subject_of(common_name: str, organisation: str, country: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def certificate_request(key: KeyProvider, subject: x509.Name) -> x509.CertificateSigningRequest:
    """Signed by the key itself, with SHA-256. Raises KeyUnavailableError."""
    return x509.CertificateSigningRequestBuilder().subject_name(subject).sign(_AsPrivateKey(key), SHA256())


class _AsPrivateKey(RSAPrivateKey):
    """What cryptography's builder asks of a private key: its public half and PKCS#1 v1.5 signatures."""

    def __init__(self, key: KeyProvider) -> None:
        self._key = key

    def public_key(self) -> RSAPublicKey:
        return self._key.public_key

    def sign(self, data: bytes, *_padding_and_algorithm: Any) -> bytes:
        return self._key.sign_all([hashlib.sha256(data).digest()])[0]

    @property
    def key_size(self) -> int:
        return self._key.public_key.key_size

    def decrypt(self, *_: Any) -> bytes:
        raise NotImplementedError("this key signs only")

    def private_numbers(self) -> Any:
        raise NotImplementedError("this key does not show itself")

    def private_bytes(self, *_: Any) -> bytes:
        raise NotImplementedError("this key does not show itself")

    def __copy__(self) -> "_AsPrivateKey":
        return self

    def __deepcopy__(self, _: Any) -> "_AsPrivateKey":
        return self
