"""What the signer needs to start."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.signer.callers import Caller
from services.signer.credentials import read_callers
from services.signer.keyring import Keyring
from services.signer.keys import KeyRefusedError
from services.signer.providers.open import open_keys
from shared.runtime.settings import SettingsReader, read_bind_address
from shared.runtime.setup_document import read_setup_document


@dataclass(frozen=True)
class SignerSettings:
    callers: Sequence[Caller]
    keyring: Keyring = field(repr=False)
    calls_per_second: int
    log_level: str
    host: str
    port: int


def read_settings(folder: Path | None = None) -> SignerSettings:
    """Opens the keys too. Raises SettingsError with every fault."""
    reader = SettingsReader(folder)
    callers = read_callers(reader, read_setup_document(reader))
    keyring = _keyring(reader)
    calls_per_second = reader.integer("SIGNER_CALLS_PER_SECOND", 2000, minimum=1)
    log_level = reader.log_level()
    host, port = _address(reader)
    reader.check()
    assert keyring is not None  # noqa: S101  a missing key is a fault, and check() has raised
    return SignerSettings(callers, keyring, calls_per_second, log_level, host, port)


def read_callers_again(folder: Path | None = None) -> Sequence[Caller]:
    """The callers as files, document and secret give them now. Raises SettingsError."""
    reader = SettingsReader(folder)
    callers = read_callers(reader, read_setup_document(reader))
    reader.check()
    return callers


def read_address(folder: Path | None = None) -> tuple[str, int]:
    """Where to listen, for the process that must not open a key. Raises SettingsError."""
    reader = SettingsReader(folder)
    address = _address(reader)
    reader.check()
    return address


def _address(reader: SettingsReader) -> tuple[str, int]:
    return read_bind_address(reader, "SIGNER", 8081)


def _keyring(reader: SettingsReader) -> Keyring | None:
    keys = open_keys(reader, reader.texts("SIGNING_KEY_PROVIDER", ("file",)))
    active_id = reader.text("SIGNING_KEY_ACTIVE", default="")
    if not keys:
        return None
    try:
        return Keyring(keys, active_id)
    except KeyRefusedError as error:
        reader.add_fault(str(error))
        return None
