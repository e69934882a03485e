"""What the worker and beat need to start."""

from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.worker.hub_settings import HubSettings, read_hub_settings
from shared.domain.events import Address
from shared.runtime.notification_document import NotificationDocument, read_notification_document
from shared.runtime.settings import SettingsReader
from shared.runtime.setup_document import SetupDocument, read_setup_document
from shared.runtime.signer_access import SignerAccess, read_signer_access
from shared.runtime.store_terms import StoreTerms, read_store_terms

_FEWEST_ADDRESS_PARTS = 3


@dataclass(frozen=True)
class WorkerSettings:
    redis_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    setup: SetupDocument
    signer: SignerAccess
    zone: ZoneInfo
    debtor_address: Address | None
    notifications: NotificationDocument | None
    console_url: str
    clearbank_timeout_seconds: int
    mambu_timeout_seconds: int
    sweep_idle_seconds: int
    log_level: str
    heartbeat_file: Path | None
    retention_days: int
    store: StoreTerms
    hub: HubSettings

    @property
    def lease_seconds(self) -> float:
        """Longer than the longest call: signing, connecting and reading each have their own timeout."""
        return 2.0 * max(self.clearbank_timeout_seconds, self.mambu_timeout_seconds) + 5.0


def read_settings(folder: Path | None = None) -> WorkerSettings:
    """Raises SettingsError with every fault."""
    reader = SettingsReader(folder)
    setup = read_setup_document(reader, required=True)
    redis_url = reader.url("REDIS_URL", schemes=("redis", "rediss", "unix"))
    broker_url = reader.text("BROKER_URL", default=redis_url).rstrip("/")
    signer = read_signer_access(reader, setup)
    zone = _zone(reader)
    debtor_address = _debtor_address(reader, setup)
    notifications = read_notification_document(reader)
    console_url = reader.url("CONSOLE_URL") if reader.has("CONSOLE_URL") else ""
    clearbank_timeout = reader.integer("CLEARBANK_TIMEOUT_SECONDS", 20, minimum=1, maximum=40)
    mambu_timeout = reader.integer("MAMBU_TIMEOUT_SECONDS", 30, minimum=1, maximum=40)
    sweep_idle = reader.integer("SWEEP_IDLE_SECONDS", 30, minimum=1, maximum=600)
    log_level = reader.log_level()
    heartbeat_file = reader.optional_text("HEARTBEAT_FILE")
    # ClearBank repeats a webhook for 24 hours: what is released sooner could be taken for new.
    retention_days = reader.integer("RETENTION_DAYS", 15, minimum=2, maximum=3650)
    store = read_store_terms(reader)
    hub = read_hub_settings(reader, setup)
    reader.check()
    assert setup is not None  # noqa: S101  a missing document is a fault, and check() has raised
    return WorkerSettings(
        redis_url,
        broker_url,
        setup,
        signer,
        zone,
        debtor_address,
        notifications,
        console_url,
        clearbank_timeout,
        mambu_timeout,
        sweep_idle,
        log_level,
        Path(heartbeat_file) if heartbeat_file else None,
        retention_days,
        store,
        hub,
    )


def _zone(reader: SettingsReader) -> ZoneInfo:
    name = reader.text("TENANT_TIMEZONE", default="Europe/London")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        reader.add_fault(f"TENANT_TIMEZONE is {name!r}, which is no IANA zone: give one like Europe/London.")
        return ZoneInfo("UTC")


def _debtor_address(reader: SettingsReader, setup: SetupDocument | None) -> Address | None:
    """The lender's own address, in ClearBank's order for FPS: country, town, street, building, post code."""
    text = setup.debtor_address if setup else None
    if not text:
        return None
    parts = [part.strip() for part in text.split(",")]
    country = "GB" if parts[0].upper() == "UK" else parts[0].upper()
    if len(parts) < _FEWEST_ADDRESS_PARTS or len(country) != 2 or not all((parts[1], parts[-1])):
        reader.add_fault(
            "SETUP_FILE: debtorAddress must be country (two letters), town, street, building, post code, with commas."
        )
        return None
    middle = [*parts[2:-1], "", ""]
    return Address(country, parts[1], parts[-1], street=middle[0], building=middle[1])
