"""One way to reach the store: every default of the client that has changed between its versions is written out."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ReadOnlyError
from redis.retry import Retry

from shared.store.durability import connect_to_durable

_LUA = Path(__file__).parent / "lua"


def connect(url: str, *, timeout_seconds: float = 2.0, connections: int = 64, demand_durable: bool = False) -> Redis:
    """A client that never repeats a command by itself: not all of ours are safe to run twice, and those that are
    know it by their own ids. Opens no connection yet.

    With `demand_durable`, a server that may lose what it has answered for is as good as away: whatever needs a new
    connection raises VolatileStoreError.
    """
    durable: dict[str, Any] = {"redis_connect_func": connect_to_durable} if demand_durable else {}
    return Redis.from_url(
        url,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),
        # With no retries this only drops the connection: READONLY says that another server is the primary now.
        retry_on_error=[ReadOnlyError],
        health_check_interval=15,
        max_connections=connections,
        protocol=2,
        decode_responses=False,
        **durable,
    )


@cache
def lua(name: str) -> str:
    """The text of a script in lua/."""
    return (_LUA / f"{name}.lua").read_text()


class StoreClock:
    """The store's own time: one clock for all workers, whatever the clock of their machine says."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def now(self) -> datetime:
        """Now, in UTC."""
        seconds, microseconds = self._redis.time()
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds)
