import base64
import datetime
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from shared.signing.digital_signature import UnreadableKeyError, load_public_keys, sign, verify
from tests.unit.signing.keys import BYTE_ORDER_MARK, private_key, private_pem, public_pem, write_key

OURS, THEIRS = private_key("ours"), private_key("theirs")
WEBHOOK = '{"Type":"TransactionSettled","Payload":{"Amount":88.50,"Name":"Zoë O’Brien"},"Nonce":8553416320}'.encode()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
@pytest.mark.parametrize("text", [WEBHOOK, b'{"Nonce":8553416320}', b"", b"\x00\xff" * 500])
def test_the_signature_is_what_openssl_makes(tmp_path: Path, text: bytes) -> None:
    key_file = write_key(tmp_path, private_pem(OURS))
    openssl = ["openssl", "dgst", "-sha256", "-sign", str(key_file)]
    expected = subprocess.run(openssl, input=text, capture_output=True, check=True).stdout
    assert sign(OURS, text) == base64.b64encode(expected).decode()


def test_a_signature_is_one_line_and_always_the_same() -> None:
    assert sign(OURS, WEBHOOK) == sign(OURS, WEBHOOK)
    assert "\n" not in sign(OURS, WEBHOOK)


def test_a_true_signature_verifies() -> None:
    assert verify(WEBHOOK, sign(OURS, WEBHOOK), [OURS.public_key()])


def test_a_key_of_4096_bits_verifies_too() -> None:
    large = private_key("large", 4096)
    assert verify(WEBHOOK, sign(large, WEBHOOK), [large.public_key()])


def test_the_second_key_of_two_verifies_while_the_bank_changes_its_key() -> None:
    assert verify(WEBHOOK, sign(OURS, WEBHOOK), [THEIRS.public_key(), OURS.public_key()])


def test_another_key_does_not_verify() -> None:
    assert not verify(WEBHOOK, sign(OURS, WEBHOOK), [THEIRS.public_key()])


def test_no_key_verifies_nothing() -> None:
    assert not verify(WEBHOOK, sign(OURS, WEBHOOK), [])


@pytest.mark.parametrize(
    "changed",
    [
        WEBHOOK.replace(b"88.50", b"88.51"),
        WEBHOOK.replace(b"88.50", b"88.5"),
        json.dumps(json.loads(WEBHOOK)).encode(),
        json.dumps(json.loads(WEBHOOK), ensure_ascii=False, separators=(",", ":")).encode(),
        WEBHOOK.decode().encode("utf-16"),
        WEBHOOK.decode().replace("ë", "e\u0308").encode(),
        WEBHOOK + b"\n",
        b" " + WEBHOOK,
        WEBHOOK[:-1],
        b"",
    ],
)
def test_changed_or_re_encoded_bytes_do_not_verify(changed: bytes) -> None:
    assert changed != WEBHOOK
    assert not verify(changed, sign(OURS, WEBHOOK), [OURS.public_key()])


@pytest.mark.parametrize(
    "signature",
    [None, "", " ", "=", "A", "not base64!", "Ünïcode", "QUJD", sign(OURS, WEBHOOK)[:-4], sign(OURS, WEBHOOK) + "\n"],
)
def test_a_broken_signature_is_false_and_never_an_error(signature: str | None) -> None:
    assert verify(WEBHOOK, signature, [OURS.public_key()]) is False


def certificate_pem() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bank")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(name, name, THEIRS.public_key(), 1, start, start + datetime.timedelta(days=1))
    return builder.sign(THEIRS, SHA256()).public_bytes(Encoding.PEM)


def test_keys_and_certificates_of_one_file_are_read_in_order() -> None:
    pem = (
        BYTE_ORDER_MARK + public_pem(OURS.public_key()).replace(b"\n", b"\r\n") + b"the next one\n" + certificate_pem()
    )
    assert load_public_keys(pem) == [OURS.public_key(), THEIRS.public_key()]


def test_a_pkcs1_public_key_is_read() -> None:
    pem = OURS.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1)
    assert load_public_keys(pem) == [OURS.public_key()]


def elliptic_pem() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (b"-----BEGIN PUBLIC KEY-----\nQUJD\n-----END PUBLIC KEY-----\n", "block 2 .PUBLIC KEY. cannot be read"),
        (b"-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n", "block 2 .CERTIFICATE. cannot be read"),
        (private_pem(OURS), "block 2 is a PRIVATE KEY"),
        (elliptic_pem(), "block 2 .PUBLIC KEY. is not an RSA key"),
        (b"-----BEGIN PUBLIC KEY-----\nQUJD\n", "has no end"),
    ],
)
def test_an_unreadable_second_key_is_an_error_that_says_which(extra: bytes, message: str) -> None:
    with pytest.raises(UnreadableKeyError, match=message):
        load_public_keys(public_pem(OURS.public_key()) + extra)


def test_a_file_without_a_key_is_an_error() -> None:
    with pytest.raises(UnreadableKeyError, match="no PEM public key"):
        load_public_keys(b"hello")
