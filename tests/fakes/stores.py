"""Journal, inbox and outbox in memory; tests/contract/ runs the same suite on them and on shared.store."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from redis.exceptions import ResponseError

from services.worker.ports import Clock
from shared.domain.history import HistoryEntry
from shared.domain.payments import Payment
from shared.domain.receipts import Receipt, ReceiptState
from shared.store.inbox import Acceptance, NewReceipt
from tests.fakes.wire import Wire

P = TypeVar("P", bound=Payment)


@dataclass
class StoreSets:
    """What inbox, journal and outbox share: members -> milliseconds, as in shared.store.keys."""

    due: dict[str, int] = field(default_factory=dict)
    parked: dict[str, int] = field(default_factory=dict)
    finished: dict[str, int] = field(default_factory=dict)

    def next_due(self) -> datetime | None:
        return datetime.fromtimestamp(min(self.due.values()) / 1000, UTC) if self.due else None


class FakeJournal:
    def __init__(self, clock: Clock, sets: StoreSets | None = None, wire: Wire | None = None) -> None:
        self._clock, self.sets, self._wire = clock, sets or StoreSets(), wire or Wire()
        self._payments: dict[str, Payment] = {}
        self._histories: dict[str, list[HistoryEntry]] = {}

    def load(self, payment_id: str) -> Payment | None:
        with self._wire.call("journal.load"):
            return self._payments.get(payment_id)

    def move(self, payment: P, entries: Sequence[HistoryEntry], due_at: datetime | None) -> P | None:
        with self._wire.call("journal.move"):
            return self._move(payment, entries, due_at)

    def history(self, payment_id: str) -> list[HistoryEntry]:
        return list(self._histories.get(payment_id, []))

    def payments(self) -> list[Payment]:
        """All there are, for a test to look at."""
        return list(self._payments.values())

    def _move(self, payment: P, entries: Sequence[HistoryEntry], due_at: datetime | None) -> P | None:
        if not payment.id:
            raise ResponseError("move: id or version is missing")
        stored = self._payments.get(payment.id)
        if payment.version != (stored.version if stored else 0):
            return None
        moved = replace(payment, version=payment.version + 1)
        self._payments[payment.id] = moved
        self._histories.setdefault(payment.id, []).extend(entries)
        if due_at is None:
            self.sets.due.pop(payment.id, None)
        else:
            self.sets.due[payment.id] = _milliseconds(due_at)
        if payment.parked:
            self.sets.parked.setdefault(payment.id, _milliseconds(self._clock.now()))
        else:
            self.sets.parked.pop(payment.id, None)
        return moved


@dataclass
class _Stored:
    """A receipt with what the listener's repeats are told apart by."""

    receipt: Receipt
    digest: str
    attempt_id: str


class FakeInbox:
    """`queue` takes the ready-made elements, newest first like LPUSH; None when the broker is elsewhere."""

    def __init__(
        self,
        clock: Clock,
        sets: StoreSets | None = None,
        queue: list[bytes] | None = None,
        sweep_after_seconds: float = 10.0,
        wire: Wire | None = None,
    ) -> None:
        self._clock, self.sets, self.queue, self._wire = clock, sets or StoreSets(), queue, wire or Wire()
        self._sweep_after_ms = 0 if queue is None else int(sweep_after_seconds * 1000)
        self._stored: dict[str, _Stored] = {}
        self._names: dict[str, str] = {}

    def accept(self, receipts: Sequence[NewReceipt]) -> list[tuple[Acceptance, str] | Exception]:
        return [self._accept(receipt) for receipt in receipts]

    def load(self, receipt_id: str) -> Receipt | None:
        stored = self._stored.get(receipt_id)
        return stored.receipt if stored else None

    def find(self, name: str) -> str | None:
        return self._names.get(name)

    def begin(self, receipt_id: str) -> Receipt | None:
        with self._wire.call("inbox.begin"):
            stored = self._stored.get(receipt_id)
            if stored:
                stored.receipt = replace(stored.receipt, attempts=stored.receipt.attempts + 1)
        return stored.receipt if stored else None

    def finish(self, receipt_id: str, result: str) -> None:
        with self._wire.call("inbox.finish"):
            self._close(receipt_id, ReceiptState.FINISHED, result)
            self.sets.finished[receipt_id] = self._now_ms()

    def park(self, receipt_id: str, reason: str) -> None:
        with self._wire.call("inbox.park"):
            self._close(receipt_id, ReceiptState.PARKED, reason)
            self.sets.parked[f"receipt:{receipt_id}"] = self._now_ms()

    def receipts(self) -> list[Receipt]:
        """All there are, for a test to look at."""
        return [stored.receipt for stored in self._stored.values()]

    def _close(self, receipt_id: str, state: ReceiptState, reason: str) -> None:
        stored = self._stored[receipt_id]
        stored.receipt = replace(stored.receipt, state=state, reason=reason)
        self.sets.due.pop(f"receipt:{receipt_id}", None)

    def _accept(self, new: NewReceipt) -> tuple[Acceptance, str] | Exception:
        identity = new.identity
        if not all((new.attempt_id, identity.fingerprint, identity.digest, new.source, new.kind)):
            return ResponseError("accept: an argument is empty")
        if not identity.names:
            return ResponseError("accept: no name given")
        known = self._stored.get(identity.fingerprint)
        if known is None:
            name = next((name for name in identity.names if name not in self._names), identity.names[-1])
            self._write(new, identity.fingerprint, name, ReceiptState.STORED)
            self.sets.due[f"receipt:{identity.fingerprint}"] = self._now_ms() + self._sweep_after_ms
            if self.queue is not None:
                self.queue.insert(0, new.envelope)
            return Acceptance.STORED, name
        if known.attempt_id == new.attempt_id:
            return Acceptance.STORED, known.receipt.name
        if known.digest == identity.digest:
            known.receipt = replace(known.receipt, duplicates=known.receipt.duplicates + 1)
            return Acceptance.DUPLICATE, known.receipt.name
        return Acceptance.CONFLICT, self._conflict(new, known)

    def _conflict(self, new: NewReceipt, known: _Stored) -> str:
        mark = f"!{new.identity.digest[:16]}"
        conflict_id, name = known.receipt.id + mark, known.receipt.name + mark
        before = self._stored.get(conflict_id)
        if before is None:
            self._write(new, conflict_id, name, ReceiptState.PARKED, "conflict")
            self.sets.parked[f"receipt:{conflict_id}"] = self._now_ms()
        elif before.attempt_id != new.attempt_id:
            before.receipt = replace(before.receipt, duplicates=before.receipt.duplicates + 1)
        return name

    def _write(self, new: NewReceipt, receipt_id: str, name: str, state: ReceiptState, reason: str = "") -> None:
        receipt = Receipt(receipt_id, name, new.source, new.kind, new.body, state, self._now_ms(), reason=reason)
        self._stored[receipt_id] = _Stored(receipt, new.identity.digest, new.attempt_id)
        self._names[name] = receipt_id

    def _now_ms(self) -> int:
        return _milliseconds(self._clock.now())


class FakeOutbox:
    def __init__(self, clock: Clock, sets: StoreSets | None = None) -> None:
        self._clock, self.sets = clock, sets or StoreSets()

    def take_due(self, limit: int, again_after_seconds: float) -> list[str]:
        now = _milliseconds(self._clock.now())
        due = sorted((at, member) for member, at in self.sets.due.items() if at <= now)[:limit]
        for _, member in due:
            self.sets.due[member] = now + int(again_after_seconds * 1000)
        return [member for _, member in due]


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
