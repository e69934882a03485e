"""Does this server keep what it has answered for? Asked on every new connection: after a failover it is another.

`appendonly yes` with `appendfsync always` puts each answered write on disk first; `noeviction` keeps a full server from
throwing receipts away (Valkey docs: persistence; Redis docs: key eviction).
"""

from collections.abc import Mapping
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError

_WANTED = {
    "appendonly": ("yes", "it keeps no log of writes"),
    "appendfsync": ("always", "a crash loses what it answered last"),
    "maxmemory-policy": ("noeviction", "when its memory is full it throws records away"),
    "no-appendfsync-on-rewrite": ("no", "it stops writing to disk while it rewrites its log"),
}


class VolatileStoreError(RedisConnectionError):
    """The server may lose what it has answered for, so a connection to it is none. One sentence in each of `faults`."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


def connect_to_durable(connection: Any) -> None:
    """For redis-py's `redis_connect_func`: the usual greeting, then the question. Raises VolatileStoreError."""
    connection.on_connect()
    connection.send_command("CONFIG", "GET", *_WANTED)
    try:
        flat = [item.decode() if isinstance(item, bytes) else str(item) for item in connection.read_response()]
    except ResponseError as error:
        # Managed servers may hide their configuration; then nobody can prove that they keep what they answer.
        reason = f"REDIS_URL: the server does not tell its configuration ({error}): allow CONFIG GET"
        raise VolatileStoreError([f"{reason}, or set ALLOW_VOLATILE_STORE=1 if you know it to be durable."]) from error
    if faults := _faults(dict(zip(flat[::2], flat[1::2], strict=True))):
        raise VolatileStoreError([*faults, "ALLOW_VOLATILE_STORE=1 takes it all the same, for tests and trials."])


def volatility(redis: Redis) -> list[str]:
    """Why a process must not start on this server, one sentence each: `redis` was made with `demand_durable`.

    None for one that cannot be reached now: it may come, and is asked then.
    """
    try:
        redis.ping()
    except VolatileStoreError as error:
        return error.faults
    except RedisError:
        pass
    return []


def _faults(found: Mapping[str, str]) -> list[str]:
    return [
        f"REDIS_URL: the server has {name} {found.get(name, 'unset')!r}, so {harm}: set {name} {wanted}."
        for name, (wanted, harm) in _WANTED.items()
        if found.get(name) != wanted
    ]
