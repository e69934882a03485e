"""The receipts: every webhook that was answered 200 is here, and leaves `stored` only when its work is done."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from redis import Redis
from redis.exceptions import NoScriptError

from shared.domain.receipts import Receipt, ReceiptState
from shared.domain.webhook_identity import WebhookIdentity
from shared.store import keys
from shared.store.connection import lua


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
    """

    def __init__(self, redis: Redis, queue: str | None = None, sweep_after_seconds: float = 10.0) -> None:
        self._redis = redis
        self._queue = queue or ""
        self._sweep_after_ms = int(sweep_after_seconds * 1000) if queue else 0
        self._accept = redis.register_script(lua("accept"))
        self._begin = redis.register_script(lua("begin"))
        self._end = redis.register_script(lua("close"))
        self._put_off = redis.register_script(lua("postpone"))

    def accept(self, receipts: Sequence[NewReceipt]) -> list[tuple[Acceptance, str] | Exception]:
        """Store what came, all in one round trip, and share the server's one fsync.

        One answer per receipt: (what the store knew, the receipt's name), or the error that kept it from being stored.
        Running it again after a lost reply is safe: the attempt id tells. Raises redis errors when nothing is known.
        """
        answers = self._run_accept(receipts)
        if any(isinstance(answer, NoScriptError) for answer in answers):
            self._redis.script_load(self._accept.script)
            answers = self._run_accept(receipts)
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
        return pipeline.execute(raise_on_error=False)

    def load(self, receipt_id: str) -> Receipt | None:
        """The receipt, None when there is none by this id."""
        found = self._redis.hgetall(keys.receipt(receipt_id))
        return _receipt(receipt_id, found) if found else None

    def begin(self, receipt_id: str) -> Receipt | None:
        """The receipt, with one more attempt counted on the record: a poison receipt shows itself by its number."""
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

    def _close(self, receipt_id: str, state: ReceiptState, reason: str, index: str, member: str) -> None:
        self._end(
            keys=[keys.receipt(receipt_id), keys.DUE, index],
            args=[state.value, reason, f"receipt:{receipt_id}", member],
        )


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
