"""What every provider promises, with one and the same key in all of them."""

import hashlib
import multiprocessing
import shutil
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from services.signer.keys import KeyProvider, key_id
from tests.contract.signer.aws import Aws
from tests.contract.signer.conftest import LABEL, OpenKeys
from tests.contract.signer.softhsm import ServedToken, Token
from tests.unit.signing.keys import private_key, public_pem

pytestmark = pytest.mark.enable_socket
OURS = private_key("ours")
TEXTS = [b'{"Nonce":%d}' % number for number in range(40)]
DIGESTS = [hashlib.sha256(text).digest() for text in TEXTS]
EXPECTED = [OURS.sign(text, PKCS1v15(), SHA256()) for text in TEXTS]


@pytest.fixture(params=["file", "s3", "pkcs11", "pkcs11 in another process", "kms"])
def settings(request: pytest.FixtureRequest, key_file: Path) -> Mapping[str, str]:
    match request.param:
        case "file":
            return {"SIGNING_KEY_PROVIDER": "file", "SIGNING_KEY_FILE": str(key_file)}
        case "s3":
            aws: Aws = request.getfixturevalue("aws")
            return aws.store(aws.bucket(), "keys/clearbank.pem", key_file.read_bytes())
        case "pkcs11":
            token: Token = request.getfixturevalue("token")
            return token.settings | {"PKCS11_KEY_LABEL": LABEL}
        case "pkcs11 in another process":
            served: ServedToken = request.getfixturevalue("served_token")
            return {**served.settings, "PKCS11_KEY_LABEL": LABEL}
        case _:
            aws = request.getfixturevalue("aws")
            return aws.kms_key()


@pytest.fixture
def key(settings: Mapping[str, str], opened: OpenKeys) -> KeyProvider:
    (key,) = opened(settings)
    return key


def test_its_signatures_are_those_of_the_key_byte_for_byte(key: KeyProvider) -> None:
    assert key.sign_all(DIGESTS) == EXPECTED


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
def test_openssl_verifies_what_it_signs(key: KeyProvider, tmp_path: Path) -> None:
    (tmp_path / "pub").write_bytes(public_pem(key.public_key))
    (tmp_path / "sig").write_bytes(key.sign_all(DIGESTS[:1])[0])
    openssl = ["openssl", "dgst", "-sha256", "-verify", str(tmp_path / "pub"), "-signature", str(tmp_path / "sig")]
    assert subprocess.run(openssl, input=TEXTS[0], capture_output=True, check=False).stdout == b"Verified OK\n"


def test_it_tells_which_key_and_which_provider_it_is(key: KeyProvider, settings: Mapping[str, str]) -> None:
    assert key.public_key == OURS.public_key()
    assert key.key_id == key_id(OURS.public_key())
    assert key.provider == settings["SIGNING_KEY_PROVIDER"]


def test_many_threads_get_their_own_signatures(key: KeyProvider) -> None:
    with ThreadPoolExecutor(24) as threads:
        signed = list(threads.map(lambda number: key.sign_all([DIGESTS[number % 40]])[0], range(240)))
    assert signed == EXPECTED * 6


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_process_forked_after_signing_signs_too_and_its_parent_still_does(key: KeyProvider) -> None:
    key.sign_all(DIGESTS)
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=lambda: sender.send(key.sign_all(DIGESTS)))
    child.start()
    in_parent = key.sign_all(DIGESTS)
    assert receiver.poll(30)
    assert receiver.recv() == in_parent == EXPECTED
    child.join()


def test_it_does_not_show_the_key(key: KeyProvider) -> None:
    numbers = OURS.private_numbers()
    shown = f"{key!r} {[str(value) for value in vars(key).values()]}"
    assert str(numbers.d) not in shown
    assert "PRIVATE" not in shown
