"""Every wrong body, and what is said of it."""

import json
import uuid
from typing import Any

import pytest

from tests.integration.obp.requests import (
    ACCOUNT,
    ACCOUNT_WEBHOOK,
    BANK_LEVEL,
    METHOD,
    NO_WEBHOOK,
    NOT_BOOLEAN,
    NOTIFICATION,
    ON_CREATE,
    PROTOCOL,
    SHAPE,
    SWITCH,
    TRIGGER,
    Api,
    without,
)

pytestmark = pytest.mark.enable_socket


FIELDS = (
    ("POST", ACCOUNT, ACCOUNT_WEBHOOK, "AccountWebhookPostJson"),
    ("PUT", ACCOUNT, SWITCH, "AccountWebhookPutJson"),
    ("POST", BANK_LEVEL, NOTIFICATION, "AccountNotificationWebhookPostJson"),
    ("POST", ON_CREATE, NOTIFICATION, "AccountNotificationWebhookPostJson"),
)
WRONG_FIELDS = [
    (method, path, body, SHAPE.format(shape))
    for method, path, whole, shape in FIELDS
    for body in (
        *(without(whole, name) for name in whole),
        *(whole | {name: {"a": "b"}} for name in whole),
        *([], "text", 5, None, [whole]),
    )
]
REFUSED = [
    *WRONG_FIELDS,
    *(
        ("POST", ACCOUNT, ACCOUNT_WEBHOOK | {"trigger_name": sent}, TRIGGER.format(shown))
        for sent, shown in (
            ("OnCreateTransaction", "OnCreateTransaction"),
            ("onbalancechange", "onbalancechange"),
            ("payment.settled", "payment.settled"),
            ("", ""),
            (None, "null"),
            (5, "5"),
        )
    ),
    *(
        (method, ACCOUNT, body | {"is_active": sent}, NOT_BOOLEAN)
        for method, body in (("POST", ACCOUNT_WEBHOOK), ("PUT", SWITCH))
        for sent in ("yes", "1", 1, "", " true", None)
    ),
    *(
        ("PUT", ACCOUNT, SWITCH | {"account_webhook_id": sent}, NO_WEBHOOK)
        for sent in (str(uuid.uuid4()), "", None, 7, "*")
    ),
    *(
        ("POST", path, NOTIFICATION | {"http_method": sent}, METHOD.format(shown))
        for path in (BANK_LEVEL, ON_CREATE)
        for sent, shown in (("GET", "GET"), ("post", "post"), ("", ""), (None, "null"), (True, "true"))
    ),
    *(
        ("POST", path, NOTIFICATION | {"http_protocol": sent}, PROTOCOL.format(shown))
        for path in (BANK_LEVEL, ON_CREATE)
        for sent, shown in (("HTTP/2", "HTTP/2"), ("http/1.1", "http/1.1"), (None, "null"), (1.1, "1.1"))
    ),
    *(
        (
            "POST",
            path,
            NOTIFICATION | {name: sent},
            f"OBP-10001: Incorrect json format. Here are all invalid values: {sent}",
        )
        for path in (BANK_LEVEL, ON_CREATE)
        for name, sent in (("id", "a/b"), ("user_id", "x" * 37), ("bank_id", "with blank"), ("transaction_id", "é"))
    ),
]


@pytest.mark.parametrize(("method", "path", "body", "message"), REFUSED)
def test_a_wrong_body_is_refused(api: Api, method: str, path: str, body: Any, message: str) -> None:
    answer = api.call(method, path, json.dumps(body).encode())
    assert (answer.status, answer.json()) == (400, {"code": 400, "message": message})
