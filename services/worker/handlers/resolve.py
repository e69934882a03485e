"""What an operator does with a flow: hold it back, have it tried again, or say what became of it outside."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from services.worker.handlers.effects import EFFECTS
from services.worker.handlers.office import Office
from services.worker.handlers.operate import CannotBeDoneError
from services.worker.handlers.perform_effect import after_outcome
from services.worker.ports import Publisher
from shared.domain import events as e
from shared.domain.flows import Flow, Parked, Step
from shared.domain.outcomes import Accepted, Refused
from shared.messages import tasks

BY_OPERATOR = "operator"

# What follows when a person says that a step which only reads shall not go on.
_NOT_TO_BE: Mapping[Step, Callable[[str, str], e.Event]] = {
    Step.ROUTE: e.RouteRefused,
    Step.CONFIRM: e.RouteRefused,
    Step.LINK: e.LinkRefused,
    Step.AWAIT_ACCOUNT: e.AccountRefused,
    Step.LOCATE_LOAN: e.LoanNotLocated,
    Step.FIND_POSTING: e.PostingRefused,
    Step.CHECK_CLOSURE: e.AccountKept,
}


def hold(flow_id: str, reason: str, operator: str, office: Office) -> Flow:
    """Keep the flow from its next step until a person says `retry`, `done` or `not-done`. Raises CannotBeDoneError.

    After a restore the store may not know what was paid since; what is held back cannot be paid again meanwhile.
    """
    flow = _known(flow_id, office)
    step, now = flow.next_step, office.clock.now()
    if step is None:
        raise CannotBeDoneError(f"{flow_id} is {flow.state}{', and parked' if flow.parked else ''}: it does nothing.")
    if flow.leased_until(now):
        raise CannotBeDoneError(f"A worker is at {step} of {flow_id} just now: look at it again in a minute.")
    held = flow.park(Parked("held_back", reason, step))
    return _stored(flow, held, "held back", reason, operator, office)


def retry(flow_id: str, operator: str, office: Office, publisher: Publisher) -> Flow:
    """Do the step again that the flow was parked at. Raises CannotBeDoneError."""
    flow, _ = _parked(flow_id, office)
    return _moved(flow, flow.retried(office.clock.now()), "retried", "", operator, office, publisher)


def settle_as_done(
    flow_id: str, reference: str, reason: str, operator: str, office: Office, publisher: Publisher
) -> Flow:
    """The step was done outside, by hand: the flow goes on as if the other side had said so.

    `reference` is the other side's id for it, "" where it has none. Raises CannotBeDoneError.
    """
    flow, step = _parked(flow_id, office)
    if step not in EFFECTS:
        raise CannotBeDoneError(f"{flow_id} waits at {step}, which only reads: nobody can have done it by hand.")
    if step in (Step.POST_REPAYMENT, Step.POST_DISBURSEMENT) and not reference:
        raise CannotBeDoneError("Give the id of the transaction that was posted by hand, so that it can be taken back.")
    record = replace(flow.step(step), leased_until=None, next_at=None)
    done = after_outcome(replace(flow, parked=None), step, record, Accepted(reference), office.clock.now(), office)
    return _moved(flow, done, f"{step} done by hand", reason, operator, office, publisher)


def settle_as_not_done(flow_id: str, reason: str, operator: str, office: Office, publisher: Publisher) -> Flow:
    """The step has not been done and shall not be: the flow takes its other way. Raises CannotBeDoneError.

    The person answers for it: money that moved all the same contradicts this and is told.
    """
    flow, step = _parked(flow_id, office)
    unparked = replace(flow, parked=None)
    if step in _NOT_TO_BE:
        given_up: Flow = unparked.apply(_NOT_TO_BE[step](BY_OPERATOR, reason))
    elif step in EFFECTS and EFFECTS[step].refused:
        record = replace(flow.step(step), leased_until=None, next_at=None)
        refused = Refused(BY_OPERATOR, reason)
        given_up = after_outcome(unparked, step, record, refused, office.clock.now(), office)
    else:
        raise CannotBeDoneError(f"{flow_id} waits at {step}, which has no other way: retry it, or do it.")
    return _moved(flow, given_up, f"{step} not done", reason, operator, office, publisher)


def _parked(flow_id: str, office: Office) -> tuple[Flow, Step]:
    """The flow, and the step it waits at."""
    flow = _known(flow_id, office)
    if flow.parked is None or flow.parked.step is None:
        raise CannotBeDoneError(f"{flow_id} is {flow.state} and waits for nobody.")
    return flow, flow.parked.step


def _known(flow_id: str, office: Office) -> Flow:
    flow = office.journal.load(flow_id)
    if flow is None:
        raise CannotBeDoneError(f"There is no flow with the id {flow_id}.")
    return flow


def _moved(
    flow: Flow, changed: Flow, what: str, reason: str, operator: str, office: Office, publisher: Publisher
) -> Flow:
    moved = _stored(flow, changed, what, reason, operator, office)
    publisher.enqueue(tasks.ADVANCE, flow.id)
    return moved


def _stored(flow: Flow, changed: Flow, what: str, reason: str, operator: str, office: Office) -> Flow:
    moved = office.move(flow, changed, what, f"{BY_OPERATOR} {operator}", office.clock.now(), outcome=reason)
    if moved is None:
        raise CannotBeDoneError(f"{flow.id} was moved by somebody else just now: look at it again.")
    return moved
