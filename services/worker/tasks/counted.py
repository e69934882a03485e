"""Counts what the effects came to, as the journal is told of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar, get_args

from services.worker.ports import Journal
from services.worker.tasks.boundary import Count
from shared.domain.flows import Flow
from shared.domain.history import HistoryEntry
from shared.domain.notification import Notification
from shared.domain.outcomes import Outcome

EFFECTS = "effects"
_OUTCOMES = frozenset(outcome.__name__.lower() for outcome in get_args(Outcome))

F = TypeVar("F", bound=Flow)


class CountedJournal:
    """A journal whose moves are counted by step and outcome, once each: what was not stored does not count."""

    def __init__(self, journal: Journal, count: Count) -> None:
        self._journal = journal
        self._count = count

    def load(self, flow_id: str) -> Flow | None:
        return self._journal.load(flow_id)

    def find(self, reference: str) -> list[Flow]:
        return self._journal.find(reference)

    def quarantine(self, flow_id: str, reason: str) -> None:
        self._journal.quarantine(flow_id, reason)

    def move(
        self,
        flow: F,
        entries: Sequence[HistoryEntry],
        due_at: datetime | None,
        notifications: Sequence[Notification] = (),
    ) -> F | None:
        moved = self._journal.move(flow, entries, due_at, notifications)
        for entry in entries if moved else ():
            step = entry.cause.removeprefix("step ")
            outcome = entry.what.removeprefix(f"{step} ")
            if outcome in _OUTCOMES:
                self._count(EFFECTS, step, outcome)
        return moved
