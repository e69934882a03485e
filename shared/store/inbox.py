"""The receipts: every webhook that was answered 200 is here, and leaves `stored` only when its work is done."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from redis import Redis
from redis.exceptions import NoScriptError, ReadOnlyError, ResponseError

from shared.domain.corruption import CorruptRecordError
from shared.domain.history import HistoryEntry
from shared.domain.receipts import Receipt, ReceiptState
from shared.domain.webhook_identity import WebhookIdentity
from shared.store import keys
from shared.store.connection import lua
from shared.store.history import as_line, read_history
from shared.store.quarantine import Quarantine


class NotReplicatedError(Exception):
    """The receipt is stored, but not on as many replicas as were asked for: no word may be given for it."""


class Acceptance(StrEnum):
    """What the store knew of a webhook. All three are answered alike."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """A webhook whose origin is proved. `evidence` are headers worth keeping; `envelope` is the ready queue element."""

    source: str
    kind: str
    identity: WebhookIdentity
    body: bytes
    envelope: bytes
    evidence: Mapping[str, str] = field(default_factory=dict)
    attempt_id: str = field(default_factory=lambda: uuid.uuid4().hex)


class Inbox:
    """The listener accepts, the worker begins and finishes.

    `queue` is the broker's list on this same server, or None when the broker is elsewhere: then the sweeper hands over.
    With `replicas`, a receipt counts as stored only when so many of them have it on disk too (Valkey or Redis 7.2 and
    later); waiting for them takes at most `replica_timeout_ms`, which must be shorter than the client's own timeout.
    """

    def __init__(
        self,
        redis: Redis,
        queue: str | None = None,
        sweep_after_seconds: float = 10.0,
        replicas: int = 0,
        replica_timeout_ms: int = 500,
    ) -> None:
        self._redis = redis
        self._replicas = replicas
        self._replica_timeout_ms = replica_timeout_ms
        self._queue = queue or ""
        self._sweep_after_ms = int(sweep_after_seconds * 1000) if queue else 0
        self._accept = redis.register_script(lua("accept"))
        self._begin = redis.register_script(lua("begin"))
        self._end = redis.register_script(lua("close"))
        self._put_off = redis.register_script(lua("postpone"))
        self._reopen = redis.register_script(lua("reopen"))
        self._dismiss = redis.register_script(lua("dismiss"))
        self._quarantine = Quarantine(redis)

    def accept(self, receipts: Sequence[NewReceipt]) -> list[tuple[Acceptance, str] | Exception]:
        """Store what came, all in one round trip, and share the server's one fsync.

        One answer per receipt: (what the store knew, the receipt's name), or the error that kept it from being stored.
        Running it again after a lost reply is safe: the attempt id tells. Raises redis errors when nothing is known.
        """
        answers = self._run_accept(receipts)
        if any(isinstance(answer, NoScriptError) for answer in answers):
            self._redis.script_load(self._accept.script)
            answers = self._run_accept(receipts)
        if any(isinstance(answer, ReadOnlyError) for answer in answers):
            # Another server is the primary now, and after a pipeline the client keeps its connection to this one.
            self._redis.connection_pool.disconnect(inuse_connections=False)
        return [
            answer if isinstance(answer, Exception) else (Acceptance(answer[0].decode()), answer[1].decode())
            for answer in answers
        ]

    def _run_accept(self, receipts: Sequence[NewReceipt]) -> list[Any]:
        pipeline = self._redis.pipeline(transaction=False)
        for receipt in receipts:
            identity = receipt.identity
            pipeline.evalsha(
                self._accept.sha,
                4,
                keys.receipt(identity.fingerprint),
                keys.DUE,
                keys.PARKED,
                self._queue,
                receipt.attempt_id,
                identity.fingerprint,
                identity.digest,
                receipt.source,
                receipt.kind,
                receipt.body,
                json.dumps(receipt.evidence),
                self._sweep_after_ms,
                receipt.envelope,
                keys.PREFIX,
                *identity.names,
            )
        if not self._replicas:
            return pipeline.execute(raise_on_error=False)
        # On the same connection and outside of the scripts, where it would not wait (Valkey docs: WAITAOF).
        pipeline.waitaof(1, self._replicas, self._replica_timeout_ms)
        *answers, held = pipeline.execute(raise_on_error=False)
        fault = self._replication_fault(held)
        return [answer if isinstance(answer, Exception) or not fault else fault for answer in answers]

    def _replication_fault(self, held: Any) -> Exception | None:
        """`held` is on how many disks the batch is, here and elsewhere: too few in time is no error of the server."""
        if isinstance(held, Exception):
            return held
        here, elsewhere = held
        if here and elsewhere >= self._replicas:
            return None
        return NotReplicatedError(
            f"After {self._replica_timeout_ms} ms {elsewhere} of {self._replicas} replicas have it on disk."
        )

    def load(self, receipt_id: str) -> Receipt | None:
        """The receipt, None when there is none by this id. Raises CorruptRecordError."""
        with _readable(receipt_id):
            found = self._redis.hgetall(keys.receipt(receipt_id))
            return _receipt(receipt_id, found) if found else None

    def begin(self, receipt_id: str) -> Receipt | None:
        """The receipt, with one more attempt counted on the record: a poison receipt shows itself by its number.

        None when there is none by this id. Raises CorruptRecordError.
        """
        with _readable(receipt_id):
            flat = self._begin(keys=[keys.receipt(receipt_id)])
            return _receipt(receipt_id, dict(zip(flat[::2], flat[1::2], strict=True))) if flat else None

    def find(self, name: str) -> str | None:
        """The id of the receipt that people know by this name."""
        found: Any = self._redis.get(keys.name(name))
        return found.decode() if found else None

    def postpone(self, receipt_id: str, reason: str, delay_seconds: float) -> None:
        """It speaks of something that is not known yet: due again after the delay, its attempts begin anew.

        One that another worker has finished or parked meanwhile stays as it is.
        """
        self._put_off(
            keys=[keys.receipt(receipt_id), keys.DUE],
            args=[f"receipt:{receipt_id}", reason, int(delay_seconds * 1000)],
        )

    def finish(self, receipt_id: str, result: str) -> None:
        """Its work is done: `result` says how it was understood."""
        self._close(receipt_id, ReceiptState.FINISHED, result, keys.FINISHED, receipt_id)

    def park(self, receipt_id: str, reason: str) -> None:
        """It waits for a person."""
        self._close(receipt_id, ReceiptState.PARKED, reason, keys.PARKED, f"receipt:{receipt_id}")

    def quarantine(self, receipt_id: str, reason: str) -> None:
        """Its record cannot be read: due no more, it waits for a person as it is."""
        self._quarantine.put(f"receipt:{receipt_id}", reason)

    def reopen(self, receipt_id: str, entry: HistoryEntry) -> bool:
        """A person wants it worked on again, though it is finished, parked or in quarantine: due at once.

        False when there is no such receipt, or it is being worked on.
        """
        return bool(self._reopen(keys=_by_hand(receipt_id), args=[f"receipt:{receipt_id}", receipt_id, as_line(entry)]))

    def dismiss(self, receipt_id: str, reason: str, entry: HistoryEntry) -> bool:
        """A person has seen to it: finished for this reason. False when it does not wait for one."""
        args = [f"receipt:{receipt_id}", receipt_id, as_line(entry), reason]
        return bool(self._dismiss(keys=_by_hand(receipt_id), args=args))

    def history(self, receipt_id: str) -> list[HistoryEntry]:
        """What people did with it, oldest first; it outlives the receipt."""
        return read_history(self._redis, f"receipt:{receipt_id}")

    def _close(self, receipt_id: str, state: ReceiptState, reason: str, index: str, member: str) -> None:
        self._end(
            keys=[keys.receipt(receipt_id), keys.DUE, index],
            args=[state.value, reason, f"receipt:{receipt_id}", member],
        )


def _by_hand(receipt_id: str) -> list[str]:
    """All that an act of a person touches, in the order of lua/reopen.lua and lua/dismiss.lua."""
    sets = [keys.DUE, keys.PARKED, keys.FINISHED, keys.QUARANTINE]
    return [keys.receipt(receipt_id), *sets, keys.history(f"receipt:{receipt_id}")]


@contextmanager
def _readable(receipt_id: str) -> Iterator[None]:
    """Whatever shows that the record is not what we wrote becomes one error."""
    try:
        yield
    except (KeyError, ValueError) as error:
        raise CorruptRecordError(f"receipt {receipt_id} lacks a field or holds an odd one: {error}.") from error
    except ResponseError as error:
        if not any(words in str(error) for words in ("WRONGTYPE", "not an integer")):
            raise
        raise CorruptRecordError(f"receipt {receipt_id} is not a record of ours: {error}.") from error


def _receipt(receipt_id: str, found: Mapping[Any, Any]) -> Receipt:
    def text(name: str) -> str:
        return str(found.get(name.encode(), b""), "utf-8")

    return Receipt(
        id=receipt_id,
        name=text("name"),
        source=text("source"),
        kind=text("kind"),
        body=found[b"body"],
        state=ReceiptState(text("state")),
        received_at_ms=int(text("received_at")),
        attempts=int(text("attempts") or 0),
        duplicates=int(text("duplicates") or 0),
        reason=text("reason"),
    )
