"""What the outgoing side is told by its settings, and which of them are faults."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from services.worker.hub_settings import HubSettings
from services.worker.settings import read_settings
from shared.runtime.settings import SettingsError
from tests.unit.runtime.setup_documents import write_setup

NAMES = (
    "SEALING_KEYS",
    "PRIVATE_DELIVERY_TARGETS",
    "DELIVERY_TIMEOUT_SECONDS",
    "BANKS",
    "COMMUNICATION_RETENTION_DAYS",
)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name in (*NAMES, *(f"{name}_FILE" for name in NAMES)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REDIS_URL", "redis://store:6379/0")
    monkeypatch.setenv("SETUP_FILE", str(write_setup(tmp_path)))
    return monkeypatch


def hub(environment: pytest.MonkeyPatch, folder: Path, **given: str) -> HubSettings:
    for name, value in given.items():
        environment.setenv(name, value)
    return read_settings(folder).hub


def test_nothing_of_it_must_be_set(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = hub(environment, tmp_path)
    assert found == HubSettings((), (), 15, ("clearbank-uk",), 30)
    assert found.lease > timedelta(seconds=15)


def test_lists_are_taken_with_commas_blanks_and_lines(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    found = hub(
        environment,
        tmp_path,
        SEALING_KEYS="\n".join(keys),
        PRIVATE_DELIVERY_TARGETS="10.1.0.0/16, fd00::/8",
        BANKS="uk-one\nuk-two uk-three",
    )
    assert found.sealing_keys == tuple(keys)
    assert found.private_targets == (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))
    assert found.banks == ("uk-one", "uk-two", "uk-three")
    assert keys[0] not in repr(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SEALING_KEYS", "tooshort"),
        ("PRIVATE_DELIVERY_TARGETS", "10.1.0.0/99"),
        ("PRIVATE_DELIVERY_TARGETS", "receiver.example"),
        ("DELIVERY_TIMEOUT_SECONDS", "0"),
        ("COMMUNICATION_RETENTION_DAYS", "3"),  # UMM's hourly posts go on for three days
    ],
)
def test_a_wrong_one_is_named(environment: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        hub(environment, tmp_path, **{name: value})
    assert name in str(caught.value)
    assert name != "SEALING_KEYS" or value not in str(caught.value)
