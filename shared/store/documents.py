"""Records whose content is one JSON document in a hash: how they are fetched, and what is said of a spoilt one."""

from collections.abc import Sequence
from typing import Any, TypeVar

from cattrs import BaseValidationError, transform_error
from cattrs.preconf.json import JsonConverter
from redis import Redis
from redis.exceptions import ResponseError

from shared.domain.corruption import CorruptRecordError

T = TypeVar("T")

Record = dict[bytes, bytes]


def fetch(redis: Redis, keys: Sequence[str]) -> list[Record | None]:
    """The hash at each key in one round trip: {} when there is none, None when something else stands there."""
    with redis.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.hgetall(key)
        found = pipeline.execute(raise_on_error=False)
    return [_hash(record) for record in found]


def parse(converter: JsonConverter, name: str, text: bytes | str, kind: type[T]) -> T:
    """The value of a document. Raises CorruptRecordError, which names the record by `name`."""
    try:
        return converter.loads(text, kind)
    except Exception as error:
        raise CorruptRecordError(f"{name} cannot be read: {fault_of(error)}.") from error


def _hash(record: Any) -> Record | None:
    if not isinstance(record, Exception):
        return dict(record)
    if isinstance(record, ResponseError) and "WRONGTYPE" in str(record):
        return None
    raise record


def fault_of(error: Exception) -> str:
    """What is wrong, without the values that are: they may be somebody's account."""
    if isinstance(error, BaseValidationError):
        return "; ".join(transform_error(error))
    return type(error).__name__
