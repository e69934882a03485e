"""RSA keys for tests, made once per run."""

from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@cache
def private_key(name: str = "ours", bits: int = 2048) -> RSAPrivateKey:
    """The same name and size give the same key within a run."""
    return generate_private_key(public_exponent=65537, key_size=bits)


def private_pem(key: RSAPrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    return key.private_bytes(Encoding.PEM, form, NoEncryption())


def public_pem(key: RSAPublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def write_key(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "clearbank.key"
    path.write_bytes(content)
    path.chmod(mode)
    return path
