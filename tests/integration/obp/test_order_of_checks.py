"""Which of several faults is told: the order is a promise of its own."""

from typing import Any

import pytest

from tests.integration.obp.requests import (
    ACCOUNT,
    ACCOUNT_WEBHOOK,
    BANK,
    BANK_LEVEL,
    ELSEWHERE,
    MANAGED,
    METHOD,
    NO_BANK,
    NOT_BOOLEAN,
    NOT_LOGGED_IN,
    NOTIFICATION,
    ON_CREATE,
    ROLE,
    SHAPE,
    SWITCH,
    TRIGGER,
    Api,
)

pytestmark = pytest.mark.enable_socket


@pytest.mark.parametrize(
    ("method", "path"), [("POST", ACCOUNT), ("PUT", ACCOUNT), ("POST", BANK_LEVEL), ("POST", ON_CREATE)]
)
@pytest.mark.parametrize(
    "raw", [b"", b"{", b'{"url":"x"', b"url=x", b'{"a":NaN}', b"\xff", b"[" * 100_000], ids=lambda raw: raw[:12]
)
def test_a_body_that_is_no_json_is_refused_before_anybody_is_asked_who_calls(
    api: Api, method: str, path: str, raw: bytes
) -> None:
    answer = api.call(method, path, raw, token="")
    assert (answer.status, answer.json()["code"]) == (400, 400)
    assert answer.json()["message"].startswith("OBP-10001: Incorrect json format.The")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", ACCOUNT, ACCOUNT_WEBHOOK),
        ("PUT", ACCOUNT, SWITCH),
        ("GET", MANAGED, None),
        ("POST", BANK_LEVEL, NOTIFICATION),
        ("POST", ON_CREATE, NOTIFICATION),
        # Before an unknown bank, wrong ids, wrong fields, a wrong limit:
        ("POST", ELSEWHERE, {}),
        ("PUT", ELSEWHERE, {}),
        ("GET", f"management/{ELSEWHERE}?limit=0", None),
        ("POST", f"banks/no.bank/{ON_CREATE}", {"id": "?"}),
    ],
)
def test_nobody_gets_in_without_showing_who_he_is(api: Api, method: str, path: str, body: Any) -> None:
    answer = api.call(method, path, body, token="")
    host = api.url.removeprefix("http://")
    assert (answer.status, answer.json()) == (401, {"code": 401, "message": NOT_LOGGED_IN})
    schemes = ("OAuth", "Bearer", "DirectLogin")
    assert answer.headers["WWW-Authenticate"] == ", ".join(f'{scheme} realm="{host}"' for scheme in schemes)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", ELSEWHERE, {}),
        ("PUT", ELSEWHERE, {}),
        ("GET", f"management/{ELSEWHERE}?limit=0", None),
        ("POST", f"banks/no.bank/{ON_CREATE}", {}),
    ],
)
def test_an_unknown_bank_comes_before_a_missing_role_and_a_wrong_body(
    api: Api, method: str, path: str, body: Any
) -> None:
    answer = api.call(method, path, body, token=api.nobody)
    assert (answer.status, answer.json()) == (404, {"code": 404, "message": NO_BANK})


@pytest.mark.parametrize("who", ["nobody", "stranger"])
@pytest.mark.parametrize(
    ("method", "path", "body", "missing"),
    [
        ("POST", ACCOUNT, {}, f"CanCreateWebhook at Bank({BANK})"),
        ("PUT", ACCOUNT, {}, f"CanUpdateWebhook at Bank({BANK})"),
        ("GET", f"{MANAGED}?limit=0", None, f"CanGetWebhooks at Bank({BANK})"),
        ("POST", BANK_LEVEL, {}, f"CanCreateAccountNotificationWebhookAtOneBank for BankId({BANK})."),
        ("POST", ON_CREATE, {}, "CanCreateSystemAccountNotificationWebhook"),
    ],
)
def test_a_role_is_missing_also_when_it_is_held_elsewhere_and_comes_before_a_wrong_body(
    api: Api, who: str, method: str, path: str, body: Any, missing: str
) -> None:
    answer = api.call(method, path, body, token=getattr(api, who))
    assert (answer.status, answer.json()) == (403, {"code": 403, "message": ROLE + missing})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"trigger_name": "x", "is_active": "x"}, SHAPE.format("AccountWebhookPostJson")),
        (ACCOUNT_WEBHOOK | {"trigger_name": "x", "is_active": "x", "url": "x"}, TRIGGER.format("x")),
        (ACCOUNT_WEBHOOK | {"is_active": "x", "url": "x"}, NOT_BOOLEAN),
    ],
)
def test_fields_come_before_the_trigger_and_the_trigger_before_is_active(
    api: Api, body: dict[str, Any], message: str
) -> None:
    assert api.call("POST", ACCOUNT, body).json()["message"] == message


def test_is_active_comes_before_an_unknown_webhook(api: Api) -> None:
    assert api.call("PUT", ACCOUNT, SWITCH | {"is_active": "x"}).json()["message"] == NOT_BOOLEAN


def test_of_a_notification_webhook_ids_come_before_the_role_and_the_method_before_the_protocol(api: Api) -> None:
    by_nobody = api.call("POST", BANK_LEVEL, {"id": "?"}, token=api.nobody)
    assert by_nobody.json()["message"] == "OBP-10001: Incorrect json format. Here are all invalid values: ?"
    wrong = NOTIFICATION | {"http_method": "x", "http_protocol": "x", "url": "x"}
    assert api.call("POST", BANK_LEVEL, wrong).json()["message"] == METHOD.format("x")


@pytest.mark.parametrize("given", ["", "plain", "a.b_C-9", "x" * 36])
def test_ids_in_a_notification_webhooks_body_that_look_like_ids_are_no_matter(api: Api, given: str) -> None:
    assert api.call("POST", ON_CREATE, NOTIFICATION | {"customer_id": given}).status == 201
