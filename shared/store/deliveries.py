"""The log of deliveries: what goes out, how far it has come, every attempt. The move is the lock, as with the flows.

Bodies are written once. Every index entry is written and removed in the step that moves the record.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import structlog
from cattrs.preconf.json import make_converter
from redis import Redis

from shared.domain.corruption import CorruptRecordError
from shared.domain.history import HistoryEntry
from shared.domain.hub.delivery import Attempt, Delivery
from shared.domain.hub.delivery_states import FINAL, DeliveryState
from shared.store import keys
from shared.store.connection import lua
from shared.store.documents import Record, fetch, parse
from shared.store.history import as_line, read_history
from shared.store.indexes import milliseconds
from shared.store.quarantine import say_quarantined
from shared.store.retention import Batch

_log = structlog.get_logger()

_CONVERTER = make_converter(omit_if_default=True)
_SET_ASIDE = (keys.DELIVERIES_DUE, keys.DELIVERIES_PARKED, keys.DELIVERIES_QUARANTINE)


class Deliveries:
    """Of two workers that move one delivery, one finds the version gone."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._write = redis.register_script(lua("delivery_write"))
        self._take_due = redis.register_script(lua("delivery_take_due"))
        self._release = redis.register_script(lua("delivery_release"))
        self._quarantine = redis.register_script(lua("quarantine"))
        self._readmit = redis.register_script(lua("readmit"))

    def begin(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Store those that are not known yet, in one step; the stored ones, at version 1. Due as they say."""
        return self._store(deliveries, [_record(each, "", each.body) for each in deliveries])

    def load(self, delivery_id: str) -> Delivery | None:
        """The delivery as last moved, None when there is none. Raises CorruptRecordError."""
        return _delivery(delivery_id, fetch(self._redis, [keys.delivery(delivery_id)])[0])

    def load_readable(self, delivery_ids: Sequence[str]) -> list[Delivery]:
        """Those there are, in one round trip; one that cannot be read is left out and said to the log."""
        records = fetch(self._redis, [keys.delivery(each) for each in delivery_ids]) if delivery_ids else []
        return [found for each in zip(delivery_ids, records, strict=True) if (found := _readable(*each))]

    def move(
        self, delivery: Delivery, attempt: Attempt | None = None, entry: HistoryEntry | None = None
    ) -> Delivery | None:
        """The delivery at its next version, with one more line in its log; None when another worker moved it first and
        nothing was stored. `entry`: which person wanted it, and why."""
        log = (_CONVERTER.dumps(attempt) if attempt else "", as_line(entry) if entry else "")
        moved = self._store([delivery], [_record(delivery, str(delivery.version), "", log)])
        return moved[0] if moved else None

    def move_all(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Many in one step: those that nobody moved first, at their next version."""
        return self._store(deliveries, [_record(each, str(each.version), "") for each in deliveries])

    def attempts(self, delivery_id: str) -> list[Attempt]:
        """Every call that went out, oldest first. Raises CorruptRecordError."""
        lines = self._redis.lrange(keys.attempts(delivery_id), 0, -1)
        return [parse(_CONVERTER, f"an attempt of delivery {delivery_id}", line, Attempt) for line in lines]

    def history(self, delivery_id: str) -> list[HistoryEntry]:
        """What people did to it, oldest first. It outlives the delivery."""
        return read_history(self._redis, f"delivery:{delivery_id}")

    def take_due(self, limit: int, again_after_seconds: float) -> list[str]:
        """At most `limit` members that are due, `delivery:<id>` or `resend:<id>`, longest overdue first; each is due
        again after `again_after_seconds` unless it is moved."""
        arguments: list[str | int] = [limit, int(again_after_seconds * 1000), keys.PREFIX]
        return [member.decode() for member in self._take_due(keys=[keys.DELIVERIES_DUE], args=arguments)]

    def waiting(self, subscription_id: str) -> int:
        """How many deliveries of a subscription stand in WAITING."""
        return int(self._redis.zcard(keys.deliveries(index_of_state(DeliveryState.WAITING, subscription_id))))

    def quarantine(self, delivery_id: str, reason: str) -> None:
        """Its record cannot be read: due no more, it waits for a person as it is."""
        member = f"delivery:{delivery_id}"
        self._quarantine(keys=_SET_ASIDE, args=[member, reason])
        say_quarantined(member, reason)

    def readmit(self, delivery_id: str) -> bool:
        """A person has seen to it: due at once. False when it is not set aside."""
        return bool(self._readmit(keys=_SET_ASIDE, args=[f"delivery:{delivery_id}"]))

    def set_aside(self) -> dict[str, str]:
        """The id of each delivery that cannot be read -> why."""
        found: Any = self._redis.hgetall(keys.DELIVERIES_QUARANTINE)
        return {member.decode().removeprefix("delivery:"): reason.decode() for member, reason in found.items()}

    def release_old(self, age_seconds: float, limit: int) -> Batch:
        """Release those that are final and were created longer ago than this, with their attempts: at most `limit` of
        each final state, the oldest first. Go on while it examined any."""
        examined = released = 0
        for state in FINAL:
            answer = self._release(
                keys=[keys.deliveries(index_of_state(state)), keys.DELIVERIES_DUE],
                args=[keys.PREFIX, state.value, int(age_seconds * 1000), limit],
            )
            examined, released = examined + answer[0], released + answer[1]
        return Batch(examined, released)

    def _store(self, deliveries: Sequence[Delivery], records: Sequence[Sequence[str | int]]) -> list[Delivery]:
        """Those that were written, at the version they have now."""
        if not deliveries:
            return []
        parts = [part for record in records for part in record]
        versions = self._write(keys=[keys.DELIVERIES_DUE], args=[keys.PREFIX, *parts])
        return [replace(each, version=version) for each, version in zip(deliveries, versions, strict=True) if version]


def indexes_of(delivery: Delivery) -> Iterator[str]:
    """Where a delivery stands, see keys.deliveries."""
    yield "all"
    yield index_of_state(delivery.state)
    yield f"subscription:{delivery.subscription_id}"
    yield index_of_state(delivery.state, delivery.subscription_id)
    yield f"trigger:{delivery.trigger.value}"
    yield f"event:{delivery.event_id}"
    yield index_of_destination(delivery.destination)
    if delivery.account_id:
        yield f"account:{delivery.account_id}"
    if delivery.failure_reason:
        yield f"reason:{delivery.failure_reason.value}"


def index_of_state(state: DeliveryState, subscription_id: str = "") -> str:
    """Of all subscriptions, or of one."""
    return f"subscription:{subscription_id}:{state.value}" if subscription_id else f"state:{state.value}"


def index_of_destination(destination: str) -> str:
    """By digest: a URL may be long."""
    return f"destination:{hashlib.sha256(destination.encode()).hexdigest()[:32]}"


def _record(delivery: Delivery, version: str, body: str, log: Sequence[str] = ("", "")) -> list[str | int]:
    """As lua/delivery_write.lua reads one."""
    return [
        delivery.id,
        version,
        _CONVERTER.dumps(replace(delivery, body="", version=0)),
        body,
        delivery.state.value,
        milliseconds(delivery.created_at),
        "" if delivery.due_at is None else milliseconds(delivery.due_at),
        json.dumps(list(indexes_of(delivery)), ensure_ascii=False, separators=(",", ":")),
        *log,
    ]


def _delivery(delivery_id: str, record: Record | None) -> Delivery | None:
    """Raises CorruptRecordError."""
    name = f"delivery {delivery_id}"
    if record == {}:
        return None
    if record is None or not record.keys() >= {b"doc", b"body", b"version"} or not record[b"version"].isdigit():
        raise CorruptRecordError(f"{name} cannot be read: what is stored is no delivery.")
    found = parse(_CONVERTER, name, record[b"doc"], Delivery)
    if found.id != delivery_id:
        raise CorruptRecordError(f"{name} holds the document of another.")
    return replace(found, body=record[b"body"].decode(), version=int(record[b"version"]))


def _readable(delivery_id: str, record: Record | None) -> Delivery | None:
    try:
        return _delivery(delivery_id, record)
    except CorruptRecordError as error:
        _log.error("delivery not shown", delivery=delivery_id, reason="unreadable", why=str(error))
        return None
