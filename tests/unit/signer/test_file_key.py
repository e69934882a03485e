import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from services.signer.keys import KeyRefusedError, prove_that_it_signs
from services.signer.providers.file import load_file_key
from tests.unit.signing.keys import BYTE_ORDER_MARK, private_key, private_pem, public_pem, write_key

OURS = private_key("ours")
PKCS1, PKCS8 = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8


@pytest.mark.parametrize("content", [private_pem(OURS, PKCS8), private_pem(OURS, PKCS1)])
@pytest.mark.parametrize("start", [b"", BYTE_ORDER_MARK])
def test_both_pem_forms_are_read_with_or_without_a_byte_order_mark(
    tmp_path: Path, content: bytes, start: bytes
) -> None:
    key = load_file_key(write_key(tmp_path, start + content))
    assert key.public_key == OURS.public_key()
    prove_that_it_signs(key)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
def test_the_key_id_is_the_digest_of_the_public_key(tmp_path: Path) -> None:
    path = write_key(tmp_path, private_pem(OURS))
    openssl = ["openssl", "pkey", "-in", str(path), "-pubout", "-outform", "DER"]
    der = subprocess.run(openssl, capture_output=True, check=True).stdout
    assert load_file_key(path).key_id == hashlib.sha256(der).hexdigest()[:16]


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o666, 0o620, 0o601])
def test_a_key_open_to_others_is_refused_with_the_command_that_helps(tmp_path: Path, mode: int) -> None:
    path = write_key(tmp_path, private_pem(OURS), mode)
    with pytest.raises(KeyRefusedError, match=f"run chmod 600 {path}"):
        load_file_key(path)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o440, 0o640])
def test_a_key_its_group_may_read_is_taken_as_kubernetes_mounts_it(tmp_path: Path, mode: int) -> None:
    assert load_file_key(write_key(tmp_path, private_pem(OURS), mode)).key_id


def elliptic_pem() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no readable private key"),
        (b"hello", "holds no readable private key"),
        (private_pem(OURS)[:-200], "holds no readable private key"),
        (public_pem(OURS.public_key()), "holds no readable private key"),
        (OURS.private_bytes(Encoding.PEM, PKCS8, BestAvailableEncryption(b"pin")), "is encrypted"),
        (private_pem(private_key("small", 1024)), "has 1024 bits"),
        (elliptic_pem(), "is not an RSA key"),
    ],
)
def test_anything_but_a_strong_rsa_key_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = write_key(tmp_path, content)
    with pytest.raises(KeyRefusedError, match=message) as caught:
        load_file_key(path)
    assert str(path) in str(caught.value)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyRefusedError, match="No such file"):
        load_file_key(tmp_path / "none")


def test_a_key_does_not_show_itself(tmp_path: Path) -> None:
    assert "PRIVATE" not in repr(load_file_key(write_key(tmp_path, private_pem(OURS))))
