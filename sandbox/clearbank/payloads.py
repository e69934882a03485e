"""What the webhooks about payments say. Keys are PascalCase; amounts are numbers with two decimals."""

import sqlite3
from typing import Any

from sandbox.clearbank import ledger
from sandbox.clearbank.accounts import AccountNumber
from sandbox.clearbank.iso20022 import chaps_document
from sandbox.clearbank.matching import Subject
from sandbox.clearbank.wire import Pounds, timestamp

FPS_REFERENCE_LENGTH = 18
FPS_NAME_LENGTH = 35


def subject_of_payment(payment: sqlite3.Row) -> Subject:
    return {
        "endToEndId": [payment["end_to_end_id"]],
        "transactionId": [payment["id"]],
        "reference": [payment["reference"]],
        "iban": [payment["account_iban"], payment["counterpart_iban"]],
        "creditorName": [payment["counterpart_name"]],
    }


def reference_shown(payment: sqlite3.Row) -> str:
    """ClearBank cuts the reference to 18 characters for Faster Payments."""
    reference: str = payment["reference"]
    return reference[:FPS_REFERENCE_LENGTH] if payment["scheme"] == "FasterPayments" else reference


def settled(db: sqlite3.Connection, payment: sqlite3.Row) -> dict[str, Any]:
    """TransactionSettled v6."""
    payload: dict[str, Any] = {
        "TransactionId": payment["id"],
        "Status": "Settled",
        "Scheme": payment["scheme"],
        "EndToEndTransactionId": payment["end_to_end_id"],
        "Amount": Pounds(payment["amount_pence"]),
        "TimestampSettled": timestamp(payment["settled_at"]),
        "TimestampCreated": timestamp(payment["created_at"]),
        "CurrencyCode": "GBP",
        "DebitCreditCode": payment["direction"].capitalize(),
        "Reference": reference_shown(payment),
        "IsReturn": bool(payment["is_return"]),
        "Account": _own_account(db, payment),
        "CounterpartAccount": _counterpart(payment),
        "ActualEndToEndTransactionId": payment["actual_end_to_end_id"],
    }
    return payload | _scheme_fields(db, payment)


def rejected(payment: sqlite3.Row, code: str | None, reason: str | None, now: float) -> dict[str, Any]:
    """TransactionRejected v2; code and reason are both optional."""
    payload = {
        "TransactionId": payment["id"],
        "Status": "Rejected",
        "Scheme": payment["scheme"],
        "EndToEndTransactionId": payment["end_to_end_id"],
        "Amount": Pounds(payment["amount_pence"]),
        "TimestampModified": timestamp(now),
        "CurrencyCode": "GBP",
        "DebitCreditCode": payment["direction"].capitalize(),
        "Reference": reference_shown(payment),
        "IsReturn": bool(payment["is_return"]),
        "Account": _ibans(payment["account_iban"], payment["account_iban"][4:]),
        "CounterpartAccount": _ibans(payment["counterpart_iban"], payment["counterpart_bban"]),
    }
    if reason is not None:
        payload["CancellationReason"] = reason
    if code is not None:
        payload["CancellationCode"] = code
    return payload


def held(payment: sqlite3.Row) -> dict[str, Any]:
    """InboundHeldTransaction v1 and OutboundHeldTransaction v1: no TransactionId, other field names."""
    return {
        "TimestampCreated": timestamp(payment["created_at"]),
        "Scheme": payment["scheme"],
        "Account": _ibans(payment["account_iban"], payment["account_iban"][4:]),
        "CounterpartAccount": _ibans(payment["counterpart_iban"], payment["counterpart_bban"]),
        "TransactionAmount": Pounds(payment["amount_pence"]),
        "PaymentReference": reference_shown(payment),
        "EndToEndTransactionId": payment["end_to_end_id"],
    }


def failed_message(
    failure: str,
    reasons: list[str],
    *,
    message_id: str,
    scheme: str,
    end_to_end_id: str,
    debtor: AccountNumber,
    creditor: AccountNumber,
    reference: str,
    amount_pence: int,
) -> dict[str, Any]:
    """PaymentMessageAssesmentFailed v1 (one s) and PaymentMessageValidationFailed v1."""
    return {
        "MessageId": message_id,
        "PaymentMethodType": scheme,
        failure: [{"EndToEndId": end_to_end_id, "Reasons": [reason[:100] for reason in reasons]}],
        "AccountIdentification": {
            "Debtor": _ibans(debtor.iban, debtor.bban),
            "Creditors": [
                {
                    "Reference": reference,
                    "Amount": Pounds(amount_pence),
                    "CurrencyCode": "GBP",
                    **_ibans(creditor.iban, creditor.bban),
                }
            ],
        },
    }


def _ibans(iban: str, bban: str) -> dict[str, Any]:
    return {name: value for name, value in (("IBAN", iban), ("BBAN", bban)) if value}


def _own_account(db: sqlite3.Connection, payment: sqlite3.Row) -> dict[str, Any]:
    account = ledger.account_by_id(db, payment["account_id"])
    if account is None:
        raise LookupError(f"The ledger holds no account {payment['account_id']}.")
    described = _ibans(account["iban"], account["bban"]) | {
        "OwnerName": account["label"],
        "TransactionOwnerName": account["name"],
        "InstitutionName": "Example Lender Ltd",
    }
    if account["parent_id"] is None:  # only real accounts have a balance
        described["Balance"] = Pounds(ledger.available_pence(db, account))
        described["BalanceLastUpdatedAt"] = timestamp(account["modified_at"])
    return described


def _counterpart(payment: sqlite3.Row) -> dict[str, Any]:
    name = payment["counterpart_name"]
    if payment["scheme"] == "FasterPayments":
        name = name[:FPS_NAME_LENGTH]
    return (
        _ibans(payment["counterpart_iban"], payment["counterpart_bban"])
        | {
            "OwnerName": "Not Provided",  # docs: take TransactionOwnerName, the name from the message
            "TransactionOwnerName": name,
            "InstitutionName": payment["counterpart_bban"][:4] or "Not Provided",
        }
    )


def _scheme_fields(db: sqlite3.Connection, payment: sqlite3.Row) -> dict[str, Any]:
    if payment["scheme"] == "Bacs":
        return {
            "TransactionCode": "99",
            "BacsTransactionId": payment["bacs_transaction_id"],
            "BacsTransactionDescription": "CreditTransactionSettled",
            "TransactionType": "DirectCredit",
        }
    if payment["scheme"] == "Chaps":
        return {"Iso20022XmlDocument": chaps_document(db, payment)}
    if payment["scheme"] == "FasterPayments":
        return {"SupplementaryData": _fps_supplementary_data(db, payment)}
    return {"TransactionSource": "Internal Transfer"}


def _fps_supplementary_data(db: sqlite3.Connection, payment: sqlite3.Row) -> list[dict[str, str]]:
    facts = {
        "PaymentType": "SIP",
        "ReferenceInformation": reference_shown(payment),
        "EndToEndReference": payment["end_to_end_id"],
        "OriginatingCustomerAccountName": payment["counterpart_name"] if payment["direction"] == "credit" else "",
        "AbusiveMessageScreeningResult": "Pass",
    }
    if payment["returned_seq"] is not None:
        # Inferred from the names: the FPID of the payment given back, and why it came back.
        facts["ReturnedPaymentFpId"] = ledger.transaction(db, payment["returned_seq"])["actual_end_to_end_id"]
        facts["PaymentReturnCode"] = payment["return_code"] or ""
    return [{"Name": name, "Value": value} for name, value in facts.items() if value]
