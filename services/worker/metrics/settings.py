"""What the process needs that tells the workers' figures: REDIS_URL and nothing else of the worker's settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from services.worker.metrics.collector import Watched
from shared.messages import queues
from shared.runtime.settings import SettingsReader
from shared.runtime.store_terms import read_store_terms


@dataclass(frozen=True)
class MetricsSettings:
    redis_url: str = field(repr=False)
    watched: Watched
    host: str
    port: int
    log_level: str


def read_settings() -> MetricsSettings:
    """Raises SettingsError with every fault."""
    reader = SettingsReader()
    redis_url = reader.url("REDIS_URL", schemes=("redis", "rediss", "unix"))
    broker_url = reader.text("BROKER_URL", default=redis_url).rstrip("/")
    settings = MetricsSettings(
        redis_url,
        Watched(
            # A broker that stands elsewhere has an exporter of its own.
            queues=queues.ALL if broker_url == redis_url else (),
            demand_durable_url="" if read_store_terms(reader).may_be_volatile else redis_url,
            expiry_dates=_expiry_dates(reader),
        ),
        reader.text("WORKER_METRICS_HOST", default="127.0.0.1"),
        reader.integer("WORKER_METRICS_PORT", 9108, minimum=1, maximum=65535),
        reader.log_level(),
    )
    reader.check()
    return settings


def _expiry_dates(reader: SettingsReader) -> Mapping[str, date]:
    dates = {}
    for text in reader.texts("CREDENTIAL_EXPIRY_DATES", ()):
        credential, _, day = (part.strip() for part in text.partition("="))
        try:
            dates[credential] = date.fromisoformat(day)
        except ValueError:
            reader.add_fault(f"CREDENTIAL_EXPIRY_DATES holds {text!r}: write like clearbank-token=2027-03-31.")
    return dates
