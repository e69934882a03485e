"""The one way to change something outside: prepare, store, then send; and what each answer leads to.

An effect may be cut off anywhere. Before the send the bytes, their key and a lease are stored; a repeat sends the same
bytes under the same key. Once the key no longer protects, or the other side has said that it knows it, we ask first.
`Unknown` never becomes a new payment: it repeats, asks, and in the end waits for a person.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from services.worker.handlers.effects import EFFECTS, Effect
from services.worker.handlers.office import Office
from shared.domain.disbursement import MAY_FAIL
from shared.domain.flows import Flow, Parked, Request, Step, StepOutcome, StepRecord
from shared.domain.outcomes import Accepted, NotDone, Outcome, Refused, TryLater, Unknown

_log = structlog.get_logger()

MOST_ATTEMPTS = 1_000  # far more than a schedule of a day makes


def perform_effect(flow: Flow, step: Step, now: datetime, office: Office) -> None:
    """One attempt: claim it in the journal, call, and tell the flow what came of it."""
    effect = EFFECTS[step]
    record = flow.step(step)
    died = record.leased_until is not None  # a lease that ran out: the worker before us never came back
    if died and record.attempts >= MOST_ATTEMPTS:
        _leave_to_a_person(flow, step, "gave_up", f"{step}: its worker died again and again", now, office)
        return
    try:
        request = record.request or effect.prepare(flow, office)
    except Exception as error:  # preparing is pure: what it cannot do now it can never do
        reason = f"{step} cannot be prepared: {type(error).__name__}: {error}"
        _leave_to_a_person(flow, step, "cannot_prepare", reason, now, office)
        return
    claimed = replace(
        record,
        request=request,
        attempts=record.attempts + 1,
        first_at=record.first_at or now,
        leased_until=now + timedelta(seconds=office.rules.lease_seconds),
        next_at=None,
        in_doubt=record.in_doubt or died,
    )
    changed = flow.with_step(step, claimed)
    if effect.prepared:
        changed = changed.apply(effect.prepared)
    what = f"{step} attempt {claimed.attempts}"
    if office.move(flow, changed, what, f"step {step}", now, request_id=request.key) is None:
        return  # another worker was faster, or a webhook moved the flow: decide again
    outcome = _call(effect, changed, claimed, request, now, office)
    _settle(flow.id, step, claimed, outcome, office)


def _call(effect: Effect, flow: Flow, record: StepRecord, request: Request, now: datetime, office: Office) -> Outcome:
    try:
        return _asked_or_sent(effect, flow, record, request, now, office)
    except Exception as error:  # a defect of ours, with the call perhaps made: the same bytes go again, and in the end
        _log.exception("effect failed", flow=flow.id, path=request.path)  # a person looks
        return Unknown(f"unexpected {type(error).__name__}: {error}")


def _asked_or_sent(
    effect: Effect, flow: Flow, record: StepRecord, request: Request, now: datetime, office: Office
) -> Outcome:
    key_is_over = record.first_at is not None and now - record.first_at > effect.key_lives
    if record.ask_first or key_is_over:
        answer = effect.look_up(flow, office)
        if not isinstance(answer, NotDone):
            return answer
    outcome = effect.send(request, office)
    if isinstance(outcome, Refused) and record.in_doubt and not outcome.always:
        # Refused for lack of funds, say, because the attempt before it took them. Where asking cannot show absence, the
        # refusal counts when nothing is shown; should money have left all the same, the settlement contradicts it.
        answer = effect.look_up(flow, office)
        if isinstance(answer, Accepted) or (isinstance(answer, Unknown) and effect.shows_absence):
            return answer
    return outcome


def _leave_to_a_person(flow: Flow, step: Step, code: str, reason: str, now: datetime, office: Office) -> None:
    left = _for_a_person(flow.with_step(step, _given_up(flow.step(step))), step, code, reason)
    what = "parked" if left.parked else f"{step} given up"
    office.move(flow, left, what, f"step {step}", now, outcome=reason)


def _given_up(record: StepRecord) -> StepRecord:
    return replace(record, leased_until=None, next_at=None, outcome=StepOutcome.GAVE_UP)


def _settle(flow_id: str, step: Step, claimed: StepRecord, outcome: Outcome, office: Office) -> None:
    """Write the outcome down, however often webhooks move the flow meanwhile."""
    while (flow := office.journal.load(flow_id)) is not None:
        present = flow.step(step)
        overtaken = present.attempts != claimed.attempts and not isinstance(outcome, Accepted)
        if overtaken or present.outcome is not StepOutcome.OPEN:
            return  # the lease ran out and another worker took the step over: its answer counts
        now = office.clock.now()
        changed = after_outcome(flow, step, replace(claimed, leased_until=None), outcome, now, office)
        told = {
            "outcome": _words(outcome),
            "request_id": claimed.request.key if claimed.request else "",
            "correlation_id": outcome.correlation_id,
        }
        if office.move(flow, changed, f"{step} {type(outcome).__name__.lower()}", f"step {step}", now, **told):
            return


def after_outcome(flow: Flow, step: Step, record: StepRecord, outcome: Outcome, now: datetime, office: Office) -> Flow:
    """The flow once the step has come to this outcome."""
    effect = EFFECTS[step]
    match outcome:
        case Accepted():
            done = flow.with_step(step, replace(record, outcome=StepOutcome.DONE, reference=outcome.reference))
            return done.apply(effect.accepted(outcome)) if effect.accepted else done
        case Refused():
            refused = flow.with_step(step, replace(record, outcome=StepOutcome.REFUSED, reason=outcome.reason))
            if effect.refused and outcome.verdict:
                return refused.apply(effect.refused(outcome))
            return _for_a_person(refused, step, outcome.code, outcome.reason)
        case Unknown():
            record = replace(record, reason=outcome.reason, ask_first=record.ask_first or outcome.seen, in_doubt=True)
            return scheduled(flow, step, record, now, None, office)
        case TryLater():
            return put_off(flow, step, record, outcome, now, office)


def put_off(flow: Flow, step: Step, record: StepRecord, why: TryLater, now: datetime, office: Office) -> Flow:
    """The flow with its next attempt set: an attempt that was not begun counts for nothing."""
    record = replace(record, reason=why.reason)
    if why.tried or why.after_seconds is None:
        return scheduled(flow, step, record, now, why.after_seconds, office)
    record = replace(record, attempts=record.attempts - 1)
    since = record.retried_at or record.first_at or now
    next_at = office.rules.schedule.next_look_at(since, now, office.jitter(), why.after_seconds)
    return _due_or_given_up(flow, step, record, next_at)


def scheduled(
    flow: Flow, step: Step, record: StepRecord, now: datetime, after_seconds: float | None, office: Office
) -> Flow:
    """The flow with its next attempt set, or given up and waiting for a person."""
    next_at = office.rules.schedule.next_attempt_at(
        record.attempts, record.retried_at or record.first_at or now, now, office.jitter(), after_seconds
    )
    return _due_or_given_up(flow, step, record, next_at)


def _due_or_given_up(flow: Flow, step: Step, record: StepRecord, next_at: datetime | None) -> Flow:
    if next_at:
        return flow.with_step(step, replace(record, next_at=next_at))
    return _for_a_person(flow.with_step(step, _given_up(record)), step, "gave_up", f"{step}: {record.reason}")


def _for_a_person(flow: Flow, step: Step, code: str, reason: str) -> Flow:
    """Parked, unless the flow goes on without this step: the bank's word may have moved it past meanwhile."""
    is_needed = step in flow.STEPS[flow.state] and step not in MAY_FAIL
    return flow.park(Parked(code, reason, step)) if is_needed else flow


def _words(outcome: Outcome) -> str:
    return outcome.reference if isinstance(outcome, Accepted) else outcome.reason
