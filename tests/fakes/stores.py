"""Journal, inbox and outbox in memory; tests/contract/ runs the same suite on them and on shared.store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from redis.exceptions import ResponseError

from services.worker.ports import Clock
from shared.domain.corruption import CorruptRecordError
from shared.domain.flows import Flow
from shared.domain.history import HistoryEntry
from shared.domain.receipts import Receipt, ReceiptState
from shared.store.gate import GateTerms, Report
from shared.store.inbox import Acceptance, NewReceipt
from shared.store.retention import Batch
from tests.fakes.wire import Wire

F = TypeVar("F", bound=Flow)

_LONG_AGO = datetime.fromtimestamp(0, UTC)


@dataclass
class StoreSets:
    """What inbox, journal and outbox share: members -> milliseconds, as in shared.store.keys.

    `quarantine`: members -> reasons; `histories`: members -> entries; `spoilt`: the ids whose record a test has made
    unreadable.
    """

    due: dict[str, int] = field(default_factory=dict)
    parked: dict[str, int] = field(default_factory=dict)
    finished: dict[str, int] = field(default_factory=dict)
    quarantine: dict[str, str] = field(default_factory=dict)
    spoilt: set[str] = field(default_factory=set)
    histories: dict[str, list[HistoryEntry]] = field(default_factory=dict)

    def check_readable(self, record_id: str) -> None:
        """Raises CorruptRecordError."""
        if record_id in self.spoilt:
            raise CorruptRecordError(f"{record_id} cannot be read.")

    def next_due(self) -> datetime | None:
        return datetime.fromtimestamp(min(self.due.values()) / 1000, UTC) if self.due else None


class FakeJournal:
    def __init__(self, clock: Clock, sets: StoreSets | None = None, wire: Wire | None = None) -> None:
        self._clock, self.sets, self._wire = clock, sets or StoreSets(), wire or Wire()
        self._flows: dict[str, Flow] = {}
        self._mentions: dict[str, dict[str, int]] = {}
        self._states: dict[tuple[str, str], dict[str, int]] = {}

    def load(self, flow_id: str) -> Flow | None:
        with self._wire.call("journal.load"):
            self.sets.check_readable(flow_id)
            return self._flows.get(flow_id)

    def find(self, reference: str) -> list[Flow]:
        with self._wire.call("journal.find"):
            newest_first = _by_time(self._mentions.get(reference, {}))[::-1][:100]
            for flow_id in newest_first:
                self.sets.check_readable(flow_id)
            return [self._flows[flow_id] for flow_id in newest_first]

    def quarantine(self, flow_id: str, reason: str) -> None:
        with self._wire.call("journal.quarantine"):
            FakeQuarantine(self._clock, self.sets).put(flow_id, reason)

    def in_state(self, kind: str, state: str, limit: int, *, oldest_first: bool = True) -> list[str]:
        found = _by_time(self._states.get((kind, state), {}))
        return (found if oldest_first else found[::-1])[: max(limit, 0)]

    def move(
        self,
        flow: F,
        entries: Sequence[HistoryEntry],
        due_at: datetime | None,
        begun: Sequence[Flow] = (),
    ) -> F | None:
        with self._wire.call("journal.move"):
            if any(":" not in flow_id for flow_id in (flow.id, *(each.id for each in begun))):
                raise ResponseError("move: a record lacks a part or its id a kind")
            stored = self._flows.get(flow.id)
            if flow.version != (stored.version if stored else 0):
                return None
            moved = self._write(flow, entries, due_at)
            for each in begun:
                if each.id not in self._flows:
                    now = self._clock.now()
                    self._write(each, [HistoryEntry(now, "begun", flow.id, each.state.value)], now)
            return moved

    def history(self, flow_id: str) -> list[HistoryEntry]:
        return list(self.sets.histories.get(flow_id, []))

    def in_state_since(self, kind: str, state: str, latest_ms: int) -> list[str]:
        """Those that entered the state no later than this, longest first."""
        found = self._states.get((kind, state), {})
        return [flow_id for flow_id in _by_time(found) if found[flow_id] <= latest_ms]

    def forget(self, flow_id: str) -> bool:
        """As retention does: whether the flow was released; one that cannot be read only leaves the list."""
        flow = self._flows[flow_id]
        del self._states[flow_id.partition(":")[0], flow.state.value][flow_id]
        if flow_id in self.sets.spoilt:
            return False
        del self._flows[flow_id]
        self.sets.histories.pop(flow_id, None)
        for reference in flow.references:
            self._mentions[reference].pop(flow_id, None)
        return True

    def flows(self) -> list[Flow]:
        """All there are, for a test to look at."""
        return list(self._flows.values())

    def _write(self, flow: F, entries: Sequence[HistoryEntry], due_at: datetime | None) -> F:
        before, moved = self._flows.get(flow.id), replace(flow, version=flow.version + 1)
        self._flows[flow.id] = moved
        self.sets.histories.setdefault(flow.id, []).extend(entries)
        for reference in flow.references:
            self._mentions.setdefault(reference, {}).setdefault(flow.id, self._now_ms())
        if before is None or before.state != flow.state:
            kind = flow.id.partition(":")[0]
            if before:
                del self._states[kind, before.state.value][flow.id]
            self._states.setdefault((kind, flow.state.value), {})[flow.id] = self._now_ms()
        if due_at is None:
            self.sets.due.pop(flow.id, None)
        else:
            self.sets.due[flow.id] = _milliseconds(due_at)
        if flow.parked:
            self.sets.parked.setdefault(flow.id, self._now_ms())
        else:
            self.sets.parked.pop(flow.id, None)
        return moved

    def _now_ms(self) -> int:
        return _milliseconds(self._clock.now())


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
        self.sets.check_readable(receipt_id)
        stored = self._stored.get(receipt_id)
        return stored.receipt if stored else None

    def find(self, name: str) -> str | None:
        return self._names.get(name)

    def begin(self, receipt_id: str) -> Receipt | None:
        with self._wire.call("inbox.begin"):
            self.sets.check_readable(receipt_id)
            stored = self._stored.get(receipt_id)
            if stored:
                stored.receipt = replace(stored.receipt, attempts=stored.receipt.attempts + 1)
        return stored.receipt if stored else None

    def postpone(self, receipt_id: str, reason: str, delay_seconds: float) -> None:
        with self._wire.call("inbox.postpone"):
            if not reason or delay_seconds < 0:
                raise ResponseError("postpone: an argument is empty or the delay is not in ms")
            stored = self._stored.get(receipt_id)
            if stored and stored.receipt.state is ReceiptState.STORED:
                stored.receipt = replace(stored.receipt, attempts=0, reason=reason)
                self.sets.due[f"receipt:{receipt_id}"] = self._now_ms() + int(delay_seconds * 1000)

    def finish(self, receipt_id: str, result: str) -> None:
        with self._wire.call("inbox.finish"):
            if self._close(receipt_id, ReceiptState.FINISHED, result):
                self.sets.finished[receipt_id] = self._now_ms()

    def park(self, receipt_id: str, reason: str) -> None:
        with self._wire.call("inbox.park"):
            if self._close(receipt_id, ReceiptState.PARKED, reason):
                self.sets.parked[f"receipt:{receipt_id}"] = self._now_ms()

    def quarantine(self, receipt_id: str, reason: str) -> None:
        with self._wire.call("inbox.quarantine"):
            FakeQuarantine(self._clock, self.sets).put(f"receipt:{receipt_id}", reason)

    def reopen(self, receipt_id: str, entry: HistoryEntry) -> bool:
        with self._wire.call("inbox.reopen"):
            member, stored = f"receipt:{receipt_id}", self._stored.get(receipt_id)
            if stored is None or (stored.receipt.state is ReceiptState.STORED and member not in self.sets.quarantine):
                return False
            stored.receipt = replace(stored.receipt, state=ReceiptState.STORED, attempts=0, reason="")
            self._leave_every_set(receipt_id)
            self.sets.due[member] = self._now_ms()
            self.sets.histories.setdefault(member, []).append(entry)
            return True

    def dismiss(self, receipt_id: str, reason: str, entry: HistoryEntry) -> bool:
        with self._wire.call("inbox.dismiss"):
            if not reason:
                raise ResponseError("dismiss: an argument is empty")
            member, stored = f"receipt:{receipt_id}", self._stored.get(receipt_id)
            is_parked = stored is not None and stored.receipt.state is ReceiptState.PARKED
            if stored is None or not (is_parked or member in self.sets.quarantine):
                return False
            stored.receipt = replace(stored.receipt, state=ReceiptState.FINISHED, reason=reason)
            self._leave_every_set(receipt_id)
            self.sets.finished[receipt_id] = self._now_ms()
            self.sets.histories.setdefault(member, []).append(entry)
            return True

    def history(self, receipt_id: str) -> list[HistoryEntry]:
        return list(self.sets.histories.get(f"receipt:{receipt_id}", []))

    def _leave_every_set(self, receipt_id: str) -> None:
        member = f"receipt:{receipt_id}"
        self.sets.finished.pop(receipt_id, None)
        self.sets.quarantine.pop(member, None)
        for times in (self.sets.due, self.sets.parked):
            times.pop(member, None)

    def forget(self, receipt_id: str) -> bool:
        """As retention does: whether there was a finished receipt to release."""
        stored = self._stored.get(receipt_id)
        if stored is None or stored.receipt.state is not ReceiptState.FINISHED:
            return False
        del self._stored[receipt_id], self._names[stored.receipt.name]
        return True

    def receipts(self) -> list[Receipt]:
        """All there are, for a test to look at."""
        return [stored.receipt for stored in self._stored.values()]

    def _close(self, receipt_id: str, state: ReceiptState, reason: str) -> bool:
        stored = self._stored.get(receipt_id)
        self.sets.due.pop(f"receipt:{receipt_id}", None)
        if stored:
            stored.receipt = replace(stored.receipt, state=state, reason=reason)
        return stored is not None

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
        due = [member for member in _by_time(self.sets.due) if self.sets.due[member] <= now][:limit]
        for member in due:
            self.sets.due[member] = now + int(again_after_seconds * 1000)
        return due

    def parked(self, limit: int) -> list[tuple[str, int]]:
        return [(member, self.sets.parked[member]) for member in _by_time(self.sets.parked)][: max(limit, 0)]

    def overdue(self, older_than_ms: int, limit: int) -> list[tuple[str, int]]:
        before = _milliseconds(self._clock.now()) - older_than_ms
        late = [(member, self.sets.due[member]) for member in _by_time(self.sets.due) if self.sets.due[member] < before]
        return late[: max(limit, 0)]


class FakeQuarantine:
    def __init__(self, clock: Clock, sets: StoreSets) -> None:
        self._clock, self.sets = clock, sets

    def put(self, member: str, reason: str) -> None:
        self.sets.due.pop(member, None)
        self.sets.parked.setdefault(member, _milliseconds(self._clock.now()))
        self.sets.quarantine[member] = reason

    def readmit(self, member: str, operator: str) -> bool:
        if self.sets.quarantine.pop(member, None) is None:
            return False
        entry = HistoryEntry(self._clock.now(), "readmitted", f"operator {operator}", "due")
        self.sets.histories.setdefault(member, []).append(entry)
        self.sets.parked.pop(member, None)
        self.sets.due[member] = _milliseconds(self._clock.now())
        return True

    def reasons(self) -> dict[str, str]:
        return dict(self.sets.quarantine)


class FakeRetention:
    def __init__(self, clock: Clock, inbox: FakeInbox, journal: FakeJournal | None = None) -> None:
        self._clock, self._inbox, self._journal = clock, inbox, journal or FakeJournal(clock)

    def release_finished(self, age_seconds: float, limit: int) -> Batch:
        finished = self._inbox.sets.finished
        before = _milliseconds(self._clock.now()) - int(age_seconds * 1000)
        old = [receipt_id for receipt_id in _by_time(finished) if finished[receipt_id] <= before][:limit]
        released = [receipt_id for receipt_id in old if self._inbox.forget(receipt_id)]
        for receipt_id in old:
            del finished[receipt_id]
        return Batch(len(old), len(released))

    def release_told(self, kind: str, age_seconds: float, limit: int) -> Batch:
        before = _milliseconds(self._clock.now()) - int(age_seconds * 1000)
        state = {"event": "published", "notification": "sent"}[kind]
        old = self._journal.in_state_since(kind, state, before)[:limit]
        return Batch(len(old), sum(self._journal.forget(flow_id) for flow_id in old))


class FakeGate:
    """The gate of one destination: one object for all workers that call it."""

    def __init__(self, clock: Clock, terms: GateTerms | None = None) -> None:
        self._clock, self._terms = clock, terms or GateTerms()
        self._failures = 0
        self._closed_until = self._slow_until = self._probe_until = _LONG_AGO

    def seconds_to_wait(self) -> float:
        if wait := self.seconds_closed():
            return wait
        if self._failures >= self._terms.failures_in_a_row:
            self._probe_until = self._in(self._terms.probe_seconds)
        return 0.0

    def seconds_closed(self) -> float:
        if wait := self._closed_seconds():
            return wait
        if self._failures < self._terms.failures_in_a_row:
            return 0.0
        return min(max(self._left(self._probe_until), 0.0), self._terms.first_pause_seconds)

    def report(self, report: Report, after_seconds: float | None = None) -> float:
        terms = self._terms
        if report is Report.GOOD:
            self._failures = 0
            self._closed_until = self._probe_until = _LONG_AGO
        elif report is Report.SLOW_DOWN:
            self._slow_until = max(self._slow_until, self._in(terms.slow_down(after_seconds)))
            self._probe_until = _LONG_AGO
        elif self._left(self._closed_until) <= 0:
            self._failures, self._probe_until = self._failures + 1, _LONG_AGO
            if (over := self._failures - terms.failures_in_a_row) >= 0:
                self._closed_until = self._in(min(terms.first_pause_seconds * 2**over, terms.longest_pause_seconds))
        return self._closed_seconds()

    def _closed_seconds(self) -> float:
        return max(self._left(self._closed_until), self._left(self._slow_until), 0.0)

    def _left(self, moment: datetime) -> float:
        return (moment - self._clock.now()).total_seconds()

    def _in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)


def _by_time(scores: Mapping[str, int]) -> list[str]:
    """As Redis orders a sorted set: by score, and by member where scores are equal."""
    return sorted(scores, key=lambda member: (scores[member], member))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
