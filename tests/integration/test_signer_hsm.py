"""A real signer whose key is in a token that another process runs, as with an HSM: what is in its memory, what it
opens, and what it does when the token hangs.

With SoftHSM in the signer's own process this could not be shown: a software token decrypts its key where it runs.
"""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from shared.signing.client import SignerUnavailableError
from tests.contract.signer.softhsm import HAS_REMOTE, NO_REMOTE, PIN, ServedToken, Token, make_token
from tests.integration.signers import CALLER, RunningSigner, running_signer
from tests.processes import eventually
from tests.unit.signing.keys import private_key, private_pem, public_pem, write_key

pytestmark = [pytest.mark.enable_socket, pytest.mark.skipif(not HAS_REMOTE, reason=NO_REMOTE)]
KEY = private_key("ours")
CREDENTIAL = {"SIGNER_TOKEN": CALLER.token, "SIGNER_SECRET_KEY": CALLER.secret_key}
OVERLAP_BYTES = 1024


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Token:
    token = make_token(tmp_path_factory.mktemp("token"))
    token.import_key(write_key(tmp_path_factory.mktemp("imported"), private_pem(KEY)), "clearbank")
    return token


@pytest.fixture
def served(token: Token) -> Iterator[ServedToken]:
    with token.served() as served:
        yield served


@contextmanager
def signer_with(folder: Path, settings: Mapping[str, str]) -> Iterator[RunningSigner]:
    (folder / "clearbank.pub").write_bytes(public_pem(KEY.public_key()))
    with running_signer(folder, {**CREDENTIAL, **settings}) as signer:
        for nonce in range(20):
            answer = signer.client().sign_nonces([nonce])[0]
            assert signer.is_signature(answer.body, answer.signature)
        yield signer


@pytest.fixture
def hsm_signer(tmp_path: Path, served: ServedToken) -> Iterator[RunningSigner]:
    settings = {**served.settings, "PKCS11_KEY_LABEL": "clearbank", "SIGNING_TIMEOUT_MILLISECONDS": "1500"}
    with signer_with(tmp_path, settings) as signer:
        yield signer


def parts_of(key: RSAPrivateKey) -> dict[str, bytes]:
    """What would give the key away: its secret numbers as PEM has them and as OpenSSL keeps them, and PEM itself."""
    numbers = key.private_numbers()
    half, whole = key.key_size // 16, key.key_size // 8
    secret = {"p": (numbers.p, half), "q": (numbers.q, half), "d": (numbers.d, whole)}
    parts = {
        f"{name}, {order}": n.to_bytes(size, order) for name, (n, size) in secret.items() for order in ("big", "little")
    }
    return parts | {"PEM": private_pem(key).splitlines()[5]}


def found_in_memory(pid: int, parts: Mapping[str, bytes]) -> set[str]:
    """Names of the parts that the process has in its memory."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    writable = [where for where, mode in (line.split()[:2] for line in maps) if mode.startswith("rw")]
    found = set[str]()
    try:
        with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
            for where in writable:
                start, end = (int(part, 16) for part in where.split("-"))
                for chunk in _chunks(memory.fileno(), start, end):
                    found |= {name for name, part in parts.items() if part in chunk}
    except PermissionError:
        pytest.skip("needs the right to read the memory of a process that it started")
    return found


def _chunks(memory: int, start: int, end: int, size: int = 8 * 1024 * 1024) -> Iterator[bytes]:
    for begin in range(start, end, size):
        try:
            yield os.pread(memory, min(size + OVERLAP_BYTES, end - begin), begin)
        except OSError:  # mapped and not readable, as some of the kernel's own pages
            continue


def open_files(pid: int) -> list[str]:
    mapped = [line.split(maxsplit=5)[5] for line in Path(f"/proc/{pid}/maps").read_text().splitlines() if "/" in line]
    return mapped + [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]


def test_a_signer_with_an_hsm_has_nothing_of_the_key_in_its_memory(hsm_signer: RunningSigner) -> None:
    for pid in (hsm_signer.pid, hsm_signer.worker_pid):
        assert found_in_memory(pid, parts_of(KEY)) == set()


def test_the_same_search_finds_the_key_of_a_signer_with_a_file_and_only_in_its_worker(tmp_path: Path) -> None:
    key_file = write_key(tmp_path, private_pem(KEY))
    with signer_with(tmp_path, {"SIGNING_KEY_FILE": str(key_file)}) as signer:
        found = found_in_memory(signer.worker_pid, parts_of(KEY))
        assert {"p, little", "q, little"} <= found
        assert found_in_memory(signer.pid, parts_of(KEY)) == set()


def test_a_signer_with_an_hsm_opens_nothing_of_the_token_and_leaves_no_key_on_disk(
    hsm_signer: RunningSigner, token: Token, tmp_path: Path
) -> None:
    opened = open_files(hsm_signer.worker_pid)
    assert [path for path in opened if str(token.folder / "tokens") in path or "libsofthsm" in path] == []
    assert any("p11-kit-client" in path for path in opened)
    parts = parts_of(KEY).values()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in written if any(part in path.read_bytes() for part in parts)] == []


def test_the_server_that_forks_never_loads_the_module(hsm_signer: RunningSigner) -> None:
    assert [path for path in open_files(hsm_signer.pid) if "p11-kit-client" in path] == []


def test_a_token_that_hangs_means_a_503_in_time_from_a_signer_that_lives_and_is_not_ready(
    hsm_signer: RunningSigner, served: ServedToken
) -> None:
    served.signal_all(signal.SIGSTOP)
    for _ in range(3):
        with pytest.raises(SignerUnavailableError, match="503"):
            hsm_signer.client().sign_nonces([1])
    assert hsm_signer.status("/livez") == 200
    eventually(lambda: hsm_signer.status("/readyz") == 503, "the signer says that it is not ready")
    served.signal_all(signal.SIGCONT)

    def signs() -> bool:
        try:
            return hsm_signer.client().sign_nonces([1])[0].body == b'{"Nonce":1}'
        except SignerUnavailableError:
            return False

    eventually(signs, "the signer signs again")
    log = hsm_signer.log_file.read_text()
    assert '"reason": "timeout"' in log
    assert PIN not in log


def test_a_token_whose_connection_breaks_costs_no_call(hsm_signer: RunningSigner, served: ServedToken) -> None:
    for nonce in range(3):
        served.signal_all(signal.SIGKILL)
        answer = hsm_signer.client().sign_nonces([nonce])[0]
        assert hsm_signer.is_signature(answer.body, answer.signature)
