"""What each process exports, seen by having it count and tell."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from redis import Redis

from services.console.api import create_app
from services.listener import acceptance
from services.signer.providers.memory import MemoryKey
from services.signer.telemetry import Telemetry
from services.worker.metrics.collector import StoreCollector, Watched
from shared.messages import queues
from shared.store.counts import Counts
from shared.store.poison import PoisonList
from tests.unit.signing.keys import private_key

SERVICES = Path(__file__).parents[2] / "services"
_MADE = re.compile(r'\b(Counter|Gauge|Histogram|reason_counter)\(\s*(?:registry,\s*)?"(causeway_\w+)"')


@dataclass(frozen=True)
class Exported:
    """As docs/metrics.md tells it."""

    type: str
    labels: frozenset[str]


def by_listener() -> dict[str, Exported]:
    registry = CollectorRegistry()
    metrics = acceptance.Metrics(registry)
    metrics.webhooks.labels("clearbank", "stored").inc()
    metrics.seconds.labels("clearbank").observe(0.1)
    return _exported(registry.collect())


def by_signer() -> dict[str, Exported]:
    registry = CollectorRegistry()
    telemetry = Telemetry(registry)
    key = MemoryKey("file", private_key("ours"))
    telemetry.signed("nonce", "listener", key, [b"digest"], 0.001)
    telemetry.not_signed("nonce", "listener", key, "timeout", "It took too long.")
    telemetry.refused("listener", "127.0.0.1", "/v1/nonce", "token", 401)
    telemetry.key_is_ready(key, is_active=True, is_ready=True)
    return _exported(registry.collect())


def by_console() -> dict[str, Exported]:
    registry = CollectorRegistry()
    create_app([], lambda: True, registry).test_client().get("/openapi.json")
    return _exported(registry.collect())


def in_source() -> dict[str, str]:
    """Type by name of whatever these three make, also where none of the above comes by."""
    makers = ("listener", "signer", "console")
    sources = [path.read_text() for service in makers for path in (SERVICES / service).rglob("*.py")]
    return {
        (name if made in ("Gauge", "Histogram") else f"{name}_total"): made.lower().removeprefix("reason_")
        for source in sources
        for made, name in _MADE.findall(source)
    }


def by_worker_metrics(redis: Redis, redis_url: str) -> dict[str, Exported]:
    counts = Counts(redis, tell_every_seconds=3600)
    counts.add("tasks", "causeway.sweep", "done")
    counts.add("effects", "pay", "accepted")
    counts.add("delivery_attempts", "taken")
    counts.tell()
    PoisonList(redis).add("inbound", "not_json", "hello")
    redis.zadd("cw:parked", {"receipt:1": 1})
    watched = Watched(queues.ALL, redis_url, {"clearbank-token": date(2027, 3, 31)})
    return _exported(StoreCollector(redis, watched).collect())


def _exported(metrics: Iterable[Metric]) -> dict[str, Exported]:
    return {
        f"{metric.name}_total" if metric.type == "counter" else metric.name: Exported(
            metric.type, frozenset(label for sample in metric.samples for label in sample.labels) - {"le"}
        )
        for metric in metrics
    }
