"""An asymmetric KMS key: it cannot leave KMS, whose HSMs sign. Only the digest travels."""

import os

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from services.signer.aws import AWS_ERRORS, aws_client, reason_of
from services.signer.keys import KeyProvider, KeyRefusedError
from services.signer.providers.device import SIGNATURES_AT_ONCE, DeviceKey, checked_public_key, read_timeout_seconds
from services.signer.providers.open import open_each
from shared.runtime.settings import SettingsReader

ALGORITHM = "RSASSA_PKCS1_V1_5_SHA_256"


def read_keys(reader: SettingsReader) -> list[KeyProvider]:
    names = reader.text("KMS_KEY_ID", hint="give id, ARN or alias of an asymmetric KMS key")
    timeout_seconds = read_timeout_seconds(reader)
    return open_each(reader, names, lambda name: open_kms_key(name, timeout_seconds))


def open_kms_key(name: str, timeout_seconds: float) -> DeviceKey:
    """Raises KeyRefusedError for a key that cannot be asked for or does not sign as ClearBank wants."""
    where = f"KMS_KEY_ID {name}"
    try:
        found = aws_client("kms").get_public_key(KeyId=name)
    except AWS_ERRORS as error:
        raise KeyRefusedError(f"{where} cannot be used ({reason_of(error)}): check name, role and network.") from error
    if found.get("KeyUsage") != "SIGN_VERIFY" or ALGORITHM not in found.get("SigningAlgorithms", ()):
        raise KeyRefusedError(f"{where} does not sign with {ALGORITHM}: give an RSA key for signing.")
    public_key = checked_public_key(_rsa_public_key(found["PublicKey"], where), where)
    kms = _Kms(found["KeyId"], timeout_seconds)
    return DeviceKey("kms", public_key, kms.sign_digest, timeout_seconds=timeout_seconds)


class _Kms:
    """Takes the key's own id, since an alias may be pointed elsewhere while we run."""

    def __init__(self, key_id: str, timeout_seconds: float) -> None:
        self._key_id = key_id
        self._timeout_seconds = timeout_seconds
        self._connect()
        os.register_at_fork(after_in_child=self._connect)  # two processes must not share connections

    def sign_digest(self, digest: bytes, _deadline: float) -> bytes:
        answer = self._client.sign(KeyId=self._key_id, Message=digest, MessageType="DIGEST", SigningAlgorithm=ALGORITHM)
        return bytes(answer["Signature"])

    def _connect(self) -> None:
        self._client = aws_client("kms", read_seconds=self._timeout_seconds, connections=SIGNATURES_AT_ONCE)


def _rsa_public_key(der: bytes, where: str) -> RSAPublicKey:
    try:
        public_key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefusedError(f"{where} has a public half that cannot be read: is it the right key?") from error
    if not isinstance(public_key, RSAPublicKey):
        raise KeyRefusedError(f"{where} is not an RSA key: ClearBank takes RSA only.")
    return public_key
