"""What the signer needs to start."""

from dataclasses import dataclass, field
from pathlib import Path

from services.signer.keys import FileKey, KeyRefusedError, load_file_key
from shared.runtime.settings import SettingsReader, read_bind_address
from shared.runtime.setup_document import read_setup_document
from shared.runtime.signer_access import read_signer_credentials
from shared.signing.caller_proof import CallerSecret


@dataclass(frozen=True)
class SignerSettings:
    caller: CallerSecret
    key: FileKey = field(repr=False)
    log_level: str
    host: str
    port: int


def read_settings(folder: Path | None = None) -> SignerSettings:
    """Raises SettingsError with every fault."""
    reader = SettingsReader(folder)
    caller = CallerSecret(*read_signer_credentials(reader, read_setup_document(reader)))
    key = _key(reader)
    log_level = reader.log_level()
    host, port = read_bind_address(reader, "SIGNER", 8081)
    reader.check()
    assert key is not None  # noqa: S101  a missing key is a fault, and check() has raised
    return SignerSettings(caller, key, log_level, host, port)


def _key(reader: SettingsReader) -> FileKey | None:
    provider = reader.text("SIGNING_KEY_PROVIDER", default="file")
    if provider != "file":
        reader.add_fault(f"SIGNING_KEY_PROVIDER is {provider!r}, but this version has 'file' only: set it to file.")
        return None
    path = Path(reader.text("SIGNING_KEY_FILE", hint="give the path of the private key, see make csr"))
    if path == Path():
        return None
    try:
        return load_file_key(path)
    except KeyRefusedError as error:
        reader.add_fault(str(error))
        return None
