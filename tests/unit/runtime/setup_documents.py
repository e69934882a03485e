"""A setup document that is right in every key, to be spoilt by the test."""

import json
from pathlib import Path

SETUP = {
    "authorizationHeader": "Bearer bank-token",
    "authorizationTokenAWS": "caller-token",
    "clearBankConfigReference": "clearbank-uk",
    "clearbankUrl": "https://institution-api-sim.clearbank.co.uk/",
    "clientMoneyAccount": "a2d1ef51-6a2e-4f0f-9d3c-0f3f1f6d2b11",
    "clearBankDisbursementChannelCHAPS": "CB_Loan_Disbursement_CHAPS",
    "clearBankDisbursementChannelFPS": "CB_Loan_Disbursement_FPS",
    "clearBankRepaymentChannelCHAPS": "CB_Loan_Repayment_CHAPS",
    "clearBankRepaymentChannelFPS": "CB_Loan_Repayment_FPS",
    "digitalSignatureGatewayUrl": "http://signer:8081",
    "hasVirtualAccountForPrePayment": "true",
    "hasVirtualAccountForDisbursement": "true",
    "hasVirtualAccountExternalID": "false",
    "mambuConfigReference": "mambu-uk",
    "mambuUrl": "https://lender.sandbox.mambu.com",
    "mambuUser": "connector",
    "mambuPassword": "mambu-password",
    "mambuDisbursementChannelCHAPS": "MBU_Loan_Disbursement_CHAPS",
    "mambuDisbursementChannelFPS": "MBU_Loan_Disbursement_FPS",
    "mambuTransactionChannelCFieldSet": "_ClearBank_Transaction_By_Channe",
    "mambuCreditorIBANCFieldId": "creditorIBAN",
    "mambuCreditorNameCFieldId": "creditorName",
    "mambuDebtorIBANCFieldId": "debtorIBAN",
    "mambuDebtorNameCFieldId": "debtorName",
    "mambuPaymentReferenceCFieldId": "paymentReference",
    "mambuTransactionEndToEndIdCFieldId": "transactionEndToEndId",
    "mambuLoanAccountCFieldSet": "_ClearBank",
    "mambuVirtualAccountIdCFieldId": "virtualAccountId",
    "mambuIBANCFieldId": "ibanLoan",
    "mambuAssignedLoanUserCFieldId": "assignedLoanUser",
    "mambuTransactionStatusCFieldId": "transactionStatus",
    "operatingAccountIban": "GB95CLRB04190000001114",
    "secretKey": "caller-secret-key",
}


def write_setup(folder: Path, *without: str, **changes: object) -> Path:
    """The document in a file of `folder`, with some keys changed and some left out."""
    document = {key: value for key, value in (SETUP | changes).items() if key not in without}
    path = folder / "setup.json"
    path.write_text(json.dumps(document))
    return path
