"""What the simulated Mambu needs from its environment, and the names of the tenant it plays."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

PREFIX = "SANDBOX_MAMBU_"


class SettingsError(Exception):
    """One or more settings are missing or wrong; the text names each of them."""


@dataclass(frozen=True)
class Names:
    """Ids of channels and custom fields. Defaults: a tenant export of Mambu's own lenders connector.

    `loan_fields` and `transaction_fields`: the connector's word for a field -> its id in this tenant.
    Mambu cuts ids at 32 characters, hence `_ClearBank_Transaction_By_Channe`.
    """

    loan_set: str = "_ClearBank"
    loan_fields: Mapping[str, str] = field(default_factory=dict)
    transaction_set: str = "_ClearBank_Transaction_By_Channe"
    transaction_fields: Mapping[str, str] = field(default_factory=dict)
    from_core_channels: tuple[str, ...] = ()
    from_bank_channels: tuple[str, ...] = ()

    @property
    def channels(self) -> tuple[str, ...]:
        return self.from_core_channels + self.from_bank_channels


@dataclass(frozen=True)
class Settings:
    data: Path  # folder of the SQLite file
    user: str
    password: str
    api_key: str
    zone: ZoneInfo  # the tenant's: every date must carry its offset of that day
    webhook_url: str  # prefix; /loan-disbursement and /loan-closure are added
    webhook_user: str
    webhook_password: str
    retry_seconds: float = 60.0  # before the first retry; doubled each time
    names: Names = field(default_factory=lambda: names_from({}))


LOAN_FIELDS = {
    "virtualAccountId": "mambuVirtualAccountIdCFieldId",
    "ibanLoan": "mambuIBANCFieldId",
    "assignedLoanUser": "mambuAssignedLoanUserCFieldId",
}
TRANSACTION_FIELDS = {
    "creditorName": "mambuCreditorNameCFieldId",
    "creditorIBAN": "mambuCreditorIBANCFieldId",
    "debtorName": "mambuDebtorNameCFieldId",
    "debtorIBAN": "mambuDebtorIBANCFieldId",
    "paymentReference": "mambuPaymentReferenceCFieldId",
    "transactionEndToEndId": "mambuTransactionEndToEndIdCFieldId",
    "transactionStatus": "mambuTransactionStatusCFieldId",
}
FROM_CORE_CHANNELS = {
    "mambuDisbursementChannelFPS": "MBU_Loan_Disbursement_FPS",
    "mambuDisbursementChannelCHAPS": "MBU_Loan_Disbursement_CHAPS",
}
FROM_BANK_CHANNELS = {
    "clearBankDisbursementChannelFPS": "CB_Loan_Disbursement_FPS",
    "clearBankDisbursementChannelCHAPS": "CB_Loan_Disbursement_CHAPS",
    "clearBankRepaymentChannelFPS": "CB_Loan_Repayment_FPS",
    "clearBankRepaymentChannelCHAPS": "CB_Loan_Repayment_CHAPS",
    "clearBankRepaymentChannelBacs": "CB_Loan_Repayment_BACS",
}


def names_from(setup: Mapping[str, Any]) -> Names:
    """The names of a connector's setup document; what it does not name keeps its default."""

    def named(key: str, default: str) -> str:
        return str(setup.get(key) or default)

    return Names(
        loan_set=named("mambuLoanAccountCFieldSet", "_ClearBank"),
        loan_fields={word: named(key, word) for word, key in LOAN_FIELDS.items()},
        transaction_set=named("mambuTransactionChannelCFieldSet", "_ClearBank_Transaction_By_Channe"),
        transaction_fields={word: named(key, word) for word, key in TRANSACTION_FIELDS.items()},
        from_core_channels=tuple(named(key, default) for key, default in FROM_CORE_CHANNELS.items()),
        from_bank_channels=tuple(named(key, default) for key, default in FROM_BANK_CHANNELS.items()),
    )


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[str] = []

    def text(self, name: str) -> str:
        value = self._environ.get(name, "").strip()
        if not value:
            self.faults.append(f"{name} is missing")
        return value

    def optional(self, name: str) -> str:
        return self._environ.get(name, "").strip()

    def url(self, name: str) -> str:
        value = self.text(name)
        if value and not value.startswith(("http://", "https://")):
            self.faults.append(f"{name} must be an http or https address")
        return value.rstrip("/")

    def zone(self, name: str) -> ZoneInfo:
        try:
            return ZoneInfo(self.optional(name) or "Europe/London")
        except (ValueError, OSError, LookupError):  # ZoneInfo raises all three for names that are none
            self.faults.append(f"{name} must be an IANA zone, like Europe/London")
            return ZoneInfo("UTC")

    def seconds(self, name: str, default: float) -> float:
        value = self.optional(name)
        try:
            seconds = float(value) if value else default
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds < float("inf"):
            self.faults.append(f"{name} must be a number of seconds, zero or more")
        return seconds

    def names(self, name: str) -> Names:
        value = self.optional(name)
        try:
            setup = json.loads(Path(value).read_text(encoding="utf-8")) if value else {}
        except (OSError, ValueError):
            setup = None
        if not isinstance(setup, dict):
            self.faults.append(f"{name} must name a readable file with a JSON object")
            setup = {}
        return names_from(setup)


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Read the settings. Raises SettingsError naming every missing or wrong one."""
    read = _Reader(environ)
    settings = Settings(
        data=Path(read.text(f"{PREFIX}DATA")),
        user=read.text(f"{PREFIX}USER"),
        password=read.text(f"{PREFIX}PASSWORD"),
        api_key=read.optional(f"{PREFIX}API_KEY"),
        zone=read.zone("TENANT_TIMEZONE"),
        webhook_url=read.url(f"{PREFIX}WEBHOOK_URL"),
        webhook_user=read.text("MAMBU_WEBHOOK_USERNAME"),
        webhook_password=read.text("MAMBU_WEBHOOK_PASSWORD"),
        retry_seconds=read.seconds(f"{PREFIX}RETRY_SECONDS", 60.0),
        names=read.names(f"{PREFIX}SETUP_FILE"),
    )
    if read.faults:
        raise SettingsError("The simulated Mambu cannot start: " + "; ".join(read.faults) + ".")
    return settings
