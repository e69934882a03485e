"""A disbursement that began in the core: the lender's order, and how far its payment has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from shared.domain import events as e
from shared.domain.flows import Flow, Step, StepOutcome, StepRecord
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


# Steps that may fail for good without stopping the flow: it goes on, and people are told.
MAY_FAIL = frozenset({Step.REPORT_HELD, Step.AMEND_OWNER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Disbursement(Flow):
    """Its end-to-end id is the Mambu transaction's encoded key: 32 characters, so it fits the bank's 35."""

    STEPS: ClassVar[Mapping[Any, tuple[Step, ...]]] = {
        State.RECEIVED: (Step.ROUTE,),
        State.ROUTED: (Step.CONFIRM,),
        State.CONFIRMED: (Step.LINK,),
        State.LINKING: (Step.CREATE_ACCOUNT, Step.AWAIT_ACCOUNT),
        State.LINKED: (Step.WRITE_LINKAGE, Step.AMEND_OWNER, Step.PAY),
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
    wanted: e.AccountWanted | None = None
    account: e.AccountChosen | None = None
    bank_transaction_id: str = ""
    return_transaction_id: str = ""

    @classmethod
    def ordered(cls, order: DisbursementOrder) -> Self:
        """A new disbursement for an order of the core."""
        return cls(id=disbursement_id(order.transaction_key), order=order)

    @property
    def end_to_end_id(self) -> str:
        return self.order.transaction_key

    @property
    def references(self) -> tuple[str, ...]:
        order, wanted = self.order, self.wanted
        asked_for = (wanted.request_key, wanted.iban, owner_reference(wanted.owner_name)) if wanted else ()
        core_id = (self.confirmation.transaction_id,) if self.confirmation else ()
        at_bank = (self.bank_transaction_id, self.return_transaction_id)
        found = (order.transaction_key, order.loan_id, *core_id, *asked_for, *at_bank)
        return tuple(dict.fromkeys(reference for reference in found if reference))

    def learned(self, event: e.Event) -> dict[str, Any]:
        match event:
            case e.Routed():
                return {"route": event}
            case e.Confirmed():
                return {"confirmation": event}
            case e.AccountWanted():
                return {"wanted": event}
            case e.AccountChosen():
                return {"account": event, "steps": {**self.steps, **_not_needed(event)}}
            case e.AccountCreated():
                account = e.AccountChosen(event.iban, event.virtual_account_id, write_linkage=True)
                return {"account": account, "parked": None, "steps": {**self.steps, **_not_needed(account)}}
            case e.PaymentSettled():  # the bank's word answers what a person was asked about
                return {"bank_transaction_id": event.bank_transaction_id, "parked": None}
            case (
                e.RouteRefused()
                | e.LinkRefused()
                | e.AccountRefused()
                | e.LinkageRefused()
                | e.PaymentRefused()
                | e.PaymentRejected()
            ):
                return {"failure": f"{event.code}: {event.reason}", "parked": None}
            case e.PaymentHeld():
                return {"parked": None}
            case e.PaymentReturned():
                back = {"return_transaction_id": event.bank_transaction_id}
                return {"failure": f"returned: {event.code}", "parked": None, **back}
        return {}


def _not_needed(account: e.AccountChosen) -> Mapping[Step, StepRecord]:
    """The steps of linkage that this account spares."""
    spared = ((Step.WRITE_LINKAGE, account.write_linkage), (Step.AMEND_OWNER, account.owner_name))
    return {step: StepRecord(outcome=StepOutcome.NOT_NEEDED) for step, needed in spared if not needed}


def owner_reference(owner_name: str) -> str:
    """What a disbursement that waits for an account is found by when only the owner's name is told."""
    return f"owner:{owner_name}"


def disbursement_id(end_to_end_id: str) -> str:
    """The journal's id of the disbursement that carries this end-to-end id."""
    return f"disbursement:{end_to_end_id}"
