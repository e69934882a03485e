"""What is not there: other paths, other verbs, bodies not sent as JSON."""

from typing import Any

import pytest

from tests.integration.obp.requests import (
    ACCOUNT,
    ACCOUNT_WEBHOOK,
    BANK,
    BANK_LEVEL,
    JSON,
    MANAGED,
    NOTIFICATION,
    ON_CREATE,
    SWITCH,
    Api,
)

pytestmark = pytest.mark.enable_socket


@pytest.mark.parametrize(
    ("method", "version", "path"),
    [
        ("DELETE", "v5.1.0", ACCOUNT),
        ("GET", "v5.1.0", ACCOUNT),
        ("GET", "v5.1.0", f"{ACCOUNT}/8ca8a7e4"),
        ("POST", "v5.1.0", MANAGED),
        ("GET", "v5.1.0", BANK_LEVEL),
        ("POST", "v3.1.0", BANK_LEVEL),
        ("POST", "v3.1.0", ON_CREATE),
        ("POST", "v3.0.0", ACCOUNT),
        ("POST", "v5.1.0", f"{ACCOUNT}/"),
        ("POST", "v5.1.0", f"banks/{BANK}/web-hooks"),
        ("POST", "v5.1.0", "my/logins/direct"),
    ],
)
def test_no_such_path_or_verb(api: Api, method: str, version: str, path: str) -> None:
    answer = api.call(method, path, ACCOUNT_WEBHOOK, version=version)
    message = answer.json()["message"]
    assert (answer.status, answer.json()["code"]) == (404, 404)
    assert message.startswith("OBP-10404: 404 Not Found. ")
    assert message.endswith(f"Current Url is (/obp/{version}/{path}), Current Content-Type Header is ({JSON})")


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", ACCOUNT, ACCOUNT_WEBHOOK), ("PUT", ACCOUNT, SWITCH), ("POST", ON_CREATE, NOTIFICATION)],
)
def test_a_body_that_is_not_sent_as_json_is_not_found(
    api: Api, method: str, path: str, body: Any, content_type: str
) -> None:
    answer = api.call(method, path, body, token="", content_type=content_type)
    assert answer.status == 404
    assert answer.json()["message"].startswith("OBP-10404: 404 Not Found.")
    assert answer.json()["message"].endswith(f"Current Content-Type Header is ({content_type})")
