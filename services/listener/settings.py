"""What the listener needs to start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from services.listener.obp_access import read_obp_tokens
from services.listener.senders import Network, parse_allowed_senders
from services.listener.umm_access import UmmAccess, read_umm_access
from shared.runtime.settings import SettingsReader, read_bind_address
from shared.runtime.setup_document import read_setup_document
from shared.runtime.signer_access import SignerAccess, read_signer_access
from shared.runtime.store_terms import StoreTerms, read_store_terms
from shared.signing.digital_signature import UnreadableKeyError, load_public_keys

SOURCES = ("clearbank", "mambu", "umm", "obp")


@dataclass(frozen=True)
class ListenerSettings:
    redis_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    clearbank_public_keys: tuple[RSAPublicKey, ...]
    mambu_username: str
    mambu_password: str = field(repr=False)
    umm: UmmAccess | None
    obp_tokens: tuple[str, ...] = field(repr=False)
    allowed_senders: Mapping[str, tuple[Network, ...]]
    signer: SignerAccess
    host: str
    port: int
    workers: int
    threads: int
    sweep_idle_seconds: int
    store: StoreTerms
    log_level: str

    @property
    def broker_is_the_store(self) -> bool:
        """Whether the queue stands on the same server and database, so that one script can push to it."""
        return self.broker_url == self.redis_url


def read_settings(folder: Path | None = None) -> ListenerSettings:
    """Raises SettingsError with every fault."""
    reader = SettingsReader(folder)
    host, port = read_bind_address(reader, "LISTENER", 8080)
    redis_url = reader.url("REDIS_URL", schemes=("redis", "rediss", "unix"))
    settings = ListenerSettings(
        redis_url=redis_url,
        broker_url=reader.text("BROKER_URL", default=redis_url).rstrip("/"),
        clearbank_public_keys=_public_keys(reader),
        mambu_username=reader.text("MAMBU_WEBHOOK_USERNAME", hint="set what Mambu's webhooks send by Basic"),
        mambu_password=reader.text("MAMBU_WEBHOOK_PASSWORD", hint="set what Mambu's webhooks send by Basic"),
        umm=read_umm_access(reader),
        obp_tokens=read_obp_tokens(reader),
        allowed_senders=_allowed_senders(reader),
        signer=read_signer_access(reader, read_setup_document(reader)),
        host=host,
        port=port,
        workers=reader.integer("LISTENER_WORKERS", 1, minimum=1, maximum=64),
        threads=reader.integer("LISTENER_THREADS", 32, minimum=1, maximum=256),
        sweep_idle_seconds=reader.integer("SWEEP_IDLE_SECONDS", 30, minimum=1, maximum=600),
        store=read_store_terms(reader),
        log_level=reader.log_level(),
    )
    reader.check()
    return settings


def _public_keys(reader: SettingsReader) -> tuple[RSAPublicKey, ...]:
    # The name itself ends in _FILE, so the path is its value.
    path = reader.file("CLEARBANK_PUBLIC_KEY_FILE")
    if path == Path():
        return ()
    try:
        return tuple(load_public_keys(path.read_bytes()))
    except (OSError, UnreadableKeyError) as error:
        reader.add_fault(f"CLEARBANK_PUBLIC_KEY_FILE {path}: {error}")
        return ()


def _allowed_senders(reader: SettingsReader) -> Mapping[str, tuple[Network, ...]]:
    try:
        return parse_allowed_senders(reader.text("ALLOWED_SENDERS", default=""), SOURCES)
    except ValueError as error:
        reader.add_fault(f"ALLOWED_SENDERS: {error}.")
        return {}
