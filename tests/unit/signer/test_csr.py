import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from services.signer.csr import main
from services.signer.providers.file import load_file_key
from shared.signing.digital_signature import load_public_keys
from tests.unit.signing.keys import private_key, private_pem, write_key

SETTINGS = {
    "file": ["SIGNING_KEY_FILE"],
    "s3": ["CB_BUCKET", "CB_KEY_FILE"],
    "pkcs11": ["PKCS11_MODULE", "PKCS11_TOKEN_LABEL", "PKCS11_PIN", "PKCS11_KEY_LABEL"],
    "kms": ["KMS_KEY_ID"],
}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_key_request_and_public_key_are_made_with_their_permissions(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    assert main(["--out-dir", str(folder)]) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["clearbank.csr", "clearbank.key", "clearbank.pub"]
    assert mode(folder) == 0o700
    assert mode(folder / "clearbank.key") == 0o600
    assert mode(folder / "clearbank.csr") == mode(folder / "clearbank.pub") == 0o644


def test_the_signer_takes_the_key_and_the_public_half_verifies(tmp_path: Path) -> None:
    main(["--out-dir", str(tmp_path)])
    assert b"BEGIN PRIVATE KEY" in (tmp_path / "clearbank.key").read_bytes()
    key = load_file_key(tmp_path / "clearbank.key")
    assert load_public_keys((tmp_path / "clearbank.pub").read_bytes()) == [key.public_key]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
def test_openssl_verifies_the_request_and_reads_its_subject(tmp_path: Path) -> None:
    main(["--out-dir", str(tmp_path), "--common-name", "signer", "--organisation", "Zoë & Co", "--country", "gb"])
    openssl = [
        "openssl",
        "req",
        "-in",
        str(tmp_path / "clearbank.csr"),
        "-noout",
        "-verify",
        "-text",
        "-nameopt",
        "utf8",
    ]
    shown = subprocess.run(openssl, capture_output=True, text=True, check=True)
    assert "verify OK" in shown.stdout + shown.stderr
    assert "sha256WithRSAEncryption" in shown.stdout
    assert "Public-Key: (2048 bit)" in shown.stdout
    assert "C=GB, O=Zoë & Co, CN=signer" in shown.stdout.replace(" = ", "=")


def test_an_existing_key_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--out-dir", str(tmp_path)])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(["--out-dir", str(tmp_path)]) == 2
    assert "clearbank.key is there already: use another folder, or --force" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_existing_key_is_replaced_with_force_and_closed_to_others(tmp_path: Path) -> None:
    main(["--out-dir", str(tmp_path)])
    old = (tmp_path / "clearbank.key").read_bytes()
    (tmp_path / "clearbank.key").chmod(0o644)
    assert main(["--out-dir", str(tmp_path), "--force"]) == 0
    assert (tmp_path / "clearbank.key").read_bytes() != old
    assert mode(tmp_path / "clearbank.key") == 0o600
    assert len(list(tmp_path.iterdir())) == 3


def test_it_tells_what_it_made_and_what_to_do_next_but_not_the_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--out-dir", str(tmp_path)])
    shown = capsys.readouterr().out
    for text in ("clearbank.csr", "Generate API Token", "Download Public Key", "SIGNING_KEY_FILE="):
        assert text in shown
    assert (tmp_path / "clearbank.key").read_text().splitlines()[1] not in shown


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["--out-dir", str(tmp_path / "file")]) == 2
    assert str(tmp_path / "file") in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--country", "GBR"], ["--common-name", ""], ["--common-name", "x" * 65], ["--key-bits", "1024"]]
)
def test_a_bad_option_is_told_before_anything_is_made(tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--out-dir", str(tmp_path / "keys"), *arguments])
    assert not (tmp_path / "keys").exists()


def test_a_request_for_an_existing_key_leaves_the_key_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key_file = write_key(tmp_path, private_pem(private_key("ours")))
    monkeypatch.setenv("SIGNING_KEY_FILE", str(key_file))
    before = key_file.read_bytes()
    for again in ([], ["--force"]):
        assert main(["--out-dir", str(tmp_path), "--existing", *again]) == 0
    assert key_file.read_bytes() == before
    assert load_public_keys((tmp_path / "clearbank.pub").read_bytes()) == [private_key("ours").public_key()]


def test_a_request_is_for_one_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key_file = write_key(tmp_path, private_pem(private_key("ours")))
    monkeypatch.setenv("SIGNING_KEY_FILE", f"{key_file},{key_file}")
    assert main(["--out-dir", str(tmp_path / "new"), "--existing"]) == 2
    assert "name 2 keys: name the one" in capsys.readouterr().err


@pytest.mark.parametrize("provider", ["file", "s3", "pkcs11", "kms"])
def test_missing_settings_of_an_existing_key_are_told_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], provider: str
) -> None:
    for name in SETTINGS[provider]:
        monkeypatch.delenv(name, raising=False)
    assert main(["--out-dir", str(tmp_path), "--provider", provider, "--existing"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.split(" is not set: ")[0] for line in told] == SETTINGS[provider]


@pytest.mark.parametrize("provider", ["s3", "pkcs11"])
def test_missing_settings_of_a_new_key_are_told_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], provider: str
) -> None:
    for name in SETTINGS[provider]:
        monkeypatch.delenv(name, raising=False)
    assert main(["--out-dir", str(tmp_path), "--provider", provider]) == 2
    assert len(capsys.readouterr().err.splitlines()) == len(SETTINGS[provider])
