"""The settings of a stand: everything the environment gives is honoured, only what is missing is made up."""

import os
import secrets
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.fernet import Fernet

from deploy.local import documents
from deploy.local.addresses import PORTS, Addresses

# A stand on one machine repeats sooner than a lender's: its bank answers in milliseconds, or was told not to.
QUICK = {
    "CLEARBANK_TIMEOUT_SECONDS": "2",
    "MAMBU_TIMEOUT_SECONDS": "2",
    "DELIVERY_TIMEOUT_SECONDS": "2",
    "SWEEP_IDLE_SECONDS": "3",
    "SANDBOX_CLEARBANK_RETRY_SECONDS": "1",
    "SANDBOX_CLEARBANK_SETTLE_SECONDS": "0.1",
    "SANDBOX_MAMBU_RETRY_SECONDS": "1",
    "DRAIN_SECONDS": "0",
}


# What a play takes from its caller: never a lender's own documents, keys or addresses.
_OF_THE_MACHINE = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "PYTHONPATH", "LD_LIBRARY_PATH"),
    *("REDIS_URL", "WORKERS", "LOG_LEVEL", *PORTS),
)


def everything_given() -> dict[str, str]:
    """The caller's environment: a stand that stays honours all of it."""
    return {name: value for name, value in os.environ.items() if value}


def of_the_machine() -> dict[str, str]:
    """What a demo or bench honours, so that it can never reach a real bank. It stores nothing of worth."""
    honoured = {name: value for name, value in everything_given().items() if name in _OF_THE_MACHINE}
    return {"ALLOW_VOLATILE_STORE": "1", **honoured}


def complete(folder: Path, addresses: Addresses, redis_url: str, given: Mapping[str, str]) -> dict[str, str]:
    """Every setting of every process. `folder` keeps what is made up."""
    found: dict[str, str] = {name: str(port) for name, port in addresses.ports.items()}

    def setting(name: str, value: str) -> str:
        """The given value, or the one made up; a value given as a file counts as given."""
        if f"{name}_FILE" in given and name not in given:
            found[f"{name}_FILE"] = given[f"{name}_FILE"]
            return Path(given[f"{name}_FILE"]).read_text().strip()
        found[name] = given.get(name, value)
        return found[name]

    for name, value in QUICK.items():
        setting(name, value)
    setting("REDIS_URL", redis_url)
    setting("BROKER_URL", found.get("REDIS_URL", redis_url))
    setting("TENANT_TIMEZONE", "Europe/London")
    setting("SIGNER_URL", addresses.url("SIGNER_PORT"))
    setting("WORKERS", "4")
    setting("MAMBU_WEBHOOK_USERNAME", "mambu")
    setting("MAMBU_WEBHOOK_PASSWORD", _kept_secret(folder / "mambu-webhook-password"))
    setting("SEALING_KEYS", _kept_secret(folder / "sealing-key", lambda: Fernet.generate_key().decode()))
    setting("PRIVATE_DELIVERY_TARGETS", "127.0.0.0/8")
    setting("FLOWER_BASIC_AUTH", f"operator:{_kept_secret(folder / 'flower-password')}")
    _keys(folder, given, found)
    _documents(folder, given, found, addresses)
    return found


def _keys(folder: Path, given: Mapping[str, str], found: dict[str, str]) -> None:
    keys = folder / "keys"
    signing_key = given.get("SIGNING_KEY_FILE") or str(documents.make_signing_key(keys))
    found["SIGNING_KEY_FILE"] = signing_key
    bank_private, bank_public = documents.make_bank_key(keys)
    found["SANDBOX_CLEARBANK_SIGNING_KEY_FILE"] = given.get("SANDBOX_CLEARBANK_SIGNING_KEY_FILE", str(bank_private))
    found["CLEARBANK_PUBLIC_KEY_FILE"] = given.get("CLEARBANK_PUBLIC_KEY_FILE", str(bank_public))
    client_key = given.get("SANDBOX_CLEARBANK_CLIENT_KEY_FILE")
    found["SANDBOX_CLEARBANK_CLIENT_KEY_FILE"] = client_key or str(documents.public_half(Path(signing_key), keys))


def _documents(folder: Path, given: Mapping[str, str], found: dict[str, str], addresses: Addresses) -> None:
    setup_file = given.get("SETUP_FILE") or str(documents.make_setup_document(folder / "setup.json", addresses))
    setup = documents.read_setup_document(Path(setup_file))
    found["SETUP_FILE"] = setup_file
    found["BANKS"] = given.get("BANKS") or setup.get("clearBankConfigReference", "")
    if (told_file := given.get("NOTIFICATION_SETUP_FILE")) is None:
        told_file = str(documents.make_notification_document(folder / "notifications.json", addresses))
    found["NOTIFICATION_SETUP_FILE"] = told_file
    sandbox = {
        "SANDBOX_CLEARBANK_DATA": str(folder / "clearbank"),
        "SANDBOX_CLEARBANK_TOKEN": setup.get("authorizationHeader", "").removeprefix("Bearer ").strip() or "none",
        "SANDBOX_CLEARBANK_WEBHOOK_URL": addresses.url("LISTENER_PORT") + "/webhooks/clearbank",
        "SANDBOX_CLEARBANK_OPERATING_IBAN": setup.get("operatingAccountIban", documents.OPERATING_IBAN),
        "SANDBOX_CLEARBANK_POOLED_ACCOUNT_ID": _uuid(setup.get("clientMoneyAccount", "")),
        "SANDBOX_MAMBU_DATA": str(folder / "mambu"),
        "SANDBOX_MAMBU_USER": setup.get("mambuUser") or "causeway",
        "SANDBOX_MAMBU_PASSWORD": setup.get("mambuPassword") or "none",
        "SANDBOX_MAMBU_WEBHOOK_URL": addresses.url("LISTENER_PORT") + "/webhooks/mambu",
        "SANDBOX_MAMBU_SETUP_FILE": setup_file,
        "SANDBOX_SINKS_DATA": str(folder / "sinks"),
    }
    if setup.get("mambuApiKey"):
        sandbox["SANDBOX_MAMBU_API_KEY"] = setup["mambuApiKey"]
    for name, value in sandbox.items():
        found[name] = given.get(name, value)


def _uuid(text: str) -> str:
    """The simulated bank knows accounts by UUID; any other id of a given document becomes one of its own."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, text))


def _kept_secret(path: Path, make: Callable[[], str] = lambda: secrets.token_urlsafe(18)) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(make())
    return path.read_text()
