"""The kinds of stories a round tells: what is done at the doors, and how our flow of it must end.

Counts are those of a whole round: together about 2,200 webhooks and 510 payments.
"""

from collections.abc import Mapping
from dataclasses import dataclass

GOOD_IBAN, BAD_IBAN = "GB29NWBK60161331926819", "GB00NWBK60161331926819"
FPS, CHAPS = "MBU_Loan_Disbursement_FPS", "MBU_Loan_Disbursement_CHAPS"


@dataclass(frozen=True, slots=True)
class Order:
    """A disbursement ordered in the core. `outcome` is the rule that the bank is given for it, "" to let it settle."""

    count: int
    ends: str
    outcome: str = ""
    channel: str = FPS
    creditor_iban: str = GOOD_IBAN

    @property
    def is_payable(self) -> bool:
        """Whether the bank is asked to pay it."""
        return self.creditor_iban == GOOD_IBAN


@dataclass(frozen=True, slots=True)
class Credit:
    """Money from outside. `then` is what is decided about it at the bank later; `ends` is "" when no flow may come.

    `own_loan`: the core takes a transaction back only while nothing later stands on its loan. `watched`: on the loan
    whose account somebody has subscribed to alone.
    """

    count: int
    ends: str
    rail: str = "fps"
    linked: bool = True
    own_loan: bool = False
    watched: bool = False
    held: bool = False
    then: str = ""


@dataclass(frozen=True, slots=True)
class PortalPayment:
    """A disbursement that the lender enters in the bank's own portal."""

    count: int
    ends: str


Kind = Order | Credit | PortalPayment

KINDS: Mapping[str, Kind] = {
    "paid-fps": Order(240, "settled"),
    "paid-chaps": Order(80, "settled", channel=CHAPS),
    "held-then-paid": Order(30, "settled", "hold_then_settle"),
    "paid-then-returned": Order(40, "returned", "settle_then_return"),
    "rejected": Order(40, "reversed", "reject"),
    "rejected-chaps": Order(10, "reversed", "reject", channel=CHAPS),
    "held-then-rejected": Order(20, "reversed", "hold_then_reject"),
    "assessment-failed": Order(20, "reversed", "assessment_failed"),
    "validation-failed": Order(15, "reversed", "validation_failed"),
    "refused-in-202": Order(20, "reversed", "rejected_in_202"),
    "not-payable": Order(20, "reversed", creditor_iban=BAD_IBAN),
    "repaid-fps": Credit(200, "posted"),
    "repaid-chaps": Credit(60, "posted", rail="chaps"),
    "repaid-bacs": Credit(60, "posted", rail="bacs"),
    "repaid-on-the-watched-loan": Credit(2, "posted", watched=True),
    "repaid-then-returned": Credit(40, "returned", own_loan=True, then="return"),
    "held-on-its-way-in": Credit(20, "posted", held=True, then="release"),
    "declined-on-its-way-in": Credit(10, "", held=True, then="decline"),
    "unmatched": Credit(50, "unmatched", linked=False),
    "paid-in-the-portal": PortalPayment(20, "posted"),
}
