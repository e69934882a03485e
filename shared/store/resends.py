"""What people asked to have resent, and how far it has come. A job is moved only from what it was loaded as."""

from datetime import datetime
from typing import Any

from cattrs.preconf.json import make_converter
from redis import Redis

from shared.domain.corruption import CorruptRecordError
from shared.domain.hub.search import Resend
from shared.store import keys
from shared.store.connection import lua
from shared.store.documents import Record, fetch, parse
from shared.store.indexes import milliseconds

_CONVERTER = make_converter(omit_if_default=True)
# One text for equal values: the order of a set differs from process to process.
_CONVERTER.register_unstructure_hook_func(
    lambda kind: getattr(kind, "__origin__", None) is frozenset, lambda members: sorted(each.value for each in members)
)


class Resends:
    """A job stands in the due set of the deliveries until it is finished."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._write = redis.register_script(lua("delivery_resend"))

    def begin(self, resend: Resend, due_at: datetime) -> bool:
        """False when its id is known already."""
        return self._store(resend, "", due_at)

    def load(self, resend_id: str) -> Resend | None:
        """Raises CorruptRecordError."""
        return _resend(resend_id, fetch(self._redis, [keys.resend(resend_id)])[0])

    def move(self, before: Resend, after: Resend, due_at: datetime | None) -> bool:
        """From `before`, as it was loaded; False when another moved it first and nothing was stored. `due_at`: when the
        next step may go, None when none is left."""
        return self._store(after, _CONVERTER.dumps(before), due_at)

    def recent(self, limit: int) -> list[Resend]:
        """The newest `limit`, newest first. Raises CorruptRecordError."""
        found: Any = self._redis.zrange(keys.RESENDS, 0, limit - 1, desc=True) if limit > 0 else []
        ids = [member.decode() for member in found]
        records = fetch(self._redis, [keys.resend(each) for each in ids]) if ids else []
        return [resend for each in zip(ids, records, strict=True) if (resend := _resend(*each))]

    def _store(self, resend: Resend, expected: str, due_at: datetime | None) -> bool:
        due_ms = "" if due_at is None else milliseconds(due_at)
        answer = self._write(
            keys=[keys.resend(resend.id), keys.DELIVERIES_DUE, keys.RESENDS],
            args=[resend.id, expected, _CONVERTER.dumps(resend), milliseconds(resend.created_at), due_ms],
        )
        return bool(answer)


def _resend(resend_id: str, record: Record | None) -> Resend | None:
    name = f"resend {resend_id}"
    if record == {}:
        return None
    if record is None or b"doc" not in record:
        raise CorruptRecordError(f"{name} cannot be read: what is stored is no resend.")
    return parse(_CONVERTER, name, record[b"doc"], Resend)
