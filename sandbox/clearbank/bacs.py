"""Inbound Bacs direct credits: noticed on day 2, settled on day 3, recalled in between."""

import sqlite3
from datetime import UTC, datetime
from typing import Any

from sandbox.clearbank import ledger, payloads, source, steps, webhooks
from sandbox.clearbank.wire import Pounds

Account = dict[str, str]
SERVICE_USER_NUMBER = "223556"
SUSPENSE_NUMBER = "99999999"


def plan_credit(
    db: sqlite3.Connection, payment: sqlite3.Row, wanted: dict[str, Any], now: float, day_seconds: float
) -> None:
    """The notice now, the settlement `days` later; a Bacs day of the simulation lasts `day_seconds`."""
    steps.plan(db, "announce", now, payment, _notice(db, payment, wanted, now))
    if not wanted["hold"]:
        steps.plan(db, "settle", now + wanted["days"] * day_seconds, payment)


def recall(db: sqlite3.Connection, payment: sqlite3.Row, now: float) -> None:
    """Before settlement no money moves; after it, the money goes back as well."""
    steps.forget(db, payment)
    payload = _recalled(db, payment, now)
    webhooks.enqueue(db, "BacsDirectCreditRecalled", 1, payload, payloads.subject_of_payment(payment))
    if payment["status"] == "settled":
        steps.plan(db, "return", now, payment, {"code": "C"})
    else:
        ledger.reject(db, payment, now)


def return_notice(db: sqlite3.Connection, credit: sqlite3.Row, reason: str, bacs_transaction_id: str) -> dict[str, Any]:
    """BacsDirectCreditReturnCreated: it has an id of its own and names the credit by OriginalBacsTransactionId."""
    payer, beneficiary = _parties(db, credit)
    payload = {
        "SuspenseAccount": _account("BACS SUSPENSE ACCOUNT", credit["account_iban"][4:14] + SUSPENSE_NUMBER),
        "BeneficiaryDetails": beneficiary,
        "ServiceUserInformation": payer,
        "ReasonCode": reason,
        "Reference": credit["reference"],
        "Amount": Pounds(credit["amount_pence"]),
        "TransactionCode": "RA",
        "Source": "Bacs",
        "BacsTransactionId": bacs_transaction_id,
        "OriginalBacsTransactionId": credit["bacs_transaction_id"],
        "OriginalBacsTransactionSun": SERVICE_USER_NUMBER,
    }
    return {"type": "BacsDirectCreditReturnCreated", "version": 4, "payload": payload}


def _day(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT00:00:00Z")


def _parties(db: sqlite3.Connection, payment: sqlite3.Row) -> tuple[Account, Account]:
    """Payer and beneficiary."""
    own = ledger.account_by_id(db, payment["account_id"])
    payer = _account(payment["counterpart_name"], payment["counterpart_bban"])
    return payer, _account(own["name"] if own else "", payment["account_iban"][4:])


def _account(name: str, bban: str) -> Account:
    return {"AccountName": name, "SortCode": bban[4:10], "AccountNumber": bban[10:18]}


def _notice(db: sqlite3.Connection, payment: sqlite3.Row, wanted: dict[str, Any], now: float) -> dict[str, Any]:
    """BacsDirectCreditInboundPaymentCreated or, after screening, BacsDirectCreditInboundPaymentHeld."""
    payer, beneficiary = _parties(db, payment)
    payload = {
        "ServiceUserInformation": payer,
        "BeneficiaryDetails": beneficiary,
        "Reference": payment["reference"],
        "Amount": Pounds(payment["amount_pence"]),
        "ProcessingDate": _day(now),
        "TransactionCode": "99",
        "ServiceUserNumber": wanted["serviceUserNumber"],
        "Source": "Bacs",
        "BacsTransactionId": payment["bacs_transaction_id"],
    }
    if not wanted["hold"]:
        return {"type": "BacsDirectCreditInboundPaymentCreated", "version": 2, "payload": payload}
    ledger.hold(db, payment)
    return {"type": "BacsDirectCreditInboundPaymentHeld", "version": 3, "payload": payload}


def _recalled(db: sqlite3.Connection, payment: sqlite3.Row, now: float) -> dict[str, Any]:
    payer, beneficiary = _parties(db, payment)
    return {
        "CreditorInformation": beneficiary,
        "DebtorInformation": payer,
        "RecallingAccountInformation": payer,
        "ServiceUserName": payment["counterpart_name"],
        "ServiceUserNumber": SERVICE_USER_NUMBER,
        "Amount": Pounds(payment["amount_pence"]),
        "PaymentReference": payment["reference"],
        "TransactionCode": "99",
        "Status": "Recalled",
        "ProcessingDate": _day(now),
        "SettlementDate": _day(now),
        "TransactionType": "DirectCredit",
        "Source": "Bacs",
        "BacsTransactionId": payment["bacs_transaction_id"],
        "SuspenseAccountId": source.next_uuid(db),
        "RecallReference": payment["reference"],
    }
