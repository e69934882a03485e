"""A lender's names and Mambu's records, as its API answers them with detailsLevel FULL."""

from typing import Any
from zoneinfo import ZoneInfo

from services.worker.adapters.http import HttpClient
from services.worker.adapters.mambu.client import Mambu
from services.worker.adapters.mambu.fields import MambuNames
from shared.domain.flows import Request

CREDENTIALS = {"apikey": "secret-key"}

REPAYMENT = Request("POST", "/loans/LOAN1/repayment-transactions", "{}", "key")
DISBURSEMENT = Request("POST", "/loans/LOAN1/disbursement-transactions", "{}", "key")
ADJUSTMENT = Request("POST", "/loans/transactions/8a81:adjust", "{}", "key")
LINKAGE = Request("PATCH", "/loans/LOAN1", "[]", "key")
STATUS = Request("PATCH", "/loans/LOAN1/transactions/8a81/custominformation", "{}", "key")
TASK = Request("POST", "/tasks", "{}", "key")


def names(zone: str = "Europe/London") -> MambuNames:
    return MambuNames(
        zone=ZoneInfo(zone),
        repayment_channels={
            "FasterPayments": "CB_Loan_Repayment_FPS",
            "Transfer": "CB_Loan_Repayment_FPS",
            "Chaps": "CB_Loan_Repayment_CHAPS",
        },
        disbursement_channels={
            "FasterPayments": "CB_Loan_Disbursement_FPS",
            "Transfer": "CB_Loan_Disbursement_FPS",
            "Chaps": "CB_Loan_Disbursement_CHAPS",
        },
        transaction_set="_ClearBank_Transaction_By_Channe",
        creditor_iban="creditorIBAN",
        creditor_name="creditorName",
        debtor_iban="debtorIBAN",
        debtor_name="debtorName",
        payment_reference="paymentReference",
        end_to_end_id="transactionEndToEndId",
        status="transactionStatus",
        loan_set="_ClearBank",
        loan_iban="ibanLoan",
        loan_virtual_account_id="virtualAccountId",
        loan_assigned_user="assignedLoanUser",
    )


def mambu(url: str, timeout_seconds: float = 10, zone: str = "Europe/London") -> Mambu:
    return Mambu(HttpClient(url, timeout_seconds), CREDENTIALS, names(zone))


def loan(**changed: Any) -> dict[str, Any]:
    return {
        "encodedKey": "loan-key",
        "id": "LOAN1",
        "accountState": "ACTIVE",
        "accountHolderType": "CLIENT",
        "accountHolderKey": "holder-key",
        "currency": {"code": "GBP"},
        "loanAmount": 1500,
        "_ClearBank": {
            "ibanLoan": "GB33BUKB20201555555555",
            "virtualAccountId": "va-1",
            "assignedLoanUser": "user-key",
        },
        "somethingNew": [],
    } | changed


def transaction(**changed: Any) -> dict[str, Any]:
    return {
        "encodedKey": "8a81",
        "id": "1234",
        "type": "DISBURSEMENT",
        "amount": 1500.5,
        "parentAccountKey": "loan-key",
        "transactionDetails": {"transactionChannelId": "MBU_Loan_Disbursement_FPS"},
    } | changed


def error(code: int, reason: str = "REASON", source: str | None = None) -> dict[str, Any]:
    return {"errors": [{"errorCode": code, "errorReason": reason} | ({"errorSource": source} if source else {})]}
