"""The story of a payment, line by line. Lines are only ever added, in the same step as the change they tell of."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """`what` happened, who or what was its `cause`, the `state` it led to, and what came of it."""

    at: datetime
    what: str
    cause: str
    state: str
    outcome: str = ""
    request_id: str = ""
    correlation_id: str = ""
