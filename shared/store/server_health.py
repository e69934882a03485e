"""How the server is that keeps the records: its memory, its log of writes, its replicas."""

from dataclasses import dataclass

from redis import Redis
from redis.exceptions import ResponseError


@dataclass(frozen=True, slots=True)
class ServerHealth:
    """`memory_limit_bytes` is 0 where none is set. `log_is_written`: its last write and its last rewrite succeeded."""

    memory_bytes: int
    memory_limit_bytes: int
    log_is_written: bool
    replicas: int


def read_server_health(redis: Redis) -> ServerHealth | None:
    """None for a managed server that does not tell: then its own monitoring must."""
    with redis.pipeline(transaction=False) as pipeline:
        for section in ("memory", "persistence", "replication"):
            pipeline.info(section)
        sections = pipeline.execute(raise_on_error=False)
    for section in sections:
        if isinstance(section, ResponseError):
            return None
        if isinstance(section, Exception):
            raise section
    memory, persistence, replication = sections
    log = ("aof_last_write_status", "aof_last_bgrewrite_status")
    return ServerHealth(
        memory_bytes=memory["used_memory"],
        memory_limit_bytes=memory.get("maxmemory", 0),
        log_is_written=all(persistence.get(status, "ok") == "ok" for status in log),
        replicas=replication.get("connected_slaves", 0),
    )
