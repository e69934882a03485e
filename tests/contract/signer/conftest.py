from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import urllib3

from services.signer.keys import KeyProvider
from services.signer.providers.open import open_keys
from shared.runtime.settings import SettingsReader
from tests.contract.signer.aws import Aws
from tests.contract.signer.softhsm import HAS_REMOTE, HAS_SOFTHSM, NO_REMOTE, NO_SOFTHSM, ServedToken, Token, make_token
from tests.processes import free_port, running
from tests.unit.signing.keys import private_key, private_pem, write_key

LABEL = "clearbank"
OpenKeys = Callable[[Mapping[str, str]], list[KeyProvider]]


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one key that is kept everywhere."""
    return write_key(tmp_path_factory.mktemp("key"), private_pem(private_key("ours")))


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory, key_file: Path) -> Token:
    """A token that holds the key. One for all tests: a module reads its configuration once."""
    if not HAS_SOFTHSM:
        pytest.skip(NO_SOFTHSM)
    token = make_token(tmp_path_factory.mktemp("token"))
    token.import_key(key_file, LABEL)
    return token


@pytest.fixture
def served_token(token: Token) -> Iterator[ServedToken]:
    """The same token in a process of its own."""
    if not HAS_REMOTE:
        pytest.skip(NO_REMOTE)
    with token.served() as served:
        yield served


@pytest.fixture(scope="session")
def aws_server(tmp_path_factory: pytest.TempPathFactory, key_file: Path) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    def is_ready() -> bool:
        try:
            return urllib3.request("GET", f"{url}/moto-api/", retries=False, timeout=1).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    command = ["-m", "tests.contract.signer.aws_server", str(port), str(key_file)]
    with running(command, tmp_path_factory.mktemp("aws"), {}, is_ready):
        yield url


@pytest.fixture
def aws(aws_server: str, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """An AWS of our own, and the settings of a pod that may use it."""
    aws = Aws(aws_server)
    for name, value in aws.settings.items():
        monkeypatch.setenv(name, value)
    return aws


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> OpenKeys:
    """Opens keys as the signer does. Raises SettingsError with every fault."""

    def open_with(settings: Mapping[str, str]) -> list[KeyProvider]:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        reader = SettingsReader(tmp_path)
        keys = open_keys(reader, reader.texts("SIGNING_KEY_PROVIDER"))
        reader.check()
        return keys

    return open_with
