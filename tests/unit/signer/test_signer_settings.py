from pathlib import Path

import pytest

from services.signer.settings import read_settings
from services.signer.wsgi import build_app
from shared.runtime.settings import SettingsError
from tests.unit.runtime.setup_documents import write_setup
from tests.unit.signer.callers import KEY, NEXT_KEY
from tests.unit.signing.keys import private_key, private_pem, write_key

NAMES = (
    *("SIGNER_TOKEN", "SIGNER_SECRET_KEY", "SETUP_FILE", "SECRET_ID", "LOG_LEVEL", "SIGNER_CALLS_PER_SECOND"),
    *("SIGNING_KEY_PROVIDER", "SIGNING_KEY_ACTIVE", "SIGNING_KEY_FILE", "CB_BUCKET", "CB_KEY_FILE", "KMS_KEY_ID"),
    *("PKCS11_MODULE", "PKCS11_TOKEN_LABEL", "PKCS11_PIN", "PKCS11_PIN_FILE", "PKCS11_KEY_LABEL"),
    *("SIGNER_NONCE_TOKEN", "SIGNER_NONCE_SECRET_KEY", "SIGNER_REQUEST_TOKEN", "SIGNER_REQUEST_SECRET_KEY"),
)


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


@pytest.fixture
def two_key_files(key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "next").mkdir()
    next_file = write_key(tmp_path / "next", private_pem(private_key("next")))
    monkeypatch.setenv("SIGNING_KEY_FILE", f"{key_file}, {next_file}")


@pytest.fixture
def callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNER_TOKEN", "token")
    monkeypatch.setenv("SIGNER_SECRET_KEY", "secret")


def faults() -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings()
    return caught.value.faults


def test_what_is_not_told_has_a_default(key_file: Path, callers: None) -> None:
    settings = read_settings()
    assert (settings.log_level, settings.calls_per_second) == ("INFO", 2000)
    assert (settings.host, settings.port) == ("127.0.0.1", 8081)
    assert settings.keyring.active.key_id == KEY.key_id


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


def test_an_unknown_provider_is_refused_with_those_there_are(callers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNING_KEY_PROVIDER", "FILE")
    assert faults() == ["SIGNING_KEY_PROVIDER is 'FILE': give one of file, s3, pkcs11, kms."]


def test_a_half_configured_hsm_is_refused_with_every_setting_it_lacks(
    callers: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SIGNING_KEY_PROVIDER", "pkcs11")
    monkeypatch.setenv("PKCS11_MODULE", str(tmp_path / "none.so"))
    monkeypatch.setenv("PKCS11_TOKEN_LABEL", "causeway")
    assert faults() == [
        f"PKCS11_MODULE names {tmp_path / 'none.so'}, and there is no such file.",
        "PKCS11_PIN is not set: give PKCS11_PIN_FILE, a file with the token's user PIN.",
        "PKCS11_KEY_LABEL is not set: give the label of the private key in the token.",
    ]


def test_a_module_that_is_no_pkcs11_library_is_refused(
    callers: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "module.so").write_text("not a library")
    for name, value in (
        ("SIGNING_KEY_PROVIDER", "pkcs11"),
        ("PKCS11_MODULE", str(tmp_path / "module.so")),
        ("PKCS11_TOKEN_LABEL", "causeway"),
        ("PKCS11_PIN", "1234"),
        ("PKCS11_KEY_LABEL", "ours"),
    ):
        monkeypatch.setenv(name, value)
    (fault,) = faults()
    assert fault.startswith("PKCS11_KEY_LABEL ours cannot be used: the token answers OS exception while loading")


def test_two_keys_may_be_loaded_and_the_first_is_active(two_key_files: None, callers: None) -> None:
    keyring = read_settings().keyring
    assert [key.key_id for key in keyring.keys] == [KEY.key_id, NEXT_KEY.key_id]
    assert keyring.active.key_id == KEY.key_id


def test_the_active_key_may_be_named(two_key_files: None, callers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNING_KEY_ACTIVE", NEXT_KEY.key_id)
    assert read_settings().keyring.active.key_id == NEXT_KEY.key_id


def test_an_active_key_that_is_not_loaded_is_refused_with_those_that_are(
    two_key_files: None, callers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNING_KEY_ACTIVE", "0" * 16)
    assert faults() == [
        f"SIGNING_KEY_ACTIVE is '{'0' * 16}', and no such key is loaded: give one of {KEY.key_id}, {NEXT_KEY.key_id}."
    ]


def test_one_key_named_twice_is_refused(key_file: Path, callers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNING_KEY_FILE", f"{key_file},{key_file}")
    assert faults() == [f"The same key is named twice ({KEY.key_id} are loaded): name each key once."]


def test_the_second_key_is_checked_like_the_first(two_key_files: None, callers: None, tmp_path: Path) -> None:
    (tmp_path / "next/clearbank.key").chmod(0o644)
    (fault,) = faults()
    assert fault.startswith(f"SIGNING_KEY_FILE {tmp_path / 'next/clearbank.key'} is open to others")


def test_settings_do_not_show_secrets(key_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SETUP_FILE", str(write_setup(tmp_path)))
    assert "caller-" not in repr(read_settings())


def test_a_signer_with_faults_ends_with_code_2_and_the_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        build_app()
    assert caught.value.code == 2
    assert capsys.readouterr().err.count("\n") == 3
