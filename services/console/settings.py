"""What the console's API needs to start."""

from dataclasses import dataclass, field
from pathlib import Path

from shared.domain.hub.special_ranges import Range
from shared.runtime.hub_terms import read_banks, read_private_targets
from shared.runtime.settings import SettingsReader, read_bind_address
from shared.runtime.setup_document import read_setup_document
from shared.runtime.signer_access import lines_of
from shared.runtime.store_terms import StoreTerms, read_store_terms
from shared.store.sealing import Sealer, SealingKeyError


@dataclass(frozen=True)
class ConsoleSettings:
    redis_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    sealer: Sealer = field(repr=False)
    private_ranges: tuple[Range, ...]
    banks: tuple[str, ...]
    host: str
    port: int
    store: StoreTerms
    log_level: str


@dataclass(frozen=True)
class UsersSettings:
    """What the commands need that keep the users. Without BANKS there is no bank to hold a role at."""

    redis_url: str = field(repr=False)
    banks: tuple[str, ...]
    store: StoreTerms


def read_settings(folder: Path | None = None) -> ConsoleSettings:
    """Raises SettingsError with every fault."""
    reader = SettingsReader(folder)
    host, port = read_bind_address(reader, "API", 8083)
    redis_url = _redis_url(reader)
    broker_url = reader.text("BROKER_URL", default=redis_url).rstrip("/")
    sealer = _sealer(reader)
    private_ranges = read_private_targets(reader)
    banks = read_banks(reader, read_setup_document(reader))
    if not banks and not reader.has("SETUP_FILE"):
        reader.add_fault("BANKS is not set: name the banks of the API, or set SETUP_FILE to a setup document.")
    store, log_level = read_store_terms(reader), reader.log_level()
    reader.check()
    assert sealer is not None  # noqa: S101  a missing key is a fault, and check() has raised
    return ConsoleSettings(redis_url, broker_url, sealer, private_ranges, banks, host, port, store, log_level)


def read_users_settings(folder: Path | None = None) -> UsersSettings:
    """Raises SettingsError with every fault."""
    reader = SettingsReader(folder)
    settings = UsersSettings(
        _redis_url(reader), read_banks(reader, read_setup_document(reader)), read_store_terms(reader)
    )
    reader.check()
    return settings


def _redis_url(reader: SettingsReader) -> str:
    return reader.url("REDIS_URL", schemes=("redis", "rediss", "unix"))


def _sealer(reader: SettingsReader) -> Sealer | None:
    hint = "set SEALING_KEYS_FILE to a file with a Fernet key on each line, the one that seals first"
    if not (keys := lines_of(reader.text("SEALING_KEYS", hint=hint))):
        return None
    try:
        return Sealer(keys)
    except SealingKeyError as error:
        reader.add_fault(f"SEALING_KEYS: {error}")
        return None
