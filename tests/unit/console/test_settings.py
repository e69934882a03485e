"""What the API and the commands demand of their settings: all faults at once, each in one sentence."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from services.console.settings import read_settings, read_users_settings
from shared.runtime.settings import SettingsError
from tests.unit.runtime.setup_documents import write_setup

KEYS = [Fernet.generate_key().decode() for _ in range(2)]
NAMES = (
    *("REDIS_URL", "BROKER_URL", "SEALING_KEYS", "SEALING_KEYS_FILE", "PRIVATE_DELIVERY_TARGETS", "BANKS"),
    *("SETUP_FILE", "API_HOST", "API_PORT", "ALLOW_VOLATILE_STORE", "LOG_LEVEL"),
)


@pytest.fixture(autouse=True)
def least(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No more than what must be given."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDIS_URL", "redis://store:6379/0/")
    monkeypatch.setenv("SEALING_KEYS", KEYS[0])
    monkeypatch.setenv("BANKS", "gh.29.uk")


def faults() -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings()
    return caught.value.faults


def test_what_is_not_told_has_a_default() -> None:
    settings = read_settings()
    assert (settings.host, settings.port, settings.log_level) == ("127.0.0.1", 8083, "INFO")
    assert settings.redis_url == settings.broker_url == "redis://store:6379/0"
    assert (settings.private_ranges, settings.store.may_be_volatile) == ((), False)


def test_everything_missing_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDIS_URL", "SEALING_KEYS", "BANKS"):
        monkeypatch.delenv(name)
    assert [fault.split(" ")[0] for fault in faults()] == ["REDIS_URL", "SEALING_KEYS", "BANKS"]


def test_everything_wrong_is_told_at_once_and_no_key_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "http://store")
    monkeypatch.setenv("SEALING_KEYS", f"{KEYS[0]}\nshort-key")
    monkeypatch.setenv("PRIVATE_DELIVERY_TARGETS", "10.1.0.0/16, 10.1.2.3/16 example.com")
    monkeypatch.setenv("API_PORT", "0")
    found = faults()
    assert [fault.split(" ")[0].rstrip(":") for fault in found] == [
        *("API_PORT", "REDIS_URL", "SEALING_KEYS", "PRIVATE_DELIVERY_TARGETS", "PRIVATE_DELIVERY_TARGETS"),
    ]
    assert "key 2" in found[2]
    assert not [fault for fault in found if "short-key" in fault or KEYS[0] in fault]


@pytest.mark.parametrize("text", ["a,b", "a b", "a\nb\n", " a ,\n b, a".removesuffix(", a")])
def test_banks_stand_between_commas_blanks_and_ends_of_lines(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("BANKS", text)
    assert read_settings().banks == read_users_settings().banks == ("a", "b")


def test_without_banks_there_is_the_one_of_the_setup_document(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BANKS")
    monkeypatch.setenv("SETUP_FILE", str(write_setup(tmp_path, clearBankConfigReference="ClearBank UK")))
    assert read_settings().banks == read_users_settings().banks == ("ClearBank UK",)


def test_a_faulty_setup_document_is_told_and_not_a_missing_bank_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("BANKS")
    monkeypatch.setenv("SETUP_FILE", str(write_setup(tmp_path, "clearBankConfigReference")))
    assert [fault.split(":")[0] for fault in faults()] == ["SETUP_FILE"]


def test_what_was_sealed_with_the_second_key_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALING_KEYS", KEYS[1])
    sealed = read_settings().sealer.seal("text")
    monkeypatch.setenv("SEALING_KEYS", "\n".join(KEYS))
    assert read_settings().sealer.open(sealed) == "text"


def test_private_ranges_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIVATE_DELIVERY_TARGETS", "127.0.0.0/8 fd00::/8")
    assert read_settings().private_ranges == (ip_network("127.0.0.0/8"), ip_network("fd00::/8"))


def test_the_commands_for_users_need_the_store_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SEALING_KEYS", "BANKS"):
        monkeypatch.delenv(name)
    assert read_users_settings().banks == ()


def test_nothing_secret_shows_itself() -> None:
    assert "redis://" not in repr(read_settings()) + repr(read_users_settings())
