"""What the simulated bank needs from its environment."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.clearbank.accounts import is_uk_iban

PREFIX = "SANDBOX_CLEARBANK_"


class SettingsError(Exception):
    """One or more settings are missing or wrong; the text names each of them."""


@dataclass(frozen=True)
class Settings:
    data: Path  # folder of the SQLite file
    token: str  # what a client sends as `Authorization: Bearer`
    client_key_file: Path  # PEM public key, or the PKCS#10 request that holds it
    signing_key_file: Path  # PEM private key of the bank, signs webhooks
    webhook_url: str
    operating_iban: str  # the lender's real account
    pooled_account_id: str  # uuid of the real account the virtual accounts live under
    retry_seconds: float = 900.0
    settle_seconds: float = 0.1  # from the 202 to the first webhook


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[str] = []

    def text(self, name: str) -> str:
        value = self._environ.get(PREFIX + name, "").strip()
        if not value:
            self.faults.append(f"{PREFIX}{name} is missing")
        return value

    def existing_file(self, name: str) -> Path:
        value = self.text(name)
        if value and not Path(value).is_file():
            self.faults.append(f"{PREFIX}{name} names no readable file")
        return Path(value)

    def seconds(self, name: str, default: float) -> float:
        value = self._environ.get(PREFIX + name, "").strip()
        try:
            seconds = float(value) if value else default
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds < float("inf"):
            self.faults.append(f"{PREFIX}{name} must be a number of seconds, zero or more")
        return seconds

    def url(self, name: str) -> str:
        value = self.text(name)
        if value and not value.startswith(("http://", "https://")):
            self.faults.append(f"{PREFIX}{name} must be an http or https address")
        return value

    def iban(self, name: str) -> str:
        value = self.text(name)
        if value and not is_uk_iban(value):
            self.faults.append(f"{PREFIX}{name} must be a UK IBAN with good check digits")
        return value

    def uuid(self, name: str) -> str:
        value = self.text(name)
        try:
            return str(uuid.UUID(value)) if value else ""
        except ValueError:
            self.faults.append(f"{PREFIX}{name} must be a UUID")
            return ""


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Read the settings. Raises SettingsError naming every missing or wrong one."""
    read = _Reader(environ)
    settings = Settings(
        data=Path(read.text("DATA")),
        token=read.text("TOKEN"),
        client_key_file=read.existing_file("CLIENT_KEY_FILE"),
        signing_key_file=read.existing_file("SIGNING_KEY_FILE"),
        webhook_url=read.url("WEBHOOK_URL"),
        operating_iban=read.iban("OPERATING_IBAN"),
        pooled_account_id=read.uuid("POOLED_ACCOUNT_ID"),
        retry_seconds=read.seconds("RETRY_SECONDS", 900.0),
        settle_seconds=read.seconds("SETTLE_SECONDS", 0.1),
    )
    if read.faults:
        raise SettingsError("The simulated ClearBank cannot start: " + "; ".join(read.faults) + ".")
    return settings
