"""UMM's and the Open Bank Project's settings: none means no door, a wrong one is told without its secret."""

from pathlib import Path

import pytest

from services.listener.credentials import ApiKeys, Basic, Bearer
from services.listener.obp_access import read_obp_tokens
from services.listener.umm_access import UmmAccess, read_umm_access
from shared.runtime.settings import SettingsReader

NAMES = ("API_KEYS", "USERNAME", "PASSWORD", "BEARER_TOKEN", "HEADERS")


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SettingsReader:
    for name in (*(f"UMM_WEBHOOK_{name}" for name in NAMES), "OBP_WEBHOOK_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return SettingsReader(tmp_path)


def give(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"UMM_WEBHOOK_{name}", value)


def test_without_settings_there_is_neither_door_nor_fault(settings: SettingsReader) -> None:
    assert (read_umm_access(settings), read_obp_tokens(settings), settings.faults) == (None, (), [])


def test_a_way_to_read_headers_alone_makes_no_door(settings: SettingsReader, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, HEADERS="strict")
    assert read_umm_access(settings) is None


def test_each_scheme_is_read(settings: SettingsReader, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, API_KEYS="test_header1: value:1, x\n\n X-Two :b\n", USERNAME="umm", PASSWORD=" p:w ")
    keys, basic = ApiKeys((("test_header1", "value:1, x"), ("X-Two", "b"))), Basic("umm", " p:w ")
    assert read_umm_access(settings) == UmmAccess((keys, basic), is_strict=False)
    assert settings.faults == []


def test_two_tokens_are_taken_while_one_changes(settings: SettingsReader, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, BEARER_TOKEN="old\nnew\n", HEADERS="strict")
    assert read_umm_access(settings) == UmmAccess((Bearer(("old", "new")),), is_strict=True)


def test_a_secret_may_stand_in_a_file(
    settings: SettingsReader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "keys").write_text("a:1\nb:2\n")
    give(monkeypatch, API_KEYS_FILE=str(tmp_path / "keys"))
    assert read_umm_access(settings) == UmmAccess((ApiKeys((("a", "1"), ("b", "2"))),), is_strict=False)


FAULTY = {
    "six keys": ({"API_KEYS": "\n".join(f"k{n}:Sesame" for n in range(6))}, "has 6 keys: UMM sends 5 at most"),
    "a key without a name": ({"API_KEYS": "Sesame"}, "line 1 is not a header's name, a colon and a value"),
    "a key without a value": ({"API_KEYS": "Sesame:"}, "line 1 is not"),
    "a name with a blank": ({"API_KEYS": "a:1\na b:Sesame"}, "line 2 is not"),
    "a value outside of ASCII": ({"API_KEYS": "a:Sesamé"}, "line 1 is not"),
    "a value of 1001 characters": ({"API_KEYS": "a:" + "Sesame" * 167}, "line 1 is not"),
    "a name twice": ({"API_KEYS": "a-b:Sesame\nA_B:Sesame"}, "line 2: the header's name is used already"),
    "a name of UMM's own": ({"API_KEYS": "Client-Key:Sesame"}, "line 1: the header's name is used already"),
    "the name of the other schemes": ({"API_KEYS": "authorization:Sesame"}, "line 1: the header's name is used"),
    "a user without a password": ({"USERNAME": "umm"}, "UMM_WEBHOOK_PASSWORD is not set"),
    "a password without a user": ({"PASSWORD": "Sesame"}, "UMM_WEBHOOK_USERNAME is not set"),
    "a user with a colon": ({"USERNAME": "u:Sesame", "PASSWORD": "Sesame"}, "UMM_WEBHOOK_USERNAME holds a colon"),
    "a token with a blank": ({"BEARER_TOKEN": "Sesame open"}, "UMM_WEBHOOK_BEARER_TOKEN is not one token"),
    "two schemes": ({"USERNAME": "u", "PASSWORD": "Sesame", "BEARER_TOKEN": "Sesame"}, "exclude each other"),
    "another way to read headers": ({"HEADERS": "lax"}, "UMM_WEBHOOK_HEADERS must be one of: tolerant, strict"),
}


@pytest.mark.parametrize(("values", "sentence"), FAULTY.values(), ids=FAULTY.keys())
def test_a_faulty_setting_is_told_without_its_secret(
    settings: SettingsReader, monkeypatch: pytest.MonkeyPatch, values: dict[str, str], sentence: str
) -> None:
    give(monkeypatch, **values)
    read_umm_access(settings)
    (fault,) = settings.faults
    assert sentence in fault
    assert "Sesam" not in fault


def test_several_tokens_of_the_open_bank_project_are_read(
    settings: SettingsReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBP_WEBHOOK_TOKEN", f"{'a' * 32}\n{'b' * 32}\n")
    assert read_obp_tokens(settings) == ("a" * 32, "b" * 32)
    assert settings.faults == []


@pytest.mark.parametrize("token", ["Sesame", "Sesame/" * 8, "Sesame" * 40, f"{'a' * 32}\nSesame"])
def test_a_token_that_could_be_guessed_or_is_no_part_of_a_path_is_a_fault(
    settings: SettingsReader, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("OBP_WEBHOOK_TOKEN", token)
    read_obp_tokens(settings)
    (fault,) = settings.faults
    assert fault.startswith("OBP_WEBHOOK_TOKEN ")
    assert "Sesame" not in fault


def test_no_secret_shows_in_a_traceback() -> None:
    shown = repr(UmmAccess((ApiKeys((("a", "Sesame"),)), Basic("umm", "Sesame"), Bearer(("Sesame",))), is_strict=False))
    assert "Sesame" not in shown
