"""Notification documents that are right in every key, one for each channel, to be spoilt by the test."""

import json
from pathlib import Path

TASK = {
    "notificationConfigReference": "notifications-uk",
    "notificationChannel": "task",
    "webhookUrl": "",
    "webhookAPIKey": "",
    "zenDeskAPIKey": "",
    "zenDeskGroupId": "",
    "zenDeskLogin": "",
    "zenDeskSubdomain": "",
    "defaultTaskAssigneeKey": "8a8187366a01d4a1016a023792a5aaaa",
    "adjustRepayment": "true",
    "checkPaymentScheme": "true",
    "createDisbursement": "true",
    "createPayment": "true",
    "createPrePayment": "true",
    "createVirtualAccount": "true",
    "disableVirtualAccount": "true",
    "searchLoanAndClientDetails": "true",
    "checkLoanIBANCF": "true",
    "reverseDisbursement": "true",
    "searchTransaction": "true",
    "searchVirtualAccountbyIBAN": "true",
    "updateCustomField": "false",
    "updateVirtualAccountOwnerName": "false",
}
URL = TASK | {
    "notificationChannel": "URL",
    "webhookUrl": "https://hooks.lender.example/causeway?sig=url-secret",
    "webhookAPIKey": "url-api-key",
}
ZENDESK = TASK | {
    "notificationChannel": "zenDesk",
    "zenDeskAPIKey": "zendesk-api-key",
    "zenDeskGroupId": "360001234567",
    "zenDeskLogin": "operations@lender.example",
    "zenDeskSubdomain": "lender",
}


def write_document(folder: Path, document: dict[str, str], *without: str, **changes: object) -> Path:
    """The document in a file of `folder`, with some keys changed and some left out."""
    path = folder / "notifications.json"
    path.write_text(json.dumps({key: value for key, value in (document | changes).items() if key not in without}))
    return path
