"""Counts what the effects came to, and shows it in the trace, as the journal is told of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar, get_args

from services.worker.ports import Journal
from services.worker.tasks.boundary import Count
from shared.domain.flows import Flow
from shared.domain.history import HistoryEntry
from shared.domain.outcomes import Outcome
from shared.runtime.tracing import span

EFFECTS = "effects"
_OUTCOMES = frozenset(outcome.__name__.lower() for outcome in get_args(Outcome))

F = TypeVar("F", bound=Flow)


class WatchedJournal:
    """A journal whose moves are counted by step and outcome, once each (what was not stored does not count), and are
    spans. The cause of a move is not told to the trace: a webhook's name may be an account number."""

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
        begun: Sequence[Flow] = (),
    ) -> F | None:
        what = "; ".join(entry.what for entry in entries)
        with span("flow step", flow_id=flow.id, state=flow.state.value, what=what):
            moved = self._journal.move(flow, entries, due_at, begun)
        for entry in entries if moved else ():
            step = entry.cause.removeprefix("step ")
            outcome = entry.what.removeprefix(f"{step} ")
            if outcome in _OUTCOMES:
                self._count(EFFECTS, step, outcome)
        return moved
