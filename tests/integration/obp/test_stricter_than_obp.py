"""Where OBP's own server would take what is refused here (docs/adr/0012)."""

from typing import Any

import pytest

from tests.integration.obp.requests import (
    ACCOUNT,
    ACCOUNT_WEBHOOK,
    BANK_LEVEL,
    NO_WEBHOOK,
    NOTIFICATION,
    ON_CREATE,
    OTHER_BANK,
    SHAPE,
    Api,
)

pytestmark = pytest.mark.enable_socket


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"url": ""}, "url is empty"),
        ({"url": None}, "url is empty"),
        ({"url": "https://example.com/" + "x" * 1005}, "1025 characters"),
        ({"url": "example.com"}, "not absolute"),
        ({"url": "http://example.com/"}, "only https goes out"),
        ({"url": "ftp://example.com/"}, "not absolute or not of https"),
        ({"url": "https://user:secret@example.com/"}, "credentials"),
        ({"url": "https://127.0.0.1/"}, "no address on the internet"),
        ({"url": "https://169.254.169.254/latest/meta-data"}, "no address on the internet"),
        ({"url": "https://[::1]/"}, "no address on the internet"),
        ({"url": "https://{EVENT_ID}.example.com/"}, "placeholder before its path"),
        ({"url": "https://example.com/{NONSENSE}"}, "there is no {NONSENSE}"),
    ],
)
def test_a_url_that_nothing_may_be_sent_to_is_refused(api: Api, changed: dict[str, Any], why: str) -> None:
    for path, body in ((ACCOUNT, ACCOUNT_WEBHOOK), (BANK_LEVEL, NOTIFICATION), (ON_CREATE, NOTIFICATION)):
        answer = api.call("POST", path, body | changed)
        assert (answer.status, answer.json()["code"]) == (400, 400)
        assert answer.json()["message"].startswith("OBP-30047: Cannot create Webhook <- ")
        assert why in answer.json()["message"]
        assert "secret" not in answer.json()["message"]


@pytest.mark.parametrize(
    "changed",
    [
        {"account_id": ""},
        {"account_id": None},
        {"http_method": ""},
        {"http_method": "PO ST"},
        {"http_method": "X\r\nHost: a"},
        {"http_protocol": None},
    ],
)
def test_what_could_never_be_sent_or_matched_is_refused(api: Api, changed: dict[str, Any]) -> None:
    answer = api.call("POST", ACCOUNT, ACCOUNT_WEBHOOK | changed)
    assert answer.status == 400
    assert answer.json()["message"].startswith("OBP-30047: Cannot create Webhook <- ")


@pytest.mark.parametrize("text", ["half \ud800", "nul \x00", "x" * 2001], ids=ascii)
def test_text_that_cannot_be_stored_is_refused(api: Api, text: str) -> None:
    answer = api.call("POST", ACCOUNT, ACCOUNT_WEBHOOK | {"account_id": text})
    assert (answer.status, answer.json()["message"]) == (400, SHAPE.format("AccountWebhookPostJson"))


def test_a_body_over_the_limit_is_refused(api: Api) -> None:
    answer = api.call("POST", ACCOUNT, ACCOUNT_WEBHOOK | {"more": "x" * 1024 * 1024})
    assert (answer.status, answer.json()["code"]) == (413, 413)
    assert answer.json()["message"].startswith("OBP-10001")


def test_a_webhook_of_another_bank_cannot_be_switched_here(api: Api) -> None:
    created = api.create()
    body = {"account_webhook_id": created["account_webhook_id"], "is_active": "false"}
    answer = api.call("PUT", f"banks/{OTHER_BANK}/account-web-hooks", body)
    assert (answer.status, answer.json()) == (400, {"code": 400, "message": NO_WEBHOOK})
    assert created in api.list()


def test_a_notification_webhook_cannot_be_switched(api: Api) -> None:
    webhook_id = api.call("POST", BANK_LEVEL, NOTIFICATION).json()["webhook_id"]
    answer = api.call("PUT", ACCOUNT, {"account_webhook_id": webhook_id, "is_active": "false"})
    assert (answer.status, answer.json()["message"]) == (400, NO_WEBHOOK)
