"""Money that came in, on its way to a loan."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from shared.domain import events as e
from shared.domain.payments import Payment, Step
from shared.domain.transitions import RepaymentState as State


@dataclass(frozen=True, slots=True)
class MoneyReceived:
    """A settled credit. `scheme` is the bank's word: Transfer, FasterPayments, Bacs, Chaps, or ""."""

    transaction_id: str
    end_to_end_id: str
    amount_pence: int
    currency: str
    scheme: str
    account_iban: str
    account_name: str = ""
    payer_iban: str = ""
    payer_name: str = ""
    reference: str = ""
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repayment(Payment):
    """One credit becomes at most one repayment: the id is the bank's TransactionId and the account it arrived on."""

    STEPS: ClassVar[dict[State, tuple[Step, ...]]] = {
        State.RECEIVED: (Step.LOCATE_LOAN,),
        State.LOCATED: (Step.POST_REPAYMENT,),
        State.POSTED: (),
        State.UNMATCHED: (),
    }

    money: MoneyReceived
    state: State = State.RECEIVED
    loan_id: str = ""
    core_transaction_id: str = ""

    @classmethod
    def received(cls, money: MoneyReceived) -> Self:
        """A new repayment for a settled credit."""
        return cls(id=f"repayment:{money.transaction_id}:{money.account_iban}", money=money)

    def learned(self, event: e.Event) -> dict[str, Any]:
        match event:
            case e.LoanLocated():
                return {"loan_id": event.loan_id}
            case e.RepaymentPosted():
                return {"core_transaction_id": event.core_transaction_id}
            case e.LoanNotLocated() | e.RepaymentRefused():
                return {"failure": f"{event.code}: {event.reason}"}
        return {}
