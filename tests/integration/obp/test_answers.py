"""What is answered when all is well."""

import uuid
from typing import Any

import pytest

from tests.integration.obp.requests import (
    ACCOUNT,
    ACCOUNT_WEBHOOK,
    ALL_VERSIONS,
    BANK,
    BANK_LEVEL,
    JSON,
    MANAGED,
    NOTIFICATION,
    NOTIFICATION_VERSIONS,
    ON_CREATE,
    Api,
    without,
)

pytestmark = pytest.mark.enable_socket


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_an_account_webhook_is_created(api: Api, version: str) -> None:
    answer = api.call("POST", ACCOUNT, ACCOUNT_WEBHOOK, version=version)

    body = answer.json()
    assert answer.status == 201
    assert answer.headers["Content-Type"] == JSON
    assert str(uuid.UUID(body["account_webhook_id"])) == body["account_webhook_id"]
    assert str(uuid.UUID(body["created_by_user_id"])) == body["created_by_user_id"]
    assert body == {
        "account_webhook_id": body["account_webhook_id"],
        "bank_id": BANK,
        **without(ACCOUNT_WEBHOOK, "is_active"),
        "created_by_user_id": body["created_by_user_id"],
        "is_active": True,
    }
    assert list(body) == [
        *("account_webhook_id", "bank_id", "account_id", "trigger_name", "url", "http_method", "http_protocol"),
        *("created_by_user_id", "is_active"),
    ]


@pytest.mark.parametrize("version", NOTIFICATION_VERSIONS)
def test_a_notification_webhook_of_a_bank_is_created(api: Api, version: str) -> None:
    answer = api.call("POST", BANK_LEVEL, NOTIFICATION, version=version)

    body = answer.json()
    made_up = {name: body[name] for name in ("webhook_id", "created_by_user_id")}
    assert answer.status == 201
    assert body == {"bank_id": BANK, "trigger_name": "OnCreateTransaction", **NOTIFICATION, **made_up}
    assert list(body) == [
        *("webhook_id", "bank_id", "trigger_name", "url", "http_method", "http_protocol", "created_by_user_id"),
    ]


@pytest.mark.parametrize("version", NOTIFICATION_VERSIONS)
def test_a_notification_webhook_of_the_system_is_created_and_names_no_bank(api: Api, version: str) -> None:
    answer = api.call("POST", ON_CREATE, NOTIFICATION, version=version)

    body = answer.json()
    made_up = {name: body[name] for name in ("webhook_id", "created_by_user_id")}
    assert answer.status == 201
    assert body == {"trigger_name": "OnCreateTransaction", **NOTIFICATION, **made_up}


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_an_account_webhook_is_switched_off_on_and_on_again(api: Api, version: str) -> None:
    created = api.create()
    for text, is_active in (("false", False), ("true", True), ("true", True), ("TRUE", True)):
        body = {"account_webhook_id": created["account_webhook_id"], "is_active": text}
        answer = api.call("PUT", ACCOUNT, body, version=version)
        assert (answer.status, answer.json()) == (200, created | {"is_active": is_active})


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_account_webhooks_are_listed(api: Api, version: str) -> None:
    created = api.create(account_id=f"listed-{version}")
    answer = api.call("GET", f"{MANAGED}?account_id=listed-{version}", version=version)
    assert (answer.status, answer.json()) == (200, {"web_hooks": [created]})


@pytest.mark.parametrize(
    ("sent", "is_active"),
    [("true", True), ("false", False), ("TRUE", True), ("False", False), (True, True), (False, False)],
)
def test_is_active_is_taken_as_text_in_any_case_and_as_a_boolean(api: Api, sent: Any, is_active: bool) -> None:
    assert api.create(is_active=sent)["is_active"] is is_active


def test_a_number_is_taken_as_its_text_and_unknown_fields_are_ignored(api: Api) -> None:
    created = api.create(account_id=1_234_567, http_protocol=1.10, more={"of": ["this"]})
    assert (created["account_id"], created["http_protocol"]) == ("1234567", "1.1")


@pytest.mark.parametrize("method", ["POST", "put", "Delete", "GET", "PATCH", "anything"])
def test_any_word_is_a_method_of_an_account_webhook_and_comes_back_as_it_was_sent(api: Api, method: str) -> None:
    assert api.create(http_method=method)["http_method"] == method


@pytest.mark.parametrize("protocol", ["HTTP/1.1", "HTTP/2", "carrier pigeon"])
def test_any_text_is_a_protocol_of_an_account_webhook(api: Api, protocol: str) -> None:
    assert api.create(http_protocol=protocol)["http_protocol"] == protocol


@pytest.mark.parametrize("trigger", ["OnBalanceChange", "OnCreditTransaction", "OnDebitTransaction"])
def test_an_account_webhook_is_created_with_each_of_its_triggers(api: Api, trigger: str) -> None:
    assert api.create(trigger_name=trigger)["trigger_name"] == trigger


@pytest.mark.parametrize(
    "content_type", [JSON, "text/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
def test_a_body_sent_as_json_is_read(api: Api, content_type: str) -> None:
    assert api.call("POST", ACCOUNT, ACCOUNT_WEBHOOK, content_type=content_type).status == 201


def test_the_same_body_twice_is_two_webhooks(api: Api) -> None:
    made = [api.create(account_id="twice")["account_webhook_id"] for _ in range(2)]
    assert len(set(made)) == 2
    assert sorted(each["account_webhook_id"] for each in api.list("?account_id=twice")) == sorted(made)
