"""The webhook engine's messages: which event fires which template, rendered once and kept.

The templates are those of the connector's documents. Placeholders are text substitution: a quote inside a value breaks
the JSON, as in life (Mambu, notifications placeholders).
"""

import json
import sqlite3
import time
from collections.abc import Mapping

from sandbox.mambu import custom_fields, source
from sandbox.mambu.core import Core, switch
from sandbox.mambu.records import Document
from sandbox.mambu.wire import to_json
from sandbox.sqlite import insert

DISBURSEMENT = (
    "amount",
    "paymentScheme",
    "transactionEncodedKey",
    "loanAccountId",
    "loanName",
    "transactionId",
    "debtorName",
    "paymentReference",
    "debtorIBAN",
    "creditorIBAN",
    "creditorName",
    "accountCurrency",
    "assignedLoanUser",
    "transactionEndToEndId",
)
GROUP_DISBURSEMENT = (*DISBURSEMENT, "groupId")
CLOSURE = ("virtualAccountId", "comment", "loanAccountId", "loanCFIBAN")


def rendered(names: tuple[str, ...], values: Mapping[str, str]) -> str:
    """The template with its placeholders filled in; an absent value renders as an empty text."""
    return "{" + ", ".join(f'"{name}": "{values.get(name, "")}"' for name in names) + "}"


def loan_disbursed(core: Core, db: sqlite3.Connection, loan: Document, transaction: Document) -> None:
    """LOAN_DISBURSEMENT: the template's condition is the channel, so postings of the connector stay silent."""
    channel = transaction.get("transactionDetails", {}).get("transactionChannelId", "")
    if channel not in core.settings.names.from_core_channels and not switch(db, "fireForEveryChannel"):
        return
    separator = "," if switch(db, "thousandSeparators") else ""
    fields = {word: _field(transaction, id_) for word, id_ in core.settings.names.transaction_fields.items()}
    values = fields | {
        "amount": f"{transaction['amount']:{separator}.2f}",
        "paymentScheme": channel,
        "transactionEncodedKey": transaction["encodedKey"],
        "transactionId": transaction["id"],
        "loanAccountId": loan["id"],
        "loanName": loan["loanName"],
        "accountCurrency": loan["currency"]["code"],
        "assignedLoanUser": _field(loan, core.settings.names.loan_fields["assignedLoanUser"]),
    }
    names: tuple[str, ...] = DISBURSEMENT
    if loan["accountHolderType"] == "GROUP":  # a loan held by a group fires Group templates only
        names = GROUP_DISBURSEMENT
        values["groupId"] = _holder_id(db, loan)
    body = rendered(names, values)
    _queue(core, db, "LOAN_DISBURSEMENT", "/loan-disbursement", body, loan, transaction["encodedKey"])


def loan_closed(core: Core, db: sqlite3.Connection, loan: Document, comment: str) -> None:
    """LOAN_ACCOUNT_CLOSURE or LOAN_ACCOUNT_WRITE_OFF: no amount, no transaction, no channel."""
    ids = core.settings.names.loan_fields
    values = {
        "virtualAccountId": _field(loan, ids["virtualAccountId"]),
        "comment": comment,
        "loanAccountId": loan["id"],
        "loanCFIBAN": _field(loan, ids["ibanLoan"]),
    }
    event = "LOAN_ACCOUNT_WRITE_OFF" if loan["accountState"] == "CLOSED_WRITTEN_OFF" else "LOAN_ACCOUNT_CLOSURE"
    _queue(core, db, event, "/loan-closure", rendered(CLOSURE, values), loan, None)


def _field(record: Document, field_id: str) -> str:
    return custom_fields.flat(record).get(field_id, "")


def _holder_id(db: sqlite3.Connection, loan: Document) -> str:
    query = "SELECT id FROM records WHERE kind = 'GROUP' AND key = ?"
    return str(db.execute(query, (loan["accountHolderKey"],)).fetchone()["id"])


def _queue(
    core: Core, db: sqlite3.Connection, event: str, path: str, body: str, loan: Document, transaction_key: str | None
) -> None:
    broken = not _is_json(body) and not switch(db, "sendBrokenJson")
    holder = "groupKey" if loan["accountHolderType"] == "GROUP" else "clientKey"
    message = {
        "encodedKey": source.next_key(db),
        "type": "WEB_HOOK",
        "state": "FAILED" if broken else "QUEUED",
        "event": event,
        "destination": core.settings.webhook_url + path,
        "body": body,
        "numRetries": 0,
        holder: loan["accountHolderKey"],
        "loanAccountKey": loan["encodedKey"],
        "creationDate": core.stamp(db),
        **({"failureReason": "INVALID_JSON_BODY_SYNTAX", "failureCause": "the body is not JSON"} if broken else {}),
    }
    insert(
        db,
        "messages",
        key=message["encodedKey"],
        document=to_json(message),
        transaction_key=transaction_key,
        loan_key=loan["encodedKey"],
        loan_id=loan["id"],
        state=message["state"],
        method=switch(db, "method"),
        idempotency_key=source.next_uuid(db),
        next_attempt_at=None if broken else time.time(),
        failures=0,
        copies_left=switch(db, "duplicate"),
    )


def _is_json(body: str) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True
