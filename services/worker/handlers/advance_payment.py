"""Do a payment's next steps, one after the other, until it must wait, is another worker's, or is over."""

from dataclasses import replace
from datetime import datetime

from services.worker.handlers import decide
from services.worker.handlers.office import Office, tell_if_parked
from services.worker.handlers.perform_effect import perform_effect, scheduled
from shared.domain.events import Event
from shared.domain.outcomes import TryLater
from shared.domain.payments import Parked, Payment, Step


def advance_payment(payment_id: str, office: Office) -> None:
    """Safe to call at any time, by any number of workers: the journal's move lets one of them through."""
    while True:
        payment = office.journal.load(payment_id)
        step = payment.next_step if payment else None
        if payment is None or step is None:
            return
        now = office.clock.now()
        next_at = payment.step(step).next_at
        if payment.leased_until(now) or (next_at and next_at > now):
            return
        if step in decide.DECISIONS:
            _decide(payment, step, now, office)
        else:
            perform_effect(payment, step, now, office)


def _decide(payment: Payment, step: Step, now: datetime, office: Office) -> None:
    """A step that only reads: two workers may both read, and one of them moves."""
    result = decide.DECISIONS[step](payment, office)
    cause = f"step {step}"
    match result:
        case TryLater():
            waiting = _wait(payment, step, result, now, office)
            office.move(waiting, f"{step} waits", cause, now, outcome=result.reason)
        case Parked():
            parked = payment.park(result.code, result.reason)
            if office.move(parked, "parked", cause, now, outcome=result.reason):
                tell_if_parked(payment, parked, step)
        case _:
            event: Event = result
            office.move(payment.apply(event), type(event).__name__, cause, now, outcome=decide.told(event))


def _wait(payment: Payment, step: Step, why: TryLater, now: datetime, office: Office) -> Payment:
    record = payment.step(step)
    record = replace(record, attempts=record.attempts + 1, first_at=record.first_at or now, reason=why.reason)
    return scheduled(payment, step, record, now, why.after_seconds, office)
