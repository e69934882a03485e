"""A disbursement that began in the core: the lender's order, and how far its payment has come."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from shared.domain import events as e
from shared.domain.payments import Payment, Step
from shared.domain.transitions import DisbursementState as State


@dataclass(frozen=True, slots=True)
class DisbursementOrder:
    """What the core's webhook asked for, untouched. `transaction_key` is Mambu's encoded key of the disbursement."""

    transaction_key: str
    loan_id: str
    channel: str
    amount_pence: int
    currency: str
    creditor_iban: str
    creditor_name: str
    debtor_iban: str = ""
    debtor_name: str = ""
    payment_reference: str = ""
    assigned_user_key: str = ""


# Steps that may fail for good without stopping the flow: what they tell is told better by what comes after.
MAY_FAIL = frozenset({Step.REPORT_HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Disbursement(Payment):
    """Its end-to-end id is the Mambu transaction's encoded key: 32 characters, so it fits the bank's 35."""

    # What each state needs done, in order. A state without steps waits for the bank's word, or is the end.
    STEPS: ClassVar[dict[State, tuple[Step, ...]]] = {
        State.RECEIVED: (Step.ROUTE,),
        State.ROUTED: (Step.CONFIRM,),
        State.CONFIRMED: (Step.PAY,),
        State.SUBMITTING: (Step.PAY,),
        State.SUBMITTED: (),
        State.HELD: (Step.REPORT_HELD,),
        State.SETTLED: (Step.REPORT_SETTLED,),
        State.REVERSING: (Step.REVERSE,),
        State.REVERSED: (Step.REPORT_REJECTED,),
        State.TAKING_BACK: (Step.REVERSE,),
        State.RETURNED: (),
    }

    order: DisbursementOrder
    state: State = State.RECEIVED
    route: e.Routed | None = None
    confirmation: e.Confirmed | None = None
    bank_transaction_id: str = ""

    @classmethod
    def ordered(cls, order: DisbursementOrder) -> Self:
        """A new disbursement for an order of the core."""
        return cls(id=disbursement_id(order.transaction_key), order=order)

    @property
    def end_to_end_id(self) -> str:
        return self.order.transaction_key

    def learned(self, event: e.Event) -> dict[str, Any]:
        match event:
            case e.Routed():
                return {"route": event}
            case e.Confirmed():
                return {"confirmation": event}
            case e.PaymentSettled():  # the bank's word answers what a person was asked about
                return {"bank_transaction_id": event.bank_transaction_id, "parked": None}
            case e.RouteRefused() | e.PaymentRefused() | e.PaymentRejected():
                return {"failure": f"{event.code}: {event.reason}", "parked": None}
            case e.PaymentHeld():
                return {"parked": None}
            case e.PaymentReturned():
                return {"failure": f"returned: {event.code}", "parked": None}
        return {}


def disbursement_id(end_to_end_id: str) -> str:
    """The journal's id of the disbursement that carries this end-to-end id."""
    return f"disbursement:{end_to_end_id}"
