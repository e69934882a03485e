"""How much a client asks of a server, whatever the time it takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from redis import Redis


@dataclass
class Work:
    """`elements`: of all lists that were answered, a single value counting as one."""

    commands: int = 0
    elements: int = 0


@contextmanager
def counted(redis: Redis) -> Iterator[Work]:
    """What is done while the block lasts."""
    work, connection = Work(), redis.connection_pool.connection_class
    read = connection.read_response

    def reading(self: Any, *arguments: Any, **named: Any) -> Any:
        answer = read(self, *arguments, **named)
        work.commands += 1
        work.elements += len(answer) if isinstance(answer, list) else 1
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "read_response", reading)
        yield work
