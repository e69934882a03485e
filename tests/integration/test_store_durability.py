"""A server that may lose what it has answered for is refused, and so is one that is the primary no more."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis
from redis.exceptions import OutOfMemoryError, ReadOnlyError, ResponseError

from shared.store.connection import connect
from shared.store.durability import VolatileStoreError, volatility
from shared.store.inbox import Acceptance, Inbox
from shared.store.journal import Journal
from shared.store.retention import Retention
from tests.contract.records import a_disbursement, a_webhook, an_entry
from tests.processes import free_port
from tests.valkey import started_server

pytestmark = pytest.mark.enable_socket

VOLATILE = {
    "appendonly": "no",
    "appendfsync": "everysec",
    "maxmemory-policy": "allkeys-lru",
    "no-appendfsync-on-rewrite": "yes",
}


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """A server of our own, since the tests change its configuration."""
    with started_server() as url:
        yield url


@pytest.fixture
def admin(server_url: str) -> Iterator[Redis]:
    with connect(server_url) as redis:
        redis.flushdb()
        yield redis


@contextmanager
def primary_no_more(admin: Redis) -> Iterator[None]:
    """The server follows another, as an old primary does after a failover."""
    admin.replicaof("127.0.0.1", free_port())
    try:
        yield
    finally:
        admin.replicaof("NO", "ONE")


@contextmanager
def full(admin: Redis) -> Iterator[None]:
    """The server has less memory than it uses."""
    admin.config_set("maxmemory", "1")
    try:
        yield
    finally:
        admin.config_set("maxmemory", "0")


def test_a_server_that_keeps_every_answered_write_is_taken(server_url: str) -> None:
    with connect(server_url, demand_durable=True) as redis:
        assert volatility(redis) == []
        assert redis.set("written", "yes")


@pytest.mark.parametrize("name", VOLATILE)
def test_a_server_that_may_lose_one_is_refused_with_a_sentence(name: str) -> None:
    with started_server(f"--{name}", VOLATILE[name]) as url, connect(url, demand_durable=True) as redis:
        fault, way_out = volatility(redis)
        assert fault.startswith(f"REDIS_URL: the server has {name} '{VOLATILE[name]}'")
        assert "ALLOW_VOLATILE_STORE=1" in way_out
        with pytest.raises(VolatileStoreError, match=name):
            redis.get("anything")


def test_every_fault_has_its_own_sentence_and_a_trial_may_take_any_server() -> None:
    options = [word for name, value in VOLATILE.items() for word in (f"--{name}", value)]
    with started_server(*options) as url:
        with connect(url, demand_durable=True) as redis:
            assert len(volatility(redis)) == len(VOLATILE) + 1
        with connect(url) as redis:
            assert redis.ping()


def test_each_new_connection_is_asked_again(admin: Redis, server_url: str) -> None:
    with connect(server_url, demand_durable=True) as redis:
        redis.ping()
        redis.connection_pool.disconnect()
        admin.config_set("appendfsync", "everysec")
        with pytest.raises(VolatileStoreError, match="appendfsync"):
            redis.ping()
        admin.config_set("appendfsync", "always")
        assert redis.ping()


def test_a_server_that_hides_its_configuration_is_refused(admin: Redis, server_url: str) -> None:
    admin.acl_setuser("lender", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-config"])
    url = server_url.replace("redis://", "redis://lender:any@")
    with connect(url, demand_durable=True) as redis:
        (fault,) = volatility(redis)
        assert "allow CONFIG GET" in fault


def test_a_server_that_is_away_may_come() -> None:
    with connect(f"redis://127.0.0.1:{free_port()}", demand_durable=True) as redis:
        assert volatility(redis) == []


def test_a_connection_to_what_is_the_primary_no_more_is_dropped(admin: Redis, server_url: str) -> None:
    with connect(server_url) as redis:
        before = redis.client_id()
        with primary_no_more(admin), pytest.raises(ReadOnlyError):
            redis.set("key", "value")
        assert redis.client_id() != before


def test_the_same_goes_for_webhooks_which_are_refused(admin: Redis, server_url: str) -> None:
    with connect(server_url) as redis:
        inbox, before = Inbox(redis), redis.client_id()
        with primary_no_more(admin):
            (answer,) = inbox.accept([a_webhook()])
            assert isinstance(answer, ReadOnlyError)
        assert redis.client_id() != before
        assert redis.dbsize() == 0


def test_a_full_server_takes_nothing_by_halves(admin: Redis) -> None:
    inbox, journal = Inbox(admin, "inbound"), Journal(admin)
    with full(admin):
        (answer,) = inbox.accept([a_webhook()])
        assert isinstance(answer, ResponseError)
        with pytest.raises(OutOfMemoryError):
            journal.move(a_disbursement(), [an_entry("received")], None)
        assert admin.dbsize() == 0
    assert inbox.accept([a_webhook()]) == [(Acceptance.STORED, "TransactionSettled-e2e")]


def test_a_full_server_still_releases_what_is_over(admin: Redis) -> None:
    inbox = Inbox(admin)
    inbox.accept([a_webhook()])
    inbox.finish(a_webhook().identity.fingerprint, "done")
    with full(admin):
        assert Retention(admin).release_finished(0, 10).released == 1
    assert admin.dbsize() == 0
