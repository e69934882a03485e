"""A message to the lender's staff. It has a life of its own: it never blocks or fails the flow it speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

from shared.domain import events as e
from shared.domain.flows import Flow, Step
from shared.domain.transitions import NotificationState as State


class Flag(StrEnum):
    """The fourteen switches of the notification document: which kind of failure is told."""

    ADJUST_REPAYMENT = "adjustRepayment"
    CHECK_PAYMENT_SCHEME = "checkPaymentScheme"
    CREATE_DISBURSEMENT = "createDisbursement"
    CREATE_PAYMENT = "createPayment"
    CREATE_PRE_PAYMENT = "createPrePayment"
    CREATE_VIRTUAL_ACCOUNT = "createVirtualAccount"
    DISABLE_VIRTUAL_ACCOUNT = "disableVirtualAccount"
    SEARCH_LOAN_AND_CLIENT_DETAILS = "searchLoanAndClientDetails"
    CHECK_LOAN_IBAN_CF = "checkLoanIBANCF"
    REVERSE_DISBURSEMENT = "reverseDisbursement"
    SEARCH_TRANSACTION = "searchTransaction"
    SEARCH_VIRTUAL_ACCOUNT_BY_IBAN = "searchVirtualAccountbyIBAN"
    UPDATE_CUSTOM_FIELD = "updateCustomField"
    UPDATE_VIRTUAL_ACCOUNT_OWNER_NAME = "updateVirtualAccountOwnerName"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What people should know. `about` is the flow's id or the receipt's name; one notice per `about` and `code`.

    `flags`: told when one of them is on; none means that no switch governs it. `what` happened, `reason` in the bank's
    or the core's words, `advice`: what to do next. `assignee_key` is the user whom the core's webhook named.
    """

    about: str
    code: str
    flags: tuple[Flag, ...]
    what: str
    reason: str = ""
    advice: str = ""
    loan_id: str = ""
    amount_pence: int | None = None
    assignee_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification(Flow):
    """One message by the lender's channel; repeated under one key until the channel took it."""

    STEPS: ClassVar[Mapping[Any, tuple[Step, ...]]] = {
        State.RECEIVED: (Step.ADDRESS,),
        State.ADDRESSED: (Step.SEND,),
        State.SENT: (),
    }

    notice: Notice
    state: State = State.RECEIVED
    addressed: e.Addressed | None = None

    @classmethod
    def of(cls, notice: Notice) -> Self:
        """A new notification: the same problem has the same id, however often it is met."""
        return cls(id=f"notification:{notice.about}:{notice.code}", notice=notice)

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(reference for reference in (self.notice.about, self.notice.loan_id) if reference)

    def learned(self, event: e.Event) -> dict[str, Any]:
        return {"addressed": event} if isinstance(event, e.Addressed) else {}
