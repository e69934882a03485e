"""The one table of edges: (state, event) -> state. Order, validity, what is final and the drawing come from it.

Webhooks come in any order and any number: an event without an edge from the present state is late or repeated and
changes nothing. Every set of events must lead to the same end state whatever its order, so an edge exists from each
state in which the event can first be heard.
"""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain import events as e


class DisbursementState(StrEnum):
    RECEIVED = "received"
    ROUTED = "routed"
    CONFIRMED = "confirmed"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    HELD = "held"
    SETTLED = "settled"
    REVERSING = "reversing"
    REVERSED = "reversed"
    TAKING_BACK = "taking back"
    RETURNED = "returned"


class RepaymentState(StrEnum):
    RECEIVED = "received"
    LOCATED = "located"
    POSTED = "posted"
    UNMATCHED = "unmatched"


State = DisbursementState | RepaymentState


@dataclass(frozen=True, slots=True)
class Edge:
    """One allowed move."""

    state: State
    event: type[e.Event]
    to: State


_D, _R = DisbursementState, RepaymentState

# The bank's word counts from the moment it may have the payment: the answer to our own call may come last.
_AT_THE_BANK = (_D.SUBMITTING, _D.SUBMITTED, _D.HELD)

DISBURSEMENT: tuple[Edge, ...] = (
    Edge(_D.RECEIVED, e.Routed, _D.ROUTED),
    Edge(_D.RECEIVED, e.RouteRefused, _D.REVERSING),
    Edge(_D.ROUTED, e.Confirmed, _D.CONFIRMED),
    Edge(_D.CONFIRMED, e.PaymentPrepared, _D.SUBMITTING),
    Edge(_D.SUBMITTING, e.PaymentSubmitted, _D.SUBMITTED),
    Edge(_D.SUBMITTING, e.PaymentRefused, _D.REVERSING),
    Edge(_D.SUBMITTING, e.PaymentHeld, _D.HELD),
    Edge(_D.SUBMITTED, e.PaymentHeld, _D.HELD),
    *(Edge(state, e.PaymentSettled, _D.SETTLED) for state in _AT_THE_BANK),
    *(Edge(state, e.PaymentRejected, _D.REVERSING) for state in _AT_THE_BANK),
    *(Edge(state, e.PaymentReturned, _D.TAKING_BACK) for state in (*_AT_THE_BANK, _D.SETTLED)),
    Edge(_D.REVERSING, e.DisbursementReversed, _D.REVERSED),
    Edge(_D.TAKING_BACK, e.DisbursementReversed, _D.RETURNED),
)

REPAYMENT: tuple[Edge, ...] = (
    Edge(_R.RECEIVED, e.LoanLocated, _R.LOCATED),
    Edge(_R.RECEIVED, e.LoanNotLocated, _R.UNMATCHED),
    Edge(_R.LOCATED, e.RepaymentPosted, _R.POSTED),
    Edge(_R.LOCATED, e.RepaymentRefused, _R.UNMATCHED),
)

_TO = {(edge.state, edge.event): edge.to for edge in (*DISBURSEMENT, *REPAYMENT)}


def successor(state: State, event: e.Event) -> State | None:
    """The state the event leads to, None when it is late or repeated and changes nothing."""
    return _TO.get((state, type(event)))


# The bank says the opposite of what we know: neither late nor repeated, and never to be passed over.
_CONTRADICTIONS = frozenset(
    {(state, e.PaymentSettled) for state in (_D.RECEIVED, _D.ROUTED, _D.CONFIRMED, _D.REVERSING, _D.REVERSED)}
    | {(state, e.PaymentRejected) for state in (_D.SETTLED, _D.TAKING_BACK, _D.RETURNED)}
)


def contradicts(state: State, event: e.Event) -> bool:
    """Whether a person must look, because money left (or stayed) against what the payment's state says."""
    return (state, type(event)) in _CONTRADICTIONS
