"""What the doctor's checks say of each thing that can be wrong."""

import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from redis import Redis

from deploy.cluster.doctor import machine
from deploy.cluster.doctor.checks.addresses import reach
from deploy.cluster.doctor.checks.rows import Row, Verdict, expiry
from deploy.cluster.doctor.checks.store import skew
from deploy.cluster.doctor.probe import PROCESSES, rows_here
from shared.runtime.settings import SettingsReader
from shared.store.users import User, Users
from tests.processes import free_port
from tests.unit.runtime.notification_documents import TASK
from tests.unit.runtime.setup_documents import SETUP

DAY_SECONDS = 86_400


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a stand, and none of the caller's settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("REDIS_URL", "SETUP_FILE", "NOTIFICATION_SETUP_FILE", "SIGNER_URL", "CLEARBANK_PUBLIC_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def listening() -> Iterator[int]:
    """The port of somebody who takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(("seconds", "verdict"), [(0, Verdict.OK), (3, Verdict.WARN), (61, Verdict.FAIL)])
def test_clocks_may_differ_by_a_second_or_two(seconds: float, verdict: Verdict) -> None:
    assert skew(seconds).verdict is verdict


@pytest.mark.parametrize(("days", "verdict"), [(22, Verdict.OK), (20, Verdict.WARN), (-1, Verdict.FAIL)])
def test_what_ends_within_three_weeks_is_told(days: int, verdict: Verdict) -> None:
    assert expiry("it", "it", time.time() + days * DAY_SECONDS + 60).verdict is verdict


def test_with_no_settings_at_all_it_warns_and_does_not_fail() -> None:
    rows = by_check(rows_here())
    assert {row.verdict for row in rows.values()} == {Verdict.WARN}
    assert {"setup document", "notification document", "store", "sealing keys", "ClearBank's public key"} <= set(rows)


def test_every_fault_of_both_documents_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, tmp_path, "SETUP_FILE", {**SETUP, "mambuUrl": "ftp://x", "secretKey": ""})
    told = {**TASK, "notificationChannel": "pigeon", "checkPaymentScheme": "perhaps"}
    give(monkeypatch, tmp_path, "NOTIFICATION_SETUP_FILE", told)
    rows = by_check(rows_here())
    for check, keys in (
        ("setup document", ("mambuUrl", "secretKey")),
        ("notification document", ("notificationChannel", "checkPaymentScheme")),
    ):
        assert rows[check].verdict is Verdict.FAIL
        assert all(key in rows[check].found for key in keys)


@pytest.mark.enable_socket
def test_a_store_that_is_away_fails_and_is_not_called_durable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    rows = by_check(rows_in("listener"))
    assert rows["store"].verdict is Verdict.FAIL
    assert "store durable" not in rows


@pytest.mark.enable_socket
def test_a_signer_that_is_away_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("URL", f"http://127.0.0.1:{free_port()}"), ("TOKEN", "t"), ("SECRET_KEY", "s")):
        monkeypatch.setenv(f"SIGNER_{name}", value)
    row = by_check(rows_in("listener"))["signer signs (nonce door)"]
    assert row.verdict is Verdict.FAIL
    assert "is it running" in row.found


@pytest.mark.enable_socket
def test_an_address_that_takes_connections_is_reachable(listening: int) -> None:
    assert reach("bank reachable", f"http://127.0.0.1:{listening}/v1").verdict is Verdict.OK


@pytest.mark.enable_socket
def test_an_address_that_refuses_is_not_reachable() -> None:
    assert reach("bank reachable", f"https://127.0.0.1:{free_port()}").verdict is Verdict.FAIL


@pytest.mark.enable_socket
def test_an_address_that_does_not_speak_tls_is_not_reachable_by_https(
    listening: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.cluster.doctor.checks.addresses.TIMEOUT_SECONDS", 0.2)
    assert reach("bank reachable", f"https://127.0.0.1:{listening}").verdict is Verdict.FAIL


@pytest.mark.enable_socket
def test_the_path_of_a_notification_url_is_not_told() -> None:
    row = reach("notifications reachable", f"https://127.0.0.1:{free_port()}/secret-path?token=1", names_host_only=True)
    assert "secret-path" not in row.found


def test_the_last_day_of_each_credential_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIAL_EXPIRY_DATES", "clearbank-token=2099-03-31, clearbank-public-key=2001-01-01")
    rows = by_check(rows_in("metrics"))
    assert rows["clearbank-token expires"].verdict is Verdict.OK
    assert rows["clearbank-public-key expires"].verdict is Verdict.FAIL


def test_a_package_that_is_not_as_pinned_fails() -> None:
    row = machine.of_requirements('pytest==0.0.1 \\\n    --hash=sha256:00\nno-such-thing==1 ; python_version < "3"\n')
    assert row.verdict is Verdict.FAIL
    assert "pytest" in row.found
    assert "no-such-thing" not in row.found


@pytest.mark.enable_socket
def test_a_port_that_somebody_else_has_fails(listening: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTENER_PORT", str(listening))
    row = machine.of_ports()
    assert row.verdict is Verdict.FAIL
    assert f"{listening} (LISTENER_PORT)" in row.found


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [("no key", Verdict.FAIL), (Fernet.generate_key().decode(), Verdict.OK)],
    ids=["no key", "a key"],
)
def test_keys_that_cannot_seal_fail(keys: str, verdict: Verdict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALING_KEYS", keys)
    row = by_check(rows_here())["sealing keys"]
    assert row.verdict is verdict
    assert keys not in row.found


@pytest.mark.enable_socket
def test_an_api_that_nobody_may_call_is_told(redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)
    assert by_check(rows_in("api"))["users"].verdict is Verdict.WARN
    Users(redis).add(User("1", "ann", frozenset(), datetime.now(UTC)), "token")
    assert by_check(rows_in("api"))["users"].found == "1 may call"


def rows_in(process: str) -> list[Row]:
    """What the checks of one process find here."""
    return [row for check in PROCESSES[process] for row in check(SettingsReader())]


def by_check(rows: list[Row]) -> dict[str, Row]:
    return {row.check: row for row in rows}


def give(monkeypatch: pytest.MonkeyPatch, folder: Path, setting: str, document: dict[str, str]) -> None:
    path = folder / f"{setting}.json"
    path.write_text(json.dumps(document))
    monkeypatch.setenv(setting, str(path))
