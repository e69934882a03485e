"""What a decision may answer, and what becomes of a question that the other side refused."""

from shared.domain.events import Event
from shared.domain.flows import Parked
from shared.domain.outcomes import Refused, TryLater

Decision = Event | TryLater | Parked


def or_parked(answer: Refused | TryLater) -> TryLater | Parked:
    """Wait when time cures it, else a person must look."""
    return Parked(answer.code, answer.reason) if isinstance(answer, Refused) else answer
