"""A key in a PEM file. For simulation: in production ClearBank wants the key in an HSM."""

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.signer.keys import KeyProvider, KeyRefusedError
from services.signer.providers.memory import MemoryKey, read_rsa_key
from services.signer.providers.open import open_each
from shared.runtime.settings import SettingsReader

# Group reading stays allowed: Kubernetes gives a mounted secret to a non-root process through its group (fsGroup).
FORBIDDEN_MODE = stat.S_IRWXO | stat.S_IWGRP | stat.S_IXGRP


def read_keys(reader: SettingsReader) -> list[KeyProvider]:
    paths = reader.text("SIGNING_KEY_FILE", hint="give the path of the private key, see make csr")
    return open_each(reader, paths, lambda path: load_file_key(Path(path)))


def load_file_key(path: Path) -> MemoryKey:
    """Raises KeyRefusedError for a file that others may read, and for anything but an RSA key of 2048 bits or more."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        pem = path.read_bytes()
    except OSError as error:
        raise KeyRefusedError(f"SIGNING_KEY_FILE {path} cannot be read ({error.strerror}): check it.") from error
    if mode & FORBIDDEN_MODE:
        raise KeyRefusedError(f"SIGNING_KEY_FILE {path} is open to others (mode {mode:04o}): run chmod 600 {path}.")
    return MemoryKey("file", read_rsa_key(pem, f"SIGNING_KEY_FILE {path}"))


def make_key_file(path: Path, key_bits: int, *, may_overwrite: bool) -> MemoryKey:
    """Never open to others, not even for a moment, and never over an existing key unless asked. Raises OSError."""
    private_key = generate_private_key(public_exponent=65537, key_size=key_bits)
    target = path.with_suffix(f"{path.suffix}.new") if may_overwrite else path
    if may_overwrite:
        target.unlink(missing_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(descriptor)
    if may_overwrite:
        target.replace(path)
    return MemoryKey("file", private_key)
