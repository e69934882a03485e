"""When the core books the money of a posting, and when it takes it back: not told by the states alone."""

from shared.domain.flows import Flow, StepOutcome
from shared.domain.posting import Posting
from shared.domain.transitions import PostingState


def is_booked_now(before: Flow, after: Flow) -> bool:
    """Whether the core has it since this move. Money that went back meanwhile may be booked first, to be taken back."""
    return _is_booked(after) and not _is_booked(before)


def is_undone_now(before: Flow, after: Flow) -> bool:
    """Whether the core took it back with this move."""
    return _is_undone(after) and not _is_undone(before)


def _is_booked(flow: Flow) -> bool:
    if not isinstance(flow, Posting):
        return False
    if flow.state is PostingState.TAKING_BACK:
        return bool(flow.core_transaction_id) or flow.step(flow.POST).outcome is StepOutcome.DONE
    return flow.state is PostingState.POSTED


def _is_undone(flow: Flow) -> bool:
    return isinstance(flow, Posting) and flow.step(flow.UNDO).outcome is StepOutcome.DONE
