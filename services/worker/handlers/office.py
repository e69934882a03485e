"""What every use case is given: the ports, the set-up's rules, and the two ways to change a payment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from services.worker.ports import Bank, Clock, Core, Inbox, Interpreter, Journal
from shared.domain.events import Address, Event
from shared.domain.history import HistoryEntry
from shared.domain.payments import Payment, Step
from shared.domain.retries import EFFECTS, RetrySchedule
from shared.domain.schemes import Scheme

_log = structlog.get_logger()

P = TypeVar("P", bound=Payment)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the set-up decides. `lease_seconds` must outlast every timeout of a call; after `idle_seconds` without a
    move the sweeper takes a payment or receipt for abandoned."""

    scheme_of_channel: Mapping[str, Scheme]
    find_loans_by_iban: bool
    takes_bacs: bool
    operating_iban: str
    debtor_address: Address | None = None
    lease_seconds: float = 60.0
    idle_seconds: float = 30.0
    schedule: RetrySchedule = EFFECTS
    receipt_attempts: int = 20


@dataclass(frozen=True, slots=True)
class Office:
    """`jitter` gives chance in [0, 1)."""

    bank: Bank
    core: Core
    journal: Journal
    inbox: Inbox
    interpreter: Interpreter
    clock: Clock
    jitter: Callable[[], float]
    rules: Rules

    def move(self, payment: P, what: str, cause: str, now: datetime, **told: str) -> P | None:
        """Store the changed payment with one line of history; None when another worker moved it first."""
        entries: Sequence[HistoryEntry] = (HistoryEntry(now, what, cause, payment.state.value, **told),)
        return self.journal.move(payment, entries, payment.due_at(now, timedelta(seconds=self.rules.idle_seconds)))

    def apply(self, payment_id: str, event: Event, cause: str) -> Payment | None:
        """Tell a payment what happened, however often others move it meanwhile; None when there is no such payment."""
        while (payment := self.journal.load(payment_id)) is not None:
            changed = payment.apply(event)
            if changed is payment:
                return payment
            if moved := self.move(changed, type(event).__name__, cause, self.clock.now()):
                return moved
        return None


def tell_if_parked(before: Payment, after: Payment, step: Step) -> None:
    """Say, once, that a payment waits for a person from now on."""
    if after.parked and not before.parked:
        why = after.parked
        _log.error("payment parked", payment=after.id, step=step, reason=why.code, why=why.reason)
