from collections.abc import Iterator
from pathlib import Path

import pytest

from services.worker.settings import WorkerSettings, read_settings
from shared.domain.events import Address
from shared.runtime.settings import SettingsError
from tests.unit.runtime.setup_documents import write_setup

NAMES = ("BROKER_URL", "TENANT_TIMEZONE", "CLEARBANK_TIMEOUT_SECONDS", "MAMBU_TIMEOUT_SECONDS", "SWEEP_IDLE_SECONDS")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Only what each test needs is set."""
    for name in (*NAMES, "SIGNER_URL", "SIGNER_TOKEN", "SIGNER_SECRET_KEY", "LOG_LEVEL", "SETUP_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REDIS_URL", "redis://store:6379/0")
    yield monkeypatch


def settings_with(monkeypatch: pytest.MonkeyPatch, folder: Path, **changes: object) -> WorkerSettings:
    monkeypatch.setenv("SETUP_FILE", str(write_setup(folder, **changes)))
    return read_settings(folder)


def test_the_broker_is_the_store_unless_it_is_named(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert settings_with(environment, tmp_path).broker_url == "redis://store:6379/0"
    environment.setenv("BROKER_URL", "redis://broker:6379/0")
    assert settings_with(environment, tmp_path).broker_url == "redis://broker:6379/0"


@pytest.mark.parametrize(("bank", "core"), [("40", "1"), ("1", "40"), ("20", "30")])
def test_a_lease_outlasts_every_call(environment: pytest.MonkeyPatch, tmp_path: Path, bank: str, core: str) -> None:
    environment.setenv("CLEARBANK_TIMEOUT_SECONDS", bank)
    environment.setenv("MAMBU_TIMEOUT_SECONDS", core)
    assert settings_with(environment, tmp_path).lease_seconds > 2 * max(int(bank), int(core))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("UK, Leeds, Park Row, 12, LS1 4AP", Address("GB", "Leeds", "LS1 4AP", "Park Row", "12")),
        ("gb,Leeds,LS1 4AP", Address("GB", "Leeds", "LS1 4AP")),
        ("GB, Leeds, Park Row, LS1 4AP", Address("GB", "Leeds", "LS1 4AP", "Park Row")),
    ],
)
def test_the_lenders_address_is_read_in_the_banks_order(
    environment: pytest.MonkeyPatch, tmp_path: Path, text: str, address: Address
) -> None:
    assert settings_with(environment, tmp_path, debtorAddress=text).debtor_address == address


def test_without_an_address_the_borrowers_stands_in(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert settings_with(environment, tmp_path).debtor_address is None


@pytest.mark.parametrize("text", ["Leeds", "GB, Leeds", "England, Leeds, LS1 4AP", "GB, , LS1 4AP", "GB, Leeds,,"])
def test_an_address_that_is_none_is_a_fault(environment: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="debtorAddress"):
        settings_with(environment, tmp_path, debtorAddress=text)


def test_a_zone_that_is_none_is_a_fault(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("TENANT_TIMEZONE", "Europe/Leeds")
    with pytest.raises(SettingsError, match="TENANT_TIMEZONE"):
        settings_with(environment, tmp_path)


def test_all_faults_are_told_together(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("TENANT_TIMEZONE", "nowhere")
    environment.setenv("REDIS_URL", "http://store")
    with pytest.raises(SettingsError) as caught:
        settings_with(environment, tmp_path, debtorAddress="Leeds")
    assert len(caught.value.faults) == 3
