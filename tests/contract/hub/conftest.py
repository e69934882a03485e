"""The hub's stores, in every implementation there is: in memory, on fakeredis, on a real server."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import fakeredis
import pytest
from cryptography.fernet import Fernet
from redis import Redis

from shared.store.berths import Berths
from shared.store.connection import StoreClock
from shared.store.deliveries import Deliveries
from shared.store.delivery_search import DeliverySearch
from shared.store.resends import Resends
from shared.store.sealing import Sealer
from shared.store.subscriptions import Subscriptions
from tests.contract.conftest import REAL
from tests.fakes.clock import FakeClock
from tests.fakes.hub_stores import (
    FakeBerths,
    FakeDeliveries,
    FakeDeliverySearch,
    FakeResends,
    FakeSubscriptions,
    HubSets,
)

BERTHS, UNPROVEN_BERTHS, LEASE_SECONDS = 3, 2, 3600.0
SEALING_KEY = Fernet.generate_key().decode()


@dataclass(frozen=True)
class HubStores:
    subscriptions: Any
    deliveries: Any
    search: Any
    resends: Any
    berths: Any
    now: Callable[[], datetime]


@pytest.fixture(params=["memory", "fakeredis", REAL])
def hub(request: pytest.FixtureRequest) -> Iterator[HubStores]:
    if request.param == "memory":
        yield in_memory()
    elif request.param == "fakeredis":
        with fakeredis.FakeRedis(server=fakeredis.FakeServer()) as redis:
            yield on(redis)
    else:
        yield on(request.getfixturevalue("redis"))


def on(redis: Redis) -> HubStores:
    return HubStores(
        Subscriptions(redis, Sealer([SEALING_KEY])),
        Deliveries(redis),
        DeliverySearch(redis),
        Resends(redis),
        Berths(redis, BERTHS, UNPROVEN_BERTHS, LEASE_SECONDS),
        StoreClock(redis).now,
    )


def in_memory() -> HubStores:
    clock, sets = FakeClock(), HubSets()
    deliveries = FakeDeliveries(clock, sets)
    return HubStores(
        FakeSubscriptions(),
        deliveries,
        FakeDeliverySearch(deliveries),
        FakeResends(sets),
        FakeBerths(clock, BERTHS, UNPROVEN_BERTHS, LEASE_SECONDS),
        clock.now,
    )
