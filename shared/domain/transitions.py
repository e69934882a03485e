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
    LINKING = "linking"
    LINKED = "linked"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    HELD = "held"
    SETTLED = "settled"
    REVERSING = "reversing"
    REVERSED = "reversed"
    TAKING_BACK = "taking back"
    RETURNED = "returned"


class PostingState(StrEnum):
    RECEIVED = "received"
    LOCATED = "located"
    POSTING = "posting"
    POSTED = "posted"
    UNMATCHED = "unmatched"
    RETURNING = "returning"
    TAKING_BACK = "taking back"
    RETURNED = "returned"


class ClosureState(StrEnum):
    RECEIVED = "received"
    DISABLING = "disabling"
    DISABLED = "disabled"
    KEPT = "kept"


class NotificationState(StrEnum):
    RECEIVED = "received"
    ADDRESSED = "addressed"
    SENT = "sent"


class AnnouncementState(StrEnum):
    RECEIVED = "received"
    PUBLISHED = "published"


State = DisbursementState | PostingState | ClosureState | NotificationState | AnnouncementState


@dataclass(frozen=True, slots=True)
class Edge:
    """One allowed move."""

    state: State
    event: type[e.Event]
    to: State


_D, _P, _C, _N, _A = DisbursementState, PostingState, ClosureState, NotificationState, AnnouncementState

# The bank's word counts from the moment it may have the payment: the answer to our own call may come last.
_AT_THE_BANK = (_D.SUBMITTING, _D.SUBMITTED, _D.HELD)

DISBURSEMENT: tuple[Edge, ...] = (
    Edge(_D.RECEIVED, e.Routed, _D.ROUTED),
    Edge(_D.RECEIVED, e.RouteRefused, _D.REVERSING),
    Edge(_D.ROUTED, e.Confirmed, _D.CONFIRMED),
    Edge(_D.ROUTED, e.RouteRefused, _D.REVERSING),  # a person's word, where the core disagrees with its webhook
    Edge(_D.CONFIRMED, e.AccountChosen, _D.LINKED),
    Edge(_D.CONFIRMED, e.AccountWanted, _D.LINKING),
    Edge(_D.CONFIRMED, e.LinkRefused, _D.REVERSING),
    Edge(_D.LINKING, e.AccountCreated, _D.LINKED),
    Edge(_D.LINKING, e.AccountRefused, _D.REVERSING),
    Edge(_D.LINKED, e.LinkageRefused, _D.REVERSING),
    Edge(_D.LINKED, e.PaymentPrepared, _D.SUBMITTING),
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

POSTING: tuple[Edge, ...] = (
    Edge(_P.RECEIVED, e.LoanLocated, _P.LOCATED),
    Edge(_P.RECEIVED, e.LoanNotLocated, _P.UNMATCHED),
    Edge(_P.LOCATED, e.PostingPrepared, _P.POSTING),
    Edge(_P.POSTING, e.Posted, _P.POSTED),
    Edge(_P.POSTING, e.PostingRefused, _P.UNMATCHED),
    Edge(_P.UNMATCHED, e.LoanAssigned, _P.RECEIVED),
    Edge(_P.UNMATCHED, e.ReturnOrdered, _P.RETURNING),
    Edge(_P.RETURNING, e.ReturnRefused, _P.UNMATCHED),
    # Money that goes back before the core has it is never posted; what the core may have is taken back.
    *(Edge(state, e.MoneyWentBack, _P.RETURNED) for state in (_P.RECEIVED, _P.LOCATED, _P.UNMATCHED, _P.RETURNING)),
    *(Edge(state, e.MoneyWentBack, _P.TAKING_BACK) for state in (_P.POSTING, _P.POSTED)),
    Edge(_P.TAKING_BACK, e.Posted, _P.TAKING_BACK),
    Edge(_P.TAKING_BACK, e.PostingRefused, _P.RETURNED),
    Edge(_P.TAKING_BACK, e.PostingUndone, _P.RETURNED),
)

CLOSURE: tuple[Edge, ...] = (
    Edge(_C.RECEIVED, e.AccountToDisable, _C.DISABLING),
    Edge(_C.RECEIVED, e.AccountKept, _C.KEPT),
    Edge(_C.DISABLING, e.AccountDisabled, _C.DISABLED),
)

NOTIFICATION: tuple[Edge, ...] = (
    Edge(_N.RECEIVED, e.Addressed, _N.ADDRESSED),
    Edge(_N.ADDRESSED, e.NotificationSent, _N.SENT),
)

ANNOUNCEMENT: tuple[Edge, ...] = (Edge(_A.RECEIVED, e.EventPublished, _A.PUBLISHED),)

# By kind too: states of two kinds may have one name, and texts that are equal are equal keys.
_TO = {
    (type(edge.state), edge.state, edge.event): edge.to
    for edge in (*DISBURSEMENT, *POSTING, *CLOSURE, *NOTIFICATION, *ANNOUNCEMENT)
}


def successor(state: State, event: e.Event) -> State | None:
    """The state the event leads to, None when it is late or repeated and changes nothing."""
    return _TO.get((type(state), state, type(event)))


# The bank says the opposite of what we know: neither late nor repeated, and never to be passed over.
_NEVER_SENT = (_D.RECEIVED, _D.ROUTED, _D.CONFIRMED, _D.LINKING, _D.LINKED, _D.REVERSING, _D.REVERSED)
_CONTRADICTIONS = frozenset(
    {(state, event) for state in _NEVER_SENT for event in (e.PaymentSettled, e.PaymentReturned)}
    | {(state, e.PaymentRejected) for state in (_D.SETTLED, _D.TAKING_BACK, _D.RETURNED)}
)


def contradicts(state: State, event: e.Event) -> bool:
    """Whether a person must look, because money left (or stayed) against what the payment's state says."""
    return (state, type(event)) in _CONTRADICTIONS
