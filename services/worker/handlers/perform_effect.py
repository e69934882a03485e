"""The one way to change something outside: prepare, store, then send; and what each answer leads to.

An effect may be cut off anywhere. Before the send the bytes, their key and a lease are stored; a repeat sends the same
bytes under the same key. Once the key no longer protects, or the other side has said that it knows it, we ask first.
`Unknown` never becomes a new payment: it repeats, asks, and in the end waits for a person.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from services.worker.handlers.effects import EFFECTS, Effect
from services.worker.handlers.office import Office, tell_if_parked
from shared.domain.disbursement import MAY_FAIL
from shared.domain.outcomes import Accepted, NotDone, Outcome, Refused, TryLater, Unknown
from shared.domain.payments import Payment, Request, Step, StepOutcome, StepRecord

MOST_ATTEMPTS = 1_000  # far more than a schedule of a day makes


def perform_effect(payment: Payment, step: Step, now: datetime, office: Office) -> None:
    """One attempt: claim it in the journal, call, and tell the payment what came of it."""
    effect = EFFECTS[step]
    record = payment.step(step)
    died = record.leased_until is not None  # a lease that ran out: the worker before us never came back
    if died and record.attempts >= MOST_ATTEMPTS:
        _leave_to_a_person(payment, step, "gave_up", f"{step}: its worker died again and again", now, office)
        return
    try:
        request = record.request or effect.prepare(payment, office)
    except Exception as error:  # preparing is pure: what it cannot do now it can never do
        reason = f"{step} cannot be prepared: {type(error).__name__}: {error}"
        _leave_to_a_person(payment, step, "cannot_prepare", reason, now, office)
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
    changed = payment.with_step(step, claimed)
    if effect.prepared:
        changed = changed.apply(effect.prepared)
    what = f"{step} attempt {claimed.attempts}"
    if office.move(changed, what, f"step {step}", now, request_id=request.key) is None:
        return  # another worker was faster, or a webhook moved the payment: decide again
    outcome = _call(effect, changed, claimed, request, now, office)
    _settle(payment.id, step, claimed, outcome, office)


def _call(
    effect: Effect, payment: Payment, record: StepRecord, request: Request, now: datetime, office: Office
) -> Outcome:
    key_is_over = record.first_at is not None and now - record.first_at > effect.key_lives
    if record.ask_first or key_is_over:
        answer = effect.look_up(payment, office)
        if not isinstance(answer, NotDone):
            return answer
    outcome = effect.send(request, office)
    if isinstance(outcome, Refused) and record.in_doubt and not outcome.always:
        # Refused for lack of funds, say, because the attempt before it took them. If the other side shows nothing,
        # its refusal counts; should money have left all the same, the settlement contradicts and a person is told.
        answer = effect.look_up(payment, office)
        return answer if isinstance(answer, Accepted) else outcome
    return outcome


def _leave_to_a_person(payment: Payment, step: Step, code: str, reason: str, now: datetime, office: Office) -> None:
    left = _for_a_person(payment.with_step(step, _given_up(payment.step(step))), step, code, reason)
    what = "parked" if left.parked else f"{step} given up"
    if office.move(left, what, f"step {step}", now, outcome=reason):
        tell_if_parked(payment, left, step)


def _given_up(record: StepRecord) -> StepRecord:
    return replace(record, leased_until=None, next_at=None, outcome=StepOutcome.GAVE_UP)


def _settle(payment_id: str, step: Step, claimed: StepRecord, outcome: Outcome, office: Office) -> None:
    """Write the outcome down, however often webhooks move the payment meanwhile."""
    while (payment := office.journal.load(payment_id)) is not None:
        present = payment.step(step)
        overtaken = present.attempts != claimed.attempts and not isinstance(outcome, Accepted)
        if overtaken or present.outcome is not StepOutcome.OPEN:
            return  # the lease ran out and another worker took the step over: its answer counts
        now = office.clock.now()
        changed = _after(payment, step, replace(claimed, leased_until=None), outcome, now, office)
        told = {
            "outcome": _words(outcome),
            "request_id": claimed.request.key if claimed.request else "",
            "correlation_id": outcome.correlation_id,
        }
        if office.move(changed, f"{step} {type(outcome).__name__.lower()}", f"step {step}", now, **told):
            tell_if_parked(payment, changed, step)
            return


def _after(
    payment: Payment, step: Step, record: StepRecord, outcome: Outcome, now: datetime, office: Office
) -> Payment:
    effect = EFFECTS[step]
    match outcome:
        case Accepted():
            done = payment.with_step(step, replace(record, outcome=StepOutcome.DONE, reference=outcome.reference))
            return done.apply(effect.accepted(outcome)) if effect.accepted else done
        case Refused():
            refused = payment.with_step(step, replace(record, outcome=StepOutcome.REFUSED, reason=outcome.reason))
            if effect.refused and outcome.verdict:
                return refused.apply(effect.refused(outcome))
            return _for_a_person(refused, step, outcome.code, outcome.reason)
        case Unknown():
            record = replace(record, reason=outcome.reason, ask_first=record.ask_first or outcome.seen, in_doubt=True)
            return scheduled(payment, step, record, now, None, office)
        case TryLater():
            record = replace(record, reason=outcome.reason)
            return scheduled(payment, step, record, now, outcome.after_seconds, office)


def scheduled(
    payment: Payment, step: Step, record: StepRecord, now: datetime, after_seconds: float | None, office: Office
) -> Payment:
    """The payment with its next attempt set, or given up and waiting for a person."""
    next_at = office.rules.schedule.next_attempt_at(
        record.attempts, record.first_at or now, now, office.jitter(), after_seconds
    )
    if next_at:
        return payment.with_step(step, replace(record, next_at=next_at))
    return _for_a_person(payment.with_step(step, _given_up(record)), step, "gave_up", f"{step}: {record.reason}")


def _for_a_person(payment: Payment, step: Step, code: str, reason: str) -> Payment:
    """Parked, unless the payment goes on without this step: the bank's word may have moved it past meanwhile."""
    is_needed = step in payment.STEPS[payment.state] and step not in MAY_FAIL
    return payment.park(code, reason) if is_needed else payment


def _words(outcome: Outcome) -> str:
    return outcome.reference if isinstance(outcome, Accepted) else outcome.reason
