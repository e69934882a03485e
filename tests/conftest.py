"""No test reaches the network; one marked `enable_socket` reaches this machine. Every database is empty at first."""

from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, socket_allow_hosts
from redis import Redis

from shared.store.connection import connect
from tests.valkey import a_database

LOOPBACK = ["127.0.0.1", "::1", "localhost"]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    # pytest-socket takes both away again after the test.
    if item.get_closest_marker("enable_socket"):
        socket_allow_hosts(LOOPBACK, allow_unix_socket=True)
    else:
        disable_socket(allow_unix_socket=True)


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The URL of a database on a real server."""
    with a_database() as url:
        yield url


@pytest.fixture
def redis_url(valkey: str) -> str:
    """The same database, empty. The test must be marked `enable_socket`."""
    with connect(valkey) as redis:
        redis.flushdb()
    return valkey


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """A client of the empty database, made as our services make it."""
    with connect(redis_url) as redis:
        yield redis
