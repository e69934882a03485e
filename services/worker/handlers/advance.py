"""Do a flow's next steps, one after the other, until it must wait, is another worker's, or is over."""

from dataclasses import replace
from datetime import datetime

import structlog

from services.worker.handlers.decisions import DECISIONS
from services.worker.handlers.office import Office
from services.worker.handlers.perform_effect import perform_effect, put_off
from shared.domain.corruption import CorruptRecordError
from shared.domain.events import Event, Routed
from shared.domain.flows import Flow, Parked, Step
from shared.domain.outcomes import TryLater

_log = structlog.get_logger()


def advance(flow_id: str, office: Office, *, worker_died: bool = False) -> None:
    """Safe to call at any time, by any number of workers: the journal's move lets one of them through.

    `worker_died`: the one before may have died of the very step that comes next. Effects know by their lease; a step
    that only reads leaves no trace, so it is put off and counted before it may take another worker with it.
    """
    try:
        if worker_died:
            _put_off_after_a_death(flow_id, office)
        _advance(flow_id, office)
    except CorruptRecordError as error:
        office.journal.quarantine(flow_id, str(error))


def _advance(flow_id: str, office: Office) -> None:
    while True:
        flow = office.journal.load(flow_id)
        step = flow.next_step if flow else None
        if flow is None or step is None:
            return
        now = office.clock.now()
        next_at = flow.step(step).next_at
        if flow.leased_until(now) or (next_at and next_at > now):
            return
        if step in DECISIONS:
            _decide(flow, step, now, office)
        else:
            perform_effect(flow, step, now, office)


def _put_off_after_a_death(flow_id: str, office: Office) -> None:
    flow, now = office.journal.load(flow_id), office.clock.now()
    step = flow.next_step if flow else None
    if flow is None or step is None or step not in DECISIONS:
        return
    next_at = flow.step(step).next_at
    if next_at is None or next_at <= now:
        died = TryLater("its worker died")
        office.move(
            flow, _wait(flow, step, died, now, office), f"{step} waits", f"step {step}", now, outcome=died.reason
        )


def _decide(flow: Flow, step: Step, now: datetime, office: Office) -> None:
    """A step that only reads: two workers may both read, and one of them moves."""
    cause = f"step {step}"
    try:
        result = DECISIONS[step](flow, office)
    except CorruptRecordError:
        raise
    except Exception as error:  # a defect of ours, or the store is away: it waits like anything else that time may cure
        _log.exception("step failed", flow=flow.id, step=step)
        result = TryLater(f"unexpected {type(error).__name__}: {error}")
    match result:
        case TryLater():
            waiting = _wait(flow, step, result, now, office)
            office.move(flow, waiting, f"{step} waits", cause, now, outcome=result.reason)
        case Parked():
            parked = flow.park(replace(result, step=step))
            office.move(flow, parked, "parked", cause, now, outcome=f"{result.code}: {result.reason}")
        case _:
            office.move(flow, flow.apply(result), type(result).__name__, cause, now, outcome=_words(result))


def _wait(flow: Flow, step: Step, why: TryLater, now: datetime, office: Office) -> Flow:
    record = flow.step(step)
    record = replace(record, attempts=record.attempts + 1, first_at=record.first_at or now)
    return put_off(flow, step, record, why, now, office)


def _words(event: Event) -> str:
    """What an event has to say to the history beside its name."""
    if isinstance(event, Routed):
        return event.changed
    return next((text for name in ("reason", "loan_id", "iban") if (text := str(getattr(event, name, "")))), "")
