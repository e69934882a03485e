"""Request bodies as a good client sends them; tests spoil one thing at a time."""

from itertools import count
from typing import Any

OPERATING_IBAN = "GB95CLRB04190000001114"
OUTSIDE_IBAN = "GB29NWBK60161331926819"
POOLED_ACCOUNT_ID = "4fbe973b-2f30-45f0-b9e4-a488dd275861"
TOKEN = "a-token-for-tests"

_numbers = count(1)


def fresh(prefix: str) -> str:
    return f"{prefix}-{next(_numbers):06d}"


def transfer(
    end_to_end_id: str,
    amount: Any = "1500.00",
    creditor_iban: str = OUTSIDE_IBAN,
    creditor_name: str = "Jane Smith",
    reference: str = "LOAN 12345",
) -> dict[str, Any]:
    structured = {"creditorReferenceInformation": {"reference": reference}}
    return {
        "paymentIdentification": {"instructionIdentification": "I-1", "endToEndIdentification": end_to_end_id},
        "amount": {"instructedAmount": float(amount), "currency": "GBP"},
        "creditor": {"name": creditor_name},
        "creditorAccount": {"identification": {"iban": creditor_iban}},
        "remittanceInformation": {"structured": structured},
    }


def fps(*transfers: dict[str, Any], debtor_iban: str = OPERATING_IBAN) -> dict[str, Any]:
    return {
        "paymentInstructions": [
            {
                "paymentInstructionIdentification": "PI-1",
                "paymentTypeCode": "SIP",
                "debtor": {"address": "UK, London, 1 Example Street, EC2V 8RT"},
                "debtorAccount": {"identification": {"iban": debtor_iban}},
                "creditTransfers": list(transfers),
            }
        ]
    }


def party(name: str) -> dict[str, Any]:
    return {"name": name, "postalAddress": {"townName": "London", "country": "GB", "postCode": "EC2V 8RT"}}


def chaps(end_to_end_id: str, amount: float = 1_500_000.00, **changes: Any) -> dict[str, Any]:
    return {
        "instructionIdentification": "I-2",
        "endToEndIdentification": end_to_end_id,
        "interBankSettlementAmount": {"amount": amount, "currency": "GBP"},
        "sourceAccount": {"iban": OPERATING_IBAN},
        "debtorAccount": {"iban": OPERATING_IBAN},
        "debtor": party("Example Lender Ltd"),
        "creditorAccount": {"schemeName": "SortcodeAccountNumber", "identification": "601613-31926819"},
        "creditor": party("Jane Smith"),
        "purpose": "LOAN",
        "categoryPurpose": "LOAN",
    } | changes


def new_virtual_account(owner_name: str = "Jane Smith", **identifier: str) -> dict[str, Any]:
    return {"virtualAccounts": [{"ownerName": owner_name, "accountIdentifier": identifier}]}


def inbound(creditor_iban: str, amount: str = "88.52", **changes: Any) -> dict[str, Any]:
    return {
        "amount": amount,
        "creditorIban": creditor_iban,
        "debtorName": "John Payer",
        "debtorIban": OUTSIDE_IBAN,
        "reference": "LOAN 12345",
    } | changes
