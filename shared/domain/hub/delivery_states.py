"""The states of a delivery and the edges between them; docs/states.md draws them."""

from dataclasses import dataclass
from enum import StrEnum


class DeliveryState(StrEnum):
    """Mambu's words for its own (Mambu docs: managing notifications)."""

    QUEUED = "QUEUED"
    WAITING = "WAITING"  # its destination is left alone for now, or is busy enough
    SENDING = "SENDING"
    SENT = "SENT"
    FAILED = "FAILED"


FINAL = frozenset({DeliveryState.SENT, DeliveryState.FAILED})


@dataclass(frozen=True, slots=True)
class DeliveryEdge:
    """One allowed move and what brings it about."""

    state: DeliveryState
    what: str
    to: DeliveryState


_S = DeliveryState

DELIVERY: tuple[DeliveryEdge, ...] = (
    *(DeliveryEdge(state, "attempt begins", _S.SENDING) for state in (_S.QUEUED, _S.WAITING, _S.SENDING)),
    *(DeliveryEdge(state, "destination closed or busy", _S.WAITING) for state in (_S.QUEUED, _S.WAITING, _S.SENDING)),
    *(DeliveryEdge(state, "cannot be sent", _S.FAILED) for state in (_S.QUEUED, _S.WAITING, _S.SENDING)),
    DeliveryEdge(_S.SENDING, "taken", _S.SENT),
    DeliveryEdge(_S.SENDING, "missed, attempts left", _S.QUEUED),
    DeliveryEdge(_S.SENDING, "missed, none left", _S.FAILED),
    DeliveryEdge(_S.FAILED, "resent by hand", _S.QUEUED),
)

_ALLOWED = frozenset((edge.state, edge.to) for edge in DELIVERY)


def check_edge(state: DeliveryState, to: DeliveryState) -> None:
    """Raises ValueError when no edge leads there."""
    if (state, to) not in _ALLOWED:
        raise ValueError(f"a delivery that is {state} cannot become {to}")
