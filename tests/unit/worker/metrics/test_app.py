"""What the process answers that tells the figures of all workers."""

from collections.abc import Iterator

import fakeredis
import pytest
from redis import Redis
from werkzeug.test import Client

from services.worker.metrics.app import build_app
from shared.store import keys
from shared.store.counts import Counts
from shared.store.poison import PoisonList


@pytest.fixture
def server() -> fakeredis.FakeServer:
    return fakeredis.FakeServer()


@pytest.fixture
def redis(server: fakeredis.FakeServer) -> Iterator[Redis]:
    with fakeredis.FakeRedis(server=server) as redis:
        yield redis


@pytest.fixture
def client(redis: Redis) -> Client:
    return Client(build_app(redis))


def samples(client: Client) -> dict[str, float]:
    """Each value by its name and labels, as Prometheus writes them."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    lines = (line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


def test_an_empty_store_shows_nothing_waiting(client: Client) -> None:
    shown = samples(client)
    for name in ("due_records", "sweeper_late_seconds", "parked_records", "parked_oldest_seconds", "poison_kept"):
        assert shown[f"causeway_{name}"] == 0
    assert shown['causeway_flows{kind="disbursement",state="held"}'] == 0


def test_what_waits_is_shown_with_its_age(client: Client, redis: Redis) -> None:
    seconds, _ = redis.time()
    for key in (keys.PARKED, keys.state("repayment", "unmatched")):
        redis.zadd(key, {"repayment:1": (seconds - 100) * 1000})
    shown = samples(client)
    assert shown["causeway_parked_records"] == 1
    assert 100 <= shown["causeway_parked_oldest_seconds"] < 1000
    assert shown['causeway_flows{kind="repayment",state="unmatched"}'] == 1
    assert 100 <= shown['causeway_flows_oldest_seconds{kind="repayment",state="unmatched"}'] < 1000


def test_what_the_workers_counted_is_shown(client: Client, redis: Redis) -> None:
    counts = Counts(redis, tell_every_seconds=3600)
    counts.add("tasks", "causeway.sweep", "done")
    counts.add("effects", "pay", "unknown")
    counts.add("counted by a newer worker", "x", "y")
    counts.tell()
    PoisonList(redis).add("inbound", "not_json", "hello")
    shown = samples(client)
    assert shown['causeway_tasks_total{outcome="done",task="causeway.sweep"}'] == 1
    assert shown['causeway_effects_total{outcome="unknown",step="pay"}'] == 1
    assert shown['causeway_poison_total{reason="not_json"}'] == 1


def test_a_store_that_is_away_is_not_ready_and_still_alive(client: Client, server: fakeredis.FakeServer) -> None:
    assert client.get("/readyz").status_code == 200
    server.connected = False
    assert client.get("/readyz").status_code == client.get("/metrics").status_code == 503
    assert client.get("/livez").status_code == 200


def test_anything_else_is_not_found(client: Client) -> None:
    assert client.get("/").status_code == 404
