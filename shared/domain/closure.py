"""A loan that is over: its virtual account at the bank is disabled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from shared.domain import events as e
from shared.domain.flows import Flow, Step
from shared.domain.transitions import ClosureState as State


@dataclass(frozen=True, slots=True)
class LoanClosed:
    """What the core's webhook says of a loan closed or written off. Only the loan's id is always there."""

    loan_id: str
    virtual_account_id: str = ""
    iban: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure(Flow):
    """One per webhook: a loan may be opened again and closed again."""

    STEPS: ClassVar[Mapping[Any, tuple[Step, ...]]] = {
        State.RECEIVED: (Step.CHECK_CLOSURE,),
        State.DISABLING: (Step.DISABLE_ACCOUNT,),
        State.DISABLED: (),
        State.KEPT: (),
    }

    closed: LoanClosed
    state: State = State.RECEIVED
    virtual_account_id: str = ""
    loan_key: str = ""

    @classmethod
    def told(cls, closed: LoanClosed, receipt_id: str) -> Self:
        """A new closure for the webhook that was stored under this receipt."""
        return cls(id=f"closure:{closed.loan_id}:{receipt_id[:12]}", closed=closed)

    @property
    def references(self) -> tuple[str, ...]:
        found = (self.closed.loan_id, self.closed.virtual_account_id, self.closed.iban)
        return tuple(dict.fromkeys(reference for reference in found if reference))

    def learned(self, event: e.Event) -> dict[str, Any]:
        match event:
            case e.AccountToDisable():
                return {"virtual_account_id": event.virtual_account_id, "loan_key": event.loan_key}
            case e.AccountKept():
                return {"failure": f"{event.code}: {event.reason}"}
        return {}
