"""A real worker that delivers, real receivers, and the store between them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from subprocess import Popen
from typing import Any

from cryptography.fernet import Fernet
from redis import Redis

from shared.domain.hub.delivery import Delivery
from shared.domain.hub.subscription import Subscription
from shared.messages import tasks
from shared.runtime.celery_app import make_celery
from shared.runtime.publisher import Publisher
from shared.store.deliveries import Deliveries
from shared.store.sealing import Sealer
from shared.store.subscriptions import Subscriptions
from tests.builders.hub import a_delivery, a_subscription, an_act, an_event
from tests.integration.workers import BEAT, running_worker, settings_of
from tests.processes import running

SEALING_KEY = Fernet.generate_key().decode()
_OPTIONS = ("--without-gossip", "--without-mingle", "--loglevel", "INFO", "--pool", "threads", "--concurrency", "100")
DELIVERIES_WORKER = ("-m", "celery", "-A", "services.worker.celery_main", "worker", *_OPTIONS)
QUEUES = ("-Q", "events,deliveries,redeliveries,sweeps")  # with the clock's work, which is another worker's elsewhere
SOON = (1, 1, 1)  # seconds between attempts; one fewer failure than closes the gate


def settings(folder: Path, redis_url: str) -> dict[str, str]:
    return settings_of(
        folder,
        redis_url,
        ALLOW_VOLATILE_STORE="1",
        SEALING_KEYS=SEALING_KEY,
        PRIVATE_DELIVERY_TARGETS="127.0.0.0/8",
        DELIVERY_TIMEOUT_SECONDS="1",
        SWEEP_IDLE_SECONDS="1",
    )


@contextmanager
def running_deliveries(folder: Path, given: Mapping[str, str], name: str = "deliveries") -> Iterator[Popen[bytes]]:
    """A worker that makes attempts, ready when the block begins."""
    with running_worker(folder, given, (*DELIVERIES_WORKER, *QUEUES), name) as process:
        yield process


@contextmanager
def running_beat(folder: Path, given: Mapping[str, str]) -> Iterator[None]:
    heartbeat = folder / "beat.heart"
    with running(BEAT, folder, {**given, "HEARTBEAT_FILE": str(heartbeat)}, heartbeat.exists, "beat.log"):
        yield


@dataclass
class Post:
    """Subscriptions, and deliveries of events of theirs."""

    redis: Redis
    redis_url: str
    count: int = field(default=0)

    def __post_init__(self) -> None:
        self.deliveries = Deliveries(self.redis)
        self._subscriptions = Subscriptions(self.redis, Sealer([SEALING_KEY]))
        self._publisher = Publisher(make_celery(self.redis_url))

    def subscribe(self, url: str, **changed: Any) -> Subscription:
        """It is called again soon, three times."""
        self.count += 1
        made = {"url": url, "retry_profile": "", "own_waits_seconds": SOON} | changed
        subscription = a_subscription(f"subscription-{self.count}", **made)
        self._subscriptions.add(subscription, an_act())
        return subscription

    def send(self, subscription: Subscription, **changed: Any) -> Delivery:
        """A new event, as the publishing of it does: stored, and rung for."""
        self.count += 1
        now = datetime.now(UTC)
        delivery = a_delivery(
            an_event(origin=f"transaction-{self.count}"), subscription, created_at=now, due_at=now, **changed
        )
        [begun] = self.deliveries.begin([delivery])
        self._publisher.enqueue(tasks.DELIVER, begun.id)
        return begun

    def stored(self, delivery: Delivery) -> Delivery:
        found = self.deliveries.load(delivery.id)
        assert found is not None
        return found
