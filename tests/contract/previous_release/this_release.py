"""The same acts as PreviousRelease, by the code as it is now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import fakeredis
from redis import Redis

from shared.domain.history import HistoryEntry
from shared.domain.notification import Notification
from shared.store.inbox import Inbox, NewReceipt
from shared.store.journal import Journal
from shared.store.outbox import Outbox
from shared.store.retention import Retention
from tests.contract.previous_release.release import LATER_MS, PreviousRelease


class ThisRelease:
    """A listener, a worker and an operator of this release."""

    def __init__(self, redis: Redis) -> None:
        self._inbox, self._journal = Inbox(redis), Journal(redis)
        self._outbox, self._retention = Outbox(redis), Retention(redis)

    def accept(self, webhook: NewReceipt) -> tuple[str, str]:
        (answer,) = self._inbox.accept([webhook])
        assert not isinstance(answer, Exception), answer
        return answer[0].value, answer[1]

    def begin(self, receipt_id: str) -> tuple[str, int, bytes] | None:
        receipt = self._inbox.begin(receipt_id)
        return (receipt.state.value, receipt.attempts, receipt.body) if receipt else None

    def postpone(self, receipt_id: str) -> None:
        self._inbox.postpone(receipt_id, "later", 0)

    def finish(self, receipt_id: str) -> None:
        self._inbox.finish(receipt_id, "a reason")

    def park(self, receipt_id: str) -> None:
        self._inbox.park(receipt_id, "a reason")

    def set_aside(self, receipt_id: str) -> None:
        self._inbox.quarantine(receipt_id, "a reason")

    def reopen(self, receipt_id: str, entry: HistoryEntry) -> bool:
        return self._inbox.reopen(receipt_id, entry)

    def dismiss(self, receipt_id: str, entry: HistoryEntry) -> bool:
        return self._inbox.dismiss(receipt_id, "a reason", entry)

    def take_due(self) -> list[str]:
        return sorted(self._outbox.take_due(100, LATER_MS / 1000))

    def release(self) -> tuple[int, int]:
        batch = self._retention.release_finished(0, 100)
        return batch.examined, batch.released

    def move(self, call: Sequence[str]) -> int:
        """The flow that the call would store, read from the previous release's own document."""
        flow_id, *others = records_of(call)
        due_at = datetime.fromtimestamp(int(call[2]) / 1000, UTC) if call[2] else None
        with fakeredis.FakeRedis(server=fakeredis.FakeServer()) as apart:
            PreviousRelease(apart).move([call[0], "0", *call[2:]])
            written = Journal(apart)
            flow, entries = written.load(flow_id), written.history(flow_id)
            notifications = [written.load(other) for other in others]
        assert flow is not None
        begun = [replace(each, version=0) for each in notifications if isinstance(each, Notification)]
        moved = self._journal.move(replace(flow, version=int(call[1])), entries, due_at, begun)
        return moved.version if moved else 0


def records_of(call: Sequence[str]) -> list[str]:
    """The id of each record in a call of move.lua: the flow's, then those of the notifications that begin with it."""
    found, place = [], 4
    while place < len(call):
        found.append(call[place])
        lines = int(call[place + 3])
        references = int(call[place + 4 + lines])
        place += 5 + lines + references
    return found
