"""The stores, in every implementation there is: in memory, on fakeredis, on a real server."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import fakeredis
import pytest
from redis import Redis

from shared.store.connection import StoreClock
from shared.store.inbox import Inbox
from shared.store.journal import Journal
from shared.store.outbox import Outbox
from shared.store.quarantine import Quarantine
from shared.store.retention import Retention
from tests.fakes.clock import FakeClock
from tests.fakes.stores import FakeInbox, FakeJournal, FakeOutbox, FakeQuarantine, FakeRetention, StoreSets

REAL = pytest.param("real server", marks=pytest.mark.enable_socket)


@dataclass(frozen=True)
class Stores:
    """`tick` returns once the clock of the stores shows a later millisecond."""

    inbox: Any
    journal: Any
    outbox: Any
    quarantine: Any
    retention: Any
    now: Callable[[], datetime]
    tick: Callable[[], None]


@pytest.fixture(params=["fakeredis", REAL])
def server(request: pytest.FixtureRequest) -> Iterator[Redis]:
    """An empty Redis: one in memory, and a real one."""
    if request.param == "fakeredis":
        with fakeredis.FakeRedis(server=fakeredis.FakeServer()) as redis:
            yield redis
    else:
        yield request.getfixturevalue("redis")


@pytest.fixture(params=["memory", "fakeredis", REAL])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """All of what the use cases know of the stores, in each implementation."""
    if request.param == "memory":
        yield in_memory()
    elif request.param == "fakeredis":
        with fakeredis.FakeRedis(server=fakeredis.FakeServer()) as redis:
            yield on(redis)
    else:
        yield on(request.getfixturevalue("redis"))


def on(redis: Redis) -> Stores:
    now = StoreClock(redis).now

    def tick() -> None:
        later = now() + timedelta(milliseconds=1)
        while now() < later:
            pass

    return Stores(Inbox(redis), Journal(redis), Outbox(redis), Quarantine(redis), Retention(redis), now, tick)


def in_memory() -> Stores:
    clock, sets = FakeClock(), StoreSets()
    inbox, journal, outbox = FakeInbox(clock, sets), FakeJournal(clock, sets), FakeOutbox(clock, sets)
    quarantine, retention = FakeQuarantine(clock, sets), FakeRetention(clock, inbox, journal)
    return Stores(inbox, journal, outbox, quarantine, retention, clock.now, lambda: clock.pass_time(milliseconds=1))
