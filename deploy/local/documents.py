"""Keys and documents that a stand needs and nobody gave: made up once, then kept, so that a restart finds its own."""

import json
import secrets
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from deploy.local.addresses import Addresses
from shared.domain.notification import Flag

OPERATING_IBAN = "GB95CLRB04190000001114"
BANK_KEY_BITS = 2048  # ClearBank's own are up to 4096, whose making can take half a minute


def make_signing_key(folder: Path) -> Path:
    """The lender's private key, made by the very command that `make csr` runs."""
    key = folder / "clearbank.key"
    if not key.exists():
        command = [sys.executable, "-m", "services.signer.csr", "--out-dir", str(folder)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return key


def make_bank_key(folder: Path) -> tuple[Path, Path]:
    """(private, public) key file of the simulated bank."""
    private, public = folder / "sandbox-bank.key", folder / "sandbox-bank.pub"
    if not public.exists():
        folder.mkdir(parents=True, exist_ok=True)
        key = rsa.generate_private_key(65537, BANK_KEY_BITS)
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        private.chmod(0o600)
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def public_half(private_key: Path, folder: Path) -> Path:
    """The public half of a private key file, for the bank that must know it."""
    key = load_pem_private_key(private_key.read_bytes().removeprefix(b"\xef\xbb\xbf"), password=None)
    public = folder / "client.pub"
    folder.mkdir(parents=True, exist_ok=True)
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return public


def make_setup_document(path: Path, addresses: Addresses) -> Path:
    """A setup document for the sandbox. Its secrets are made up once; its addresses follow the ports."""
    kept = json.loads(path.read_text()) if path.exists() else {}

    def secret(key: str) -> str:
        return str(kept.get(key) or secrets.token_urlsafe(24))

    document = _NAMES | {
        "authorizationHeader": kept.get("authorizationHeader") or f"Bearer {secrets.token_urlsafe(24)}",
        "authorizationTokenAWS": secret("authorizationTokenAWS"),
        "secretKey": secret("secretKey"),
        "mambuPassword": secret("mambuPassword"),
        "clientMoneyAccount": kept.get("clientMoneyAccount") or str(uuid.uuid4()),
        "clearbankUrl": addresses.url("SANDBOX_CLEARBANK_PORT"),
        "mambuUrl": addresses.url("SANDBOX_MAMBU_PORT"),
        "digitalSignatureGatewayUrl": addresses.url("SIGNER_PORT"),
    }
    return _written(path, document)


def make_notification_document(path: Path, addresses: Addresses) -> Path:
    """A notification document that tells everything to the sinks, as ZenDesk tickets. Its secret is made up once."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    document = {flag.value: "true" for flag in Flag} | {
        "notificationConfigReference": "sandbox",
        "notificationChannel": "zenDesk",
        "webhookUrl": "",
        "webhookAPIKey": "",
        "zenDeskAPIKey": kept.get("zenDeskAPIKey") or secrets.token_urlsafe(24),
        "zenDeskGroupId": "1",
        "zenDeskLogin": "causeway@example.com",
        "zenDeskSubdomain": addresses.url("SANDBOX_SINKS_PORT") + "/zendesk",
        "defaultTaskAssigneeKey": "",
    }
    return _written(path, document)


def _written(path: Path, document: Mapping[str, str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")
    return path


def read_setup_document(path: Path) -> Mapping[str, str]:
    """The document as it stands; the services check it. Wrong or not JSON: empty, and they will say so."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


_NAMES = {
    "clearBankConfigReference": "sandbox",
    "clearBankDisbursementChannelCHAPS": "CB_Loan_Disbursement_CHAPS",
    "clearBankDisbursementChannelFPS": "CB_Loan_Disbursement_FPS",
    "clearBankRepaymentChannelBacs": "CB_Loan_Repayment_BACS",
    "clearBankRepaymentChannelCHAPS": "CB_Loan_Repayment_CHAPS",
    "clearBankRepaymentChannelFPS": "CB_Loan_Repayment_FPS",
    "hasVirtualAccountExternalID": "true",
    "hasVirtualAccountForDisbursement": "true",
    "hasVirtualAccountForPrePayment": "true",
    "mambuConfigReference": "sandbox",
    "mambuCreditorIBANCFieldId": "creditorIBAN",
    "mambuCreditorNameCFieldId": "creditorName",
    "mambuDebtorIBANCFieldId": "debtorIBAN",
    "mambuDebtorNameCFieldId": "debtorName",
    "mambuDisbursementChannelCHAPS": "MBU_Loan_Disbursement_CHAPS",
    "mambuDisbursementChannelFPS": "MBU_Loan_Disbursement_FPS",
    "mambuAssignedLoanUserCFieldId": "assignedLoanUser",
    "mambuIBANCFieldId": "ibanLoan",
    "mambuLoanAccountCFieldSet": "_ClearBank",
    "mambuPaymentReferenceCFieldId": "paymentReference",
    "mambuTransactionChannelCFieldSet": "_ClearBank_Transaction_By_Channe",
    "mambuTransactionEndToEndIdCFieldId": "transactionEndToEndId",
    "mambuTransactionStatusCFieldId": "transactionStatus",
    "mambuUser": "causeway",
    "mambuVirtualAccountIdCFieldId": "virtualAccountId",
    "operatingAccountIban": OPERATING_IBAN,
}
