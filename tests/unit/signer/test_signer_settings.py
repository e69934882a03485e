from pathlib import Path

import pytest

from services.signer.settings import read_settings
from services.signer.wsgi import build_app
from shared.runtime.settings import SettingsError
from shared.signing.caller_proof import CallerSecret
from tests.unit.runtime.setup_documents import write_setup
from tests.unit.signing.keys import private_key, private_pem, write_key

NAMES = ("SIGNER_TOKEN", "SIGNER_SECRET_KEY", "SETUP_FILE", "SIGNING_KEY_FILE", "SIGNING_KEY_PROVIDER", "LOG_LEVEL")


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = write_key(tmp_path, private_pem(private_key("ours")))
    monkeypatch.setenv("SIGNING_KEY_FILE", str(path))
    return path


def faults() -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings()
    return caught.value.faults


def test_the_callers_secret_comes_from_the_environment(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNER_TOKEN", "token")
    monkeypatch.setenv("SIGNER_SECRET_KEY", "secret")
    settings = read_settings()
    assert settings.caller == CallerSecret("token", "secret")
    assert settings.log_level == "INFO"


def test_the_callers_secret_comes_from_the_setup_document(
    key_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SETUP_FILE", str(write_setup(tmp_path)))
    assert read_settings().caller == CallerSecret("caller-token", "caller-secret-key")


def test_the_environment_wins_over_the_setup_document(
    key_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SETUP_FILE", str(write_setup(tmp_path)))
    monkeypatch.setenv("SIGNER_TOKEN", "token")
    assert read_settings().caller == CallerSecret("token", "caller-secret-key")


def test_everything_missing_is_told_at_once() -> None:
    document = "or SETUP_FILE to a setup document."
    assert faults() == [
        f"SIGNER_TOKEN is not set: set SIGNER_TOKEN, SIGNER_TOKEN_FILE, {document}",
        f"SIGNER_SECRET_KEY is not set: set SIGNER_SECRET_KEY, SIGNER_SECRET_KEY_FILE, {document}",
        "SIGNING_KEY_FILE is not set: give the path of the private key, see make csr.",
    ]


def test_faults_of_document_key_and_level_are_told_at_once(
    key_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SETUP_FILE", str(write_setup(tmp_path, "secretKey", mambuUrl="lender")))
    monkeypatch.setenv("LOG_LEVEL", "loud")
    key_file.chmod(0o644)
    assert [fault.split(" ")[:2] for fault in faults()] == [
        ["SETUP_FILE:", "mambuUrl"],
        ["SETUP_FILE:", "secretKey"],
        ["SIGNING_KEY_FILE", str(key_file)],
        ["LOG_LEVEL", "must"],
    ]


@pytest.mark.parametrize("provider", ["s3", "pkcs11", "FILE"])
def test_a_provider_this_version_lacks_is_refused_plainly(
    key_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, provider: str
) -> None:
    monkeypatch.setenv("SETUP_FILE", str(write_setup(tmp_path)))
    monkeypatch.setenv("SIGNING_KEY_PROVIDER", provider)
    assert faults() == [
        f"SIGNING_KEY_PROVIDER is {provider!r}, but this version has 'file' only: set it to file.",
    ]


def test_settings_do_not_show_secrets(key_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SETUP_FILE", str(write_setup(tmp_path)))
    assert "caller-" not in repr(read_settings())


def test_a_signer_with_faults_ends_with_code_2_and_the_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        build_app()
    assert caught.value.code == 2
    assert capsys.readouterr().err.count("\n") == 3
