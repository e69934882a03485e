"""Everything we change outside: how each step is prepared, sent and asked after, and what its answers lead to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.worker.handlers.office import Office
from shared.domain.core_records import TransactionStatus
from shared.domain.events import (
    DisbursementReversed,
    Event,
    PaymentPrepared,
    PaymentRefused,
    PaymentSubmitted,
    RepaymentPosted,
    RepaymentRefused,
)
from shared.domain.outcomes import Accepted, LookUp, NotDone, Outcome, Refused
from shared.domain.payments import Request, Step

# ClearBank's X-Request-Id protects 24 h, Mambu's Idempotency-Key 6 h; a margin covers the time a call takes.
BANK_KEY_LIVES = timedelta(hours=23, minutes=45)
CORE_KEY_LIVES = timedelta(hours=5, minutes=45)


@dataclass(frozen=True, slots=True)
class Effect:
    """`prepared`, `accepted` and `refused` are the events that follow; None where none does."""

    prepare: Callable[[Any, Office], Request]
    send: Callable[[Request, Office], Outcome]
    look_up: Callable[[Any, Office], LookUp]
    key_lives: timedelta
    prepared: Event | None = None
    accepted: Callable[[Accepted], Event] | None = None
    refused: Callable[[Refused], Event] | None = None


def _report(status: TransactionStatus) -> Effect:
    """A status field may be written any number of times: to ask first is to write again."""
    return Effect(
        prepare=lambda payment, office: office.core.prepare_status(payment, status),
        send=lambda request, office: office.core.send(request),
        look_up=lambda _payment, _office: NotDone("a status may be written again"),
        key_lives=CORE_KEY_LIVES,
    )


EFFECTS: Mapping[Step, Effect] = {
    Step.PAY: Effect(
        prepare=lambda payment, office: office.bank.prepare_payment(payment),
        send=lambda request, office: office.bank.send(request),
        look_up=lambda payment, office: office.bank.look_up_payment(payment.end_to_end_id),
        key_lives=BANK_KEY_LIVES,
        prepared=PaymentPrepared(),
        accepted=lambda _: PaymentSubmitted(),
        refused=lambda refused: PaymentRefused(refused.code, refused.reason),
    ),
    Step.REPORT_SETTLED: _report(TransactionStatus.SETTLED),
    Step.REPORT_HELD: _report(TransactionStatus.HELD),
    Step.REPORT_REJECTED: _report(TransactionStatus.REJECTED),
    Step.REVERSE: Effect(
        prepare=lambda payment, office: office.core.prepare_reversal(payment),
        send=lambda request, office: office.core.send(request),
        look_up=lambda payment, office: office.core.look_up_reversal(payment),
        key_lives=CORE_KEY_LIVES,
        accepted=lambda _: DisbursementReversed(),
    ),
    Step.POST_REPAYMENT: Effect(
        prepare=lambda payment, office: office.core.prepare_repayment(payment),
        send=lambda request, office: office.core.send(request),
        look_up=lambda payment, office: office.core.look_up_repayment(payment),
        key_lives=CORE_KEY_LIVES,
        accepted=lambda accepted: RepaymentPosted(accepted.reference),
        refused=lambda refused: RepaymentRefused(refused.code, refused.reason),
    ),
}
