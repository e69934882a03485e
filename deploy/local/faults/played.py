"""What the harness did in a round: the stories with their promised ends, the faults, and what it saw itself."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from deploy.local.faults.records import Subscriber


@dataclass(frozen=True, slots=True)
class Ending:
    """What must come of a story: the one flow with this id, in this state. Without an id no flow may come of it;
    then `money_id` is the bank's id of the money."""

    story: str
    kind: str
    flow_id: str
    state: str
    money_id: str = ""


@dataclass
class Played:
    """Filled by several threads."""

    subscribers: Sequence[Subscriber] = ()
    endings: list[Ending] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, str] = field(default_factory=dict)
    complaints: list[tuple[str, str]] = field(default_factory=list)
    sent_by_hand: int = 0
    sent_again: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def end(self, ending: Ending) -> None:
        self.endings.append(ending)

    def count_fault(self, what: str, times: int = 1) -> None:
        with self._guard:
            self.faults[what] += times

    def skip(self, what: str, reason: str) -> None:
        """A fault that is not possible on this machine."""
        self.skipped[what] = reason

    def complain(self, who: str, what: str) -> None:
        """Something was wrong in itself, whatever the records say afterwards."""
        self.complaints.append((who, what))
