"""Money that moved at the bank and is on its way to a loan: in as a repayment, out as a disbursement begun at the bank.

What no loan claims is unmatched money: kept with its reason, until an operator assigns it or sends it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from shared.domain import events as e
from shared.domain.flows import Flow, Step, StepOutcome, StepRecord
from shared.domain.settlement import Direction, Settlement
from shared.domain.transitions import PostingState as State


def _steps(post: Step, undo: Step) -> Mapping[State, tuple[Step, ...]]:
    return {
        State.RECEIVED: (Step.LOCATE_LOAN,),
        State.LOCATED: (post,),
        State.POSTING: (post,),
        State.POSTED: (),
        State.UNMATCHED: (),
        State.RETURNING: (Step.RETURN_MONEY,),
        # What the core may have must be known before it can be taken back.
        State.TAKING_BACK: (post, Step.FIND_POSTING, undo),
        State.RETURNED: (),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting(Flow):
    """One settlement becomes at most one transaction on a loan: the id is made of the keys that make it unique.

    `assigned_loan_id` is an operator's choice and takes the place of the search; `return_reason` is the bank's word for
    why an operator sends the money back.
    """

    OPEN_LOAN_STATES: ClassVar[frozenset[str]] = frozenset()
    POST: ClassVar[Step]
    UNDO: ClassVar[Step]

    settlement: Settlement
    state: State = State.RECEIVED
    loan_id: str = ""
    loan_key: str = ""
    is_full_disbursement: bool = False
    assigned_loan_id: str = ""
    return_reason: str = ""
    virtual_account_id: str = ""
    core_transaction_id: str = ""
    return_transaction_id: str = ""

    @property
    def references(self) -> tuple[str, ...]:
        money = self.settlement
        found = (
            money.end_to_end_id,
            money.transaction_id,
            money.scheme_id,
            money.bacs_transaction_id,
            money.account_iban,
            self.loan_id,
            self.return_transaction_id,
        )
        return tuple(dict.fromkeys(reference for reference in found if reference))

    def learned(self, event: e.Event) -> dict[str, Any]:
        match event:
            case e.LoanLocated():
                return {
                    "loan_id": event.loan_id,
                    "loan_key": event.loan_key,
                    "is_full_disbursement": event.is_full_disbursement,
                    "failure": "",
                }
            case e.Posted():
                need = StepOutcome.NOT_NEEDED if event.core_transaction_id else StepOutcome.OPEN
                steps = {**self.steps, Step.FIND_POSTING: StepRecord(outcome=need)}
                return {"core_transaction_id": event.core_transaction_id, "steps": steps}
            case e.LoanNotLocated() | e.PostingRefused() | e.ReturnRefused():
                return {"failure": f"{event.code}: {event.reason}"}
            case e.LoanAssigned():
                return {"assigned_loan_id": event.loan_id, "steps": self.anew(Step.LOCATE_LOAN, self.POST)}
            case e.ReturnOrdered():
                ordered = {"return_reason": event.reason, "virtual_account_id": event.virtual_account_id}
                return {**ordered, "steps": self.anew(Step.RETURN_MONEY)}
            case e.MoneyWentBack():
                back = {"return_transaction_id": event.bank_transaction_id}
                return {"failure": f"returned: {event.code}", "parked": None, **back}
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Repayment(Posting):
    """A credit on its way to a loan."""

    OPEN_LOAN_STATES: ClassVar[frozenset[str]] = frozenset({"ACTIVE", "ACTIVE_IN_ARREARS"})
    POST: ClassVar[Step] = Step.POST_REPAYMENT
    UNDO: ClassVar[Step] = Step.ADJUST_REPAYMENT
    STEPS: ClassVar[Mapping[Any, tuple[Step, ...]]] = _steps(POST, UNDO)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDisbursement(Posting):
    """A debit that the bank began: the loan's money is out, its disbursement must be posted in the core."""

    # A partly disbursed loan is active already; a first disbursement finds it approved.
    OPEN_LOAN_STATES: ClassVar[frozenset[str]] = frozenset({"APPROVED", "ACTIVE", "ACTIVE_IN_ARREARS"})
    POST: ClassVar[Step] = Step.POST_DISBURSEMENT
    UNDO: ClassVar[Step] = Step.ADJUST_DISBURSEMENT
    STEPS: ClassVar[Mapping[Any, tuple[Step, ...]]] = _steps(POST, UNDO)


def posting_of(settlement: Settlement) -> Repayment | BankDisbursement:
    """A new posting for money that moved and is no return."""
    key = f"{settlement.transaction_id}:{settlement.account_iban}"
    if settlement.direction is Direction.CREDIT:
        return Repayment(id=f"repayment:{key}", settlement=settlement)
    return BankDisbursement(id=f"bank-disbursement:{key}", settlement=settlement)
