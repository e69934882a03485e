"""The flows: one document each, moved only from the version it was loaded at, with a history that only grows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from cattrs.preconf.json import make_converter
from redis import Redis

from shared.domain.closure import Closure
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Flow
from shared.domain.history import HistoryEntry
from shared.domain.notification import Notification
from shared.domain.posting import BankDisbursement, Repayment
from shared.store import keys
from shared.store.connection import StoreClock, lua

F = TypeVar("F", bound=Flow)

_CONVERTER = make_converter(omit_if_default=True)
_KINDS: dict[str, type[Flow]] = {
    "disbursement": Disbursement,
    "repayment": Repayment,
    "bank-disbursement": BankDisbursement,
    "closure": Closure,
    "notification": Notification,
}
_MOST_FOUND = 100


class Journal:
    """Loads and moves flows. The move is the lock: of two workers, one finds the version gone."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._clock = StoreClock(redis)
        self._move = redis.register_script(lua("move"))

    def load(self, flow_id: str) -> Flow | None:
        """The flow as last moved, None when there is none. Raises ValueError for a kind that is not known here."""
        return _flow(flow_id, self._redis.hmget(keys.flow(flow_id), "doc", "version"))

    def find(self, reference: str) -> list[Flow]:
        """The flows that have, or once had, this among their references: newest first, at most a hundred."""
        ids = _ids(self._redis.zrevrange(keys.ref(reference), 0, _MOST_FOUND - 1))
        pipeline = self._redis.pipeline(transaction=False)
        for flow_id in ids:
            pipeline.hmget(keys.flow(flow_id), "doc", "version")
        flows = (_flow(flow_id, stored) for flow_id, stored in zip(ids, pipeline.execute(), strict=True))
        return [flow for flow in flows if flow]

    def in_state(self, kind: str, state: str, limit: int, *, oldest_first: bool = True) -> list[str]:
        """Ids of at most `limit` flows of a kind ("repayment") in a state, by the time they entered it."""
        if limit < 1:
            return []
        return _ids(self._redis.zrange(keys.state(kind, state), 0, limit - 1, desc=not oldest_first))

    def move(
        self,
        flow: F,
        entries: Sequence[HistoryEntry],
        due_at: datetime | None,
        notifications: Sequence[Notification] = (),
    ) -> F | None:
        """The flow at its new version, or None when another worker moved it first and nothing at all was stored.

        `due_at`: when the sweeper must look again; None when nothing is left to do by itself. In the same step, each of
        the notifications is begun and due at once, unless it was begun before.
        """
        version = self._move(
            keys=[keys.DUE, keys.PARKED],
            args=[
                keys.PREFIX,
                flow.version,
                "" if due_at is None else int(due_at.timestamp() * 1000),
                "1" if flow.parked else "0",
                *_record(flow, entries),
                *self._begun(notifications, flow.id),
            ],
        )
        return replace(flow, version=int(version)) if version else None

    def _begun(self, notifications: Sequence[Notification], cause: str) -> Iterator[str | int]:
        if not notifications:
            return
        now = self._clock.now()
        for notification in notifications:
            yield from _record(notification, [HistoryEntry(now, "begun", cause, notification.state.value)])

    def history(self, flow_id: str) -> list[HistoryEntry]:
        """The whole story, oldest first."""
        return [_CONVERTER.loads(entry, HistoryEntry) for entry in self._redis.lrange(keys.history(flow_id), 0, -1)]


def _ids(members: Any) -> list[str]:
    return [member.decode() for member in members]


def _flow(flow_id: str, stored: Sequence[Any]) -> Flow | None:
    doc, version = stored
    if doc is None or version is None:
        return None
    kind = _KINDS.get(flow_id.partition(":")[0])
    if kind is None:
        raise ValueError(f"the journal holds {flow_id!r}, a kind of flow that this version does not know: update it")
    return replace(_CONVERTER.loads(doc, kind), version=int(version))


def _record(flow: Flow, entries: Sequence[HistoryEntry]) -> list[str | int]:
    """As lua/move.lua reads one."""
    lines, references = [_CONVERTER.dumps(entry) for entry in entries], flow.references
    return [
        flow.id,
        _CONVERTER.dumps(flow),
        flow.state.value,
        len(lines),
        *lines,
        len(references),
        *references,
    ]
