from pathlib import Path

import pytest

from shared.runtime.settings import SettingsError, SettingsReader, refuse_to_start


def write_up_env(folder: Path, text: str) -> None:
    (folder / ".causeway").mkdir()
    (folder / ".causeway/up.env").write_text(text)


def test_a_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/0")
    assert SettingsReader(tmp_path).url("REDIS_URL", schemes=("redis",)) == "redis://127.0.0.1:6379/0"


def test_a_setting_of_a_file_loses_its_trailing_newline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(" to ken \n")
    monkeypatch.setenv("SIGNER_TOKEN_FILE", str(tmp_path / "token"))
    assert SettingsReader(tmp_path).text("SIGNER_TOKEN") == " to ken "


def test_a_running_checkout_gives_what_the_environment_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_up_env(tmp_path, 'SIGNER_PORT=18081\nSIGNER_URL="http://127.0.0.1:18081"\n')
    monkeypatch.setenv("SIGNER_PORT", "9000")
    reader = SettingsReader(tmp_path)
    assert (reader.integer("SIGNER_PORT"), reader.url("SIGNER_URL")) == (9000, "http://127.0.0.1:18081")


def test_the_environment_wins_over_a_file_of_a_running_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("of the checkout")
    write_up_env(tmp_path, f"SIGNER_TOKEN_FILE={tmp_path / 'token'}\n")
    monkeypatch.setenv("SIGNER_TOKEN", "of the environment")
    assert SettingsReader(tmp_path).text("SIGNER_TOKEN") == "of the environment"


def test_a_running_checkout_of_a_parent_folder_is_not_read(tmp_path: Path) -> None:
    write_up_env(tmp_path, "SIGNER_TOKEN=parent\n")
    (tmp_path / "child").mkdir()
    assert SettingsReader(tmp_path / "child").optional_text("SIGNER_TOKEN") is None


def test_an_empty_setting_counts_as_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIGNER_TOKEN", "")
    assert SettingsReader(tmp_path).text("SIGNER_TOKEN", default="made up") == "made up"


def test_all_faults_are_reported_together_one_sentence_each(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "SIGNER_PORT": "eighty",
        "WORKERS": "0",
        "SIGNER_URL": "signer:8081",
        "SETUP_FILE": "/nowhere.json",
        "LOG_LEVEL": "LOUD",
        "DEBUG": "perhaps",
        "PIN_FILE": "/nowhere.pin",
        "SIGNER_TOKEN": "a-secret",
        "SIGNER_TOKEN_FILE": "/nowhere.token",
    }.items():
        monkeypatch.setenv(name, value)
    reader = SettingsReader(tmp_path)
    reader.integer("SIGNER_PORT")
    reader.integer("WORKERS", minimum=1)
    reader.url("SIGNER_URL")
    reader.file("SETUP_FILE")
    reader.log_level()
    reader.switch("DEBUG")
    reader.text("PIN")
    reader.text("SIGNER_TOKEN")
    reader.text("BROKER_URL")
    with pytest.raises(SettingsError) as caught:
        reader.check()
    assert caught.value.faults == [
        "SIGNER_PORT is not valid: Not a valid integer.",
        "WORKERS is not valid: Must be greater than or equal to 1.",
        "SIGNER_URL must be a URL that begins with http or https.",
        "SETUP_FILE names /nowhere.json, and there is no such file.",
        "LOG_LEVEL must be one of: DEBUG, INFO, WARNING, ERROR.",
        "DEBUG is not valid: Not a valid boolean.",
        "PIN cannot be read: PIN_FILE names /nowhere.pin (No such file or directory).",
        "SIGNER_TOKEN is given twice: keep SIGNER_TOKEN or SIGNER_TOKEN_FILE, not both.",
        "BROKER_URL is not set: set BROKER_URL or BROKER_URL_FILE.",
    ]
    assert "a-secret" not in str(caught.value)


def test_a_list_is_split_at_commas(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BANKS", "clearbank-uk, other ,")
    assert SettingsReader(tmp_path).texts("BANKS") == ("clearbank-uk", "other")


def test_a_process_that_refuses_to_start_names_every_fault_and_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        refuse_to_start(["First fault.", "Second fault."])
    assert caught.value.code == 2
    assert capsys.readouterr().err == "First fault.\nSecond fault.\n"
