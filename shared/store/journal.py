"""The flows: one document each, moved only from the version it was loaded at, with a history that only grows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from cattrs.preconf.json import make_converter
from redis import Redis
from redis.exceptions import ResponseError

from shared.domain.closure import Closure
from shared.domain.corruption import CorruptRecordError
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Flow
from shared.domain.history import HistoryEntry
from shared.domain.hub.announcement import Announcement
from shared.domain.notification import Notification
from shared.domain.posting import BankDisbursement, Repayment
from shared.store import keys
from shared.store.connection import StoreClock, lua
from shared.store.documents import fault_of
from shared.store.history import as_line, read_history
from shared.store.quarantine import Quarantine

F = TypeVar("F", bound=Flow)

_CONVERTER = make_converter(omit_if_default=True)
_KINDS: dict[str, type[Flow]] = {
    "disbursement": Disbursement,
    "repayment": Repayment,
    "bank-disbursement": BankDisbursement,
    "closure": Closure,
    "notification": Notification,
    "event": Announcement,
}
_MOST_FOUND = 100


class Journal:
    """Loads and moves flows. The move is the lock: of two workers, one finds the version gone."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._clock = StoreClock(redis)
        self._move = redis.register_script(lua("move"))
        self._quarantine = Quarantine(redis)

    def load(self, flow_id: str) -> Flow | None:
        """The flow as last moved, None when there is none. Raises CorruptRecordError."""
        return self._load([flow_id])[0]

    def find(self, reference: str) -> list[Flow]:
        """The flows that have, or once had, this among their references: newest first, at most a hundred.

        Raises CorruptRecordError when one of them cannot be read: to leave it out could be to pay twice.
        """
        ids = _ids(self._redis.zrevrange(keys.ref(reference), 0, _MOST_FOUND - 1))
        return [flow for flow in self._load(ids) if flow]

    def _load(self, flow_ids: Sequence[str]) -> list[Flow | None]:
        pipeline = self._redis.pipeline(transaction=False)
        for flow_id in flow_ids:
            pipeline.hgetall(keys.flow(flow_id))
        records = pipeline.execute(raise_on_error=False)
        return [_flow(flow_id, record) for flow_id, record in zip(flow_ids, records, strict=True)]

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
        begun: Sequence[Flow] = (),
    ) -> F | None:
        """The flow at its new version, or None when another worker moved it first and nothing at all was stored.

        `due_at`: when the sweeper must look again; None when nothing is left to do by itself. In the same step, each of
        the flows of `begun` is stored and due at once, unless it was begun before.
        """
        version = self._move(
            keys=[keys.DUE, keys.PARKED],
            args=[
                keys.PREFIX,
                flow.version,
                "" if due_at is None else int(due_at.timestamp() * 1000),
                "1" if flow.parked else "0",
                *_record(flow, entries),
                *self._begun(begun, flow.id),
            ],
        )
        return replace(flow, version=int(version)) if version else None

    def _begun(self, begun: Sequence[Flow], cause: str) -> Iterator[str | int]:
        if not begun:
            return
        now = self._clock.now()
        for flow in begun:
            yield from _record(flow, [HistoryEntry(now, "begun", cause, flow.state.value)])

    def quarantine(self, flow_id: str, reason: str) -> None:
        """Its record cannot be read: due no more, it waits for a person as it is."""
        self._quarantine.put(flow_id, reason)

    def history(self, flow_id: str) -> list[HistoryEntry]:
        """The whole story, oldest first."""
        return read_history(self._redis, flow_id)


def _ids(members: Any) -> list[str]:
    return [member.decode() for member in members]


def _flow(flow_id: str, record: Any) -> Flow | None:
    """The flow of a record as HGETALL gives it, or of the error in its place."""
    if not record:
        return None
    kind = _KINDS.get(flow_id.partition(":")[0])
    if kind is None:
        raise CorruptRecordError(f"{flow_id} is of a kind that this version does not know: update it.")
    if isinstance(record, ResponseError) and "WRONGTYPE" not in str(record):
        raise record
    try:
        flow = replace(_CONVERTER.loads(record[b"doc"], kind), version=int(record[b"version"]))
    except Exception as error:
        raise CorruptRecordError(f"{flow_id} cannot be read: {fault_of(error)}.") from error
    if flow.id != flow_id:
        raise CorruptRecordError(f"{flow_id} holds the document of another flow.")
    return flow


def _record(flow: Flow, entries: Sequence[HistoryEntry]) -> list[str | int]:
    """As lua/move.lua reads one."""
    lines, references = [as_line(entry) for entry in entries], flow.references
    return [
        flow.id,
        _CONVERTER.dumps(flow),
        flow.state.value,
        len(lines),
        *lines,
        len(references),
        *references,
    ]
