import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from services.signer.csr import main
from services.signer.keys import load_file_key
from shared.signing.digital_signature import load_public_keys, verify


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
    signature = load_file_key(tmp_path / "clearbank.key").sign(b"text")
    assert verify(b"text", signature, load_public_keys((tmp_path / "clearbank.pub").read_bytes()))


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
