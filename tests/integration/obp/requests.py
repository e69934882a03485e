"""What is asked of OBP's webhook API, and the texts it answers with (OBP-API v5.1.0)."""

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

BANK, OTHER_BANK = "gh.29.uk", "other.bank"
FIRST_ROLES = ("CanCreateWebhook", "CanUpdateWebhook", "CanGetWebhooks", "CanCreateAccountNotificationWebhookAtOneBank")
SYSTEM_ROLE = "CanCreateSystemAccountNotificationWebhook"
ALL_VERSIONS, NOTIFICATION_VERSIONS = ("v3.1.0", "v4.0.0", "v5.0.0", "v5.1.0"), ("v4.0.0", "v5.0.0", "v5.1.0")
JSON = "application/json"

ACCOUNT, MANAGED = f"banks/{BANK}/account-web-hooks", f"management/banks/{BANK}/account-web-hooks"
ON_CREATE = "web-hooks/account/notifications/on-create-transaction"
BANK_LEVEL = f"banks/{BANK}/{ON_CREATE}"
ELSEWHERE = "banks/no.bank/account-web-hooks"

ACCOUNT_WEBHOOK: dict[str, Any] = {
    "account_id": "8ca8a7e4-6d02-40e3-a129-0b2bf89de9f0",
    "trigger_name": "OnBalanceChange",
    "url": "https://example.com/hooks?of=us",
    "http_method": "POST",
    "http_protocol": "HTTP/1.1",
    "is_active": "true",
}
SWITCH: dict[str, Any] = {"account_webhook_id": str(uuid.uuid4()), "is_active": "true"}
NOTIFICATION: dict[str, Any] = {"url": "https://example.com/hooks", "http_method": "POST", "http_protocol": "HTTP/1.1"}

NOT_LOGGED_IN = "OBP-20001: User not logged in. Authentication is required!"
NOT_BOOLEAN = (
    "OBP-10019: Invalid Boolean. Could not convert value to a boolean type. "
    "Possible values of the json field is_active are true or false."
)
NO_BANK = "OBP-30001: Bank not found. Please specify a valid value for BANK_ID. Current BankId is no.bank"
NO_WEBHOOK = "OBP-30050: Webhook not found. Please specify a valid value for account_webhook_id."
ROLE = "OBP-20006: User is missing one or more roles: "
SHAPE = "OBP-10001: Incorrect json format. The Json body should be the {} "
LIMIT = (
    "OBP-10016: Incorrect filter Parameters in URL.  <- "
    "OBP-10025: wrong value for obp_limit parameter. Please send a positive integer (=>1)!"
)
OFFSET = (
    "OBP-10016: Incorrect filter Parameters in URL.  <- "
    "OBP-10024: wrong value for obp_offset parameter. Please send a positive integer (=>0)!"
)
METHOD = "OBP-10037: Incorrect http_method. Only Support `POST` currently. Current value is ({})"
PROTOCOL = "OBP-10038: Incorrect http_protocol. Only Support `HTTP/1.1` currently. Current value is ({})"
TRIGGER = (
    "OBP-10039: Incorrect Trigger name:{}. Possible values are OnBalanceChange, OnCreditTransaction, OnDebitTransaction"
)


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {field: value for field, value in body.items() if field != name}


@dataclass(frozen=True)
class Api:
    """`everybody` holds every role; `nobody` holds none; `stranger` holds each role where it does not count."""

    url: str
    everybody: str
    nobody: str
    stranger: str
    log: Path

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        token: str | None = None,
        version: str = "v5.1.0",
        content_type: str = JSON,
        **headers: str,
    ) -> urllib3.BaseHTTPResponse:
        """As everybody, by DirectLogin, unless `token` is another; "" shows nothing."""
        sent = {"Content-Type": content_type} | {name.replace("_", "-"): value for name, value in headers.items()}
        shown = self.everybody if token is None else token
        if shown:
            sent["DirectLogin"] = f"token={shown}"
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        url = f"{self.url}/obp/{version}/{path}"
        return urllib3.request(method, url, body=raw, headers=sent, retries=False, timeout=10)

    def create(self, **changed: Any) -> dict[str, Any]:
        """An account webhook, as OBP answers it."""
        answer = self.call("POST", ACCOUNT, ACCOUNT_WEBHOOK | changed)
        assert answer.status == 201, answer.data
        return dict(answer.json())

    def list(self, query: str = "", bank: str = BANK) -> list[dict[str, Any]]:
        answer = self.call("GET", f"management/banks/{bank}/account-web-hooks{query}")
        assert answer.status == 200, answer.data
        return list(answer.json()["web_hooks"])
