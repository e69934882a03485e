from pathlib import Path

import pytest

from shared.domain.notification import Flag
from shared.runtime.notification_document import (
    TaskAccess,
    UrlAccess,
    ZenDeskAccess,
    load_notification_document,
    read_notification_document,
)
from shared.runtime.settings import SettingsError, SettingsReader
from tests.unit.runtime.notification_documents import TASK, URL, ZENDESK, write_document


def faults_of(path: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_notification_document(path)
    return caught.value.faults


def test_a_document_gives_the_switches_that_are_on(tmp_path: Path) -> None:
    document = load_notification_document(write_document(tmp_path, TASK))

    assert document.told == set(Flag) - {Flag.UPDATE_CUSTOM_FIELD, Flag.UPDATE_VIRTUAL_ACCOUNT_OWNER_NAME}
    assert document.config_reference == "notifications-uk"


def test_a_switch_that_is_missing_is_off(tmp_path: Path) -> None:
    document = load_notification_document(write_document(tmp_path, TASK, "createPayment"))

    assert Flag.CREATE_PAYMENT not in document.told
    assert Flag.CREATE_PRE_PAYMENT in document.told


@pytest.mark.parametrize(
    ("document", "access"),
    [
        (TASK, TaskAccess("8a8187366a01d4a1016a023792a5aaaa")),
        (TASK | {"defaultTaskAssigneeKey": ""}, TaskAccess(None)),
        (URL, UrlAccess("https://hooks.lender.example/causeway?sig=url-secret", "url-api-key")),
        (
            ZENDESK,
            ZenDeskAccess(
                "https://lender.zendesk.com", "operations@lender.example", "zendesk-api-key", group_id=360001234567
            ),
        ),
    ],
    ids=["task", "task for nobody", "URL", "zenDesk"],
)
def test_a_channel_gets_what_it_needs(tmp_path: Path, document: dict[str, str], access: object) -> None:
    assert load_notification_document(write_document(tmp_path, document)).access == access


def test_the_keys_of_other_channels_may_be_absent(tmp_path: Path) -> None:
    path = write_document(tmp_path, TASK, *(key for key in TASK if key.startswith(("webhook", "zenDesk", "default"))))

    assert load_notification_document(path).access == TaskAccess(None)


@pytest.mark.parametrize(
    ("subdomain", "url"),
    [
        ("https://desk.lender.example/zendesk/", "https://desk.lender.example/zendesk"),
        ("http://127.0.0.1:8093/zendesk", "http://127.0.0.1:8093/zendesk"),
    ],
)
def test_a_whole_url_may_stand_for_the_subdomain(tmp_path: Path, subdomain: str, url: str) -> None:
    access = load_notification_document(write_document(tmp_path, ZENDESK, zenDeskSubdomain=subdomain)).access

    assert isinstance(access, ZenDeskAccess)
    assert access.url == url


@pytest.mark.parametrize(
    ("document", "key"),
    [
        (URL, "webhookUrl"),
        (URL, "webhookAPIKey"),
        (ZENDESK, "zenDeskAPIKey"),
        (ZENDESK, "zenDeskGroupId"),
        (ZENDESK, "zenDeskLogin"),
        (ZENDESK, "zenDeskSubdomain"),
    ],
)
def test_a_key_that_the_channel_needs_is_neither_missing_nor_empty(
    tmp_path: Path, document: dict[str, str], key: str
) -> None:
    channel = document["notificationChannel"]
    fault = [f"NOTIFICATION_SETUP_FILE: {key} is missing or empty, and the channel {channel} needs it."]

    assert faults_of(write_document(tmp_path, document, key)) == fault
    assert faults_of(write_document(tmp_path, document, **{key: ""})) == fault


def test_all_faults_are_told_at_once_by_key(tmp_path: Path) -> None:
    path = write_document(
        tmp_path,
        ZENDESK,
        "zenDeskLogin",
        "notificationConfigReference",
        zenDeskGroupId="support",
        zenDeskSubdomain="https://a@lender.example",
        webhookUrl="http://hooks.lender.example",
        webhookAPIKey="two words",
        createPayment="yes",
        searchTransaction=True,
        createPayments="true",
    )
    assert faults_of(path) == [
        'NOTIFICATION_SETUP_FILE: createPayment must be the text "true" or "false".',
        "NOTIFICATION_SETUP_FILE: createPayments is not a key of the notification document: remove or correct it.",
        "NOTIFICATION_SETUP_FILE: notificationConfigReference is missing: add it,"
        " see the notification document's reference page.",
        "NOTIFICATION_SETUP_FILE: searchTransaction must be text (all values of the document are texts).",
        "NOTIFICATION_SETUP_FILE: webhookAPIKey must be ASCII without spaces: it goes into a header.",
        "NOTIFICATION_SETUP_FILE: webhookUrl must be an https URL, or an http URL of this machine itself.",
        "NOTIFICATION_SETUP_FILE: zenDeskGroupId must be a whole number, as text.",
        "NOTIFICATION_SETUP_FILE: zenDeskLogin is missing or empty, and the channel zenDesk needs it.",
        "NOTIFICATION_SETUP_FILE: zenDeskSubdomain must be the name before .zendesk.com, or a plain https URL.",
    ]


@pytest.mark.parametrize(("channel"), ["mail", "zendesk", "", "Task"])
def test_the_channel_is_one_of_three(tmp_path: Path, channel: str) -> None:
    [fault] = faults_of(write_document(tmp_path, TASK, notificationChannel=channel))

    assert fault.startswith("NOTIFICATION_SETUP_FILE: notificationChannel ")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8093/sink/a", "http://localhost/a", "http://[::1]:80/a", "https://10.0.0.7/a?b=c"],
)
def test_a_url_without_tls_is_taken_on_this_machine_only(tmp_path: Path, url: str) -> None:
    access = load_notification_document(write_document(tmp_path, URL, webhookUrl=url)).access

    assert access == UrlAccess(url, "url-api-key")


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.7/a",
        "http://localhost.lender.example/a",
        "ftp://lender.example",
        "https://",
        "https://user:password@lender.example/a",
        "https://lender.example/a#b",
        "https://lender.example:port/a",
        "https://lender.example/a b",
    ],
)
def test_any_other_url_is_refused(tmp_path: Path, url: str) -> None:
    [fault] = faults_of(write_document(tmp_path, URL, webhookUrl=url))

    assert fault.startswith("NOTIFICATION_SETUP_FILE: webhookUrl must be an https URL")


@pytest.mark.parametrize("document", [URL, ZENDESK], ids=["URL", "zenDesk"])
def test_its_repr_hides_every_secret(tmp_path: Path, document: dict[str, str]) -> None:
    shown = repr(load_notification_document(write_document(tmp_path, document)))

    for secret in ("url-secret", "url-api-key", "zendesk-api-key"):
        assert secret not in shown
    assert "notifications-uk" in shown


def test_without_the_setting_there_is_no_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFICATION_SETUP_FILE", raising=False)
    reader = SettingsReader(tmp_path)

    assert read_notification_document(reader) is None
    reader.check()


def test_the_setting_names_the_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_document(tmp_path, TASK)
    monkeypatch.setenv("NOTIFICATION_SETUP_FILE", str(path))
    reader = SettingsReader(tmp_path)

    assert read_notification_document(reader) == load_notification_document(path)
    reader.check()


def test_the_faults_of_the_document_are_told_with_those_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFICATION_SETUP_FILE", str(write_document(tmp_path, TASK, notificationChannel="mail")))
    reader = SettingsReader(tmp_path)

    assert read_notification_document(reader) is None
    assert reader.faults == ["NOTIFICATION_SETUP_FILE: notificationChannel must be one of task, URL, zenDesk."]


def test_a_file_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFICATION_SETUP_FILE", str(tmp_path / "no-such.json"))
    reader = SettingsReader(tmp_path)

    assert read_notification_document(reader) is None
    [fault] = reader.faults
    assert "no-such.json" in fault
