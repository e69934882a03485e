"""Bodies of POST /v1/subscriptions."""

from typing import Any

from tests.builders.hub import ACCOUNT_ID, BANK_ID

BASIC = {"username": "user", "password": "a hidden password"}
OAUTH = {"token_url": "https://auth.example/token", "client_id": "client", "client_secret": "a hidden client secret"}
KEYS = [{"name": "X-Key", "value": "a hidden key"}]
UMM = {"client_key": "CLI0910", "product": "retail_transfers", "payment_channel": "online"}
FULL = {
    "name": "Ledger",
    "level": "account",
    "bank_id": BANK_ID,
    "account_id": ACCOUNT_ID,
    "trigger": "payment.settled",
    "url": "https://receiver.example/hooks/{LOAN_ID}?event={EVENT_ID}",
    "method": "PUT",
    "content_type": "application/xml",
    "template": "<event id='{EVENT_ID}'><amount>{AMOUNT}</amount></event>",
    "headers": [{"name": "X-Static", "value": "a hidden header"}],
    "authentication": {"api_keys": KEYS, "basic": BASIC, "oauth": None},
    "header_profile": "plain",
    "umm": None,
    "retry": {"waits_seconds": [60, 600]},
    "signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "is_active": False,
}


def wanted(**changed: Any) -> dict[str, Any]:
    """The least there can be; None leaves a field out."""
    least = {
        "level": "bank",
        "bank_id": BANK_ID,
        "trigger": "payment.settled",
        "url": "https://receiver.example/hooks",
    } | changed
    return {name: value for name, value in least.items() if value is not None}
