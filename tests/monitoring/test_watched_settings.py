"""What the process that tells the figures is told itself."""

from datetime import date

import pytest

from services.worker.metrics.settings import read_settings
from shared.messages import queues
from shared.runtime.settings import SettingsError

STORE = "redis://127.0.0.1:6379/0"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("REDIS_URL", STORE)
    for name in ("BROKER_URL", "ALLOW_VOLATILE_STORE", "CREDENTIAL_EXPIRY_DATES"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_queues_are_watched_where_they_stand_on_the_store(given: pytest.MonkeyPatch) -> None:
    assert read_settings().watched.queues == queues.ALL
    given.setenv("BROKER_URL", "amqp://127.0.0.1")
    assert read_settings().watched.queues == ()


def test_a_store_that_may_forget_is_not_asked_whether_it_does(given: pytest.MonkeyPatch) -> None:
    assert read_settings().watched.demand_durable_url == STORE
    given.setenv("ALLOW_VOLATILE_STORE", "1")
    assert read_settings().watched.demand_durable_url == ""


def test_the_last_day_of_each_credential_is_read(given: pytest.MonkeyPatch) -> None:
    given.setenv("CREDENTIAL_EXPIRY_DATES", "clearbank-token = 2027-03-31, clearbank-public-key=2027-06-30")
    assert read_settings().watched.expiry_dates == {
        "clearbank-token": date(2027, 3, 31),
        "clearbank-public-key": date(2027, 6, 30),
    }


@pytest.mark.parametrize("text", ["clearbank-token", "clearbank-token=31.3.2027", "clearbank-token=2027-02-30"])
def test_what_is_no_date_stops_the_process_with_a_sentence(given: pytest.MonkeyPatch, text: str) -> None:
    given.setenv("CREDENTIAL_EXPIRY_DATES", text)
    with pytest.raises(SettingsError, match=f"CREDENTIAL_EXPIRY_DATES holds '{text}'"):
        read_settings()
