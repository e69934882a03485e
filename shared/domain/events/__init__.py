"""What happened to a payment, in the past tense. Steps and webhooks raise them; transitions.py says what follows."""

from shared.domain.events.accounts import (
    AccountChosen,
    AccountCreated,
    AccountDisabled,
    AccountKept,
    AccountRefused,
    AccountToDisable,
    AccountWanted,
    LinkageRefused,
    LinkRefused,
)
from shared.domain.events.hub import EventPublished
from shared.domain.events.notifications import (
    Addressed,
    NotificationSent,
)
from shared.domain.events.payments import (
    Address,
    Confirmed,
    DisbursementReversed,
    PaymentHeld,
    PaymentPrepared,
    PaymentRefused,
    PaymentRejected,
    PaymentReturned,
    PaymentSettled,
    PaymentSubmitted,
    Routed,
    RouteRefused,
)
from shared.domain.events.postings import (
    LoanAssigned,
    LoanLocated,
    LoanNotLocated,
    MoneyWentBack,
    Posted,
    PostingPrepared,
    PostingRefused,
    PostingUndone,
    ReturnOrdered,
    ReturnRefused,
)

Event = (
    Routed
    | RouteRefused
    | Confirmed
    | AccountChosen
    | AccountWanted
    | AccountCreated
    | AccountRefused
    | LinkRefused
    | LinkageRefused
    | PaymentPrepared
    | PaymentSubmitted
    | PaymentRefused
    | PaymentHeld
    | PaymentSettled
    | PaymentRejected
    | PaymentReturned
    | DisbursementReversed
    | LoanLocated
    | LoanNotLocated
    | PostingPrepared
    | Posted
    | PostingRefused
    | MoneyWentBack
    | PostingUndone
    | LoanAssigned
    | ReturnOrdered
    | ReturnRefused
    | AccountToDisable
    | AccountKept
    | AccountDisabled
    | Addressed
    | NotificationSent
    | EventPublished
)

__all__ = [
    "AccountChosen",
    "AccountCreated",
    "AccountDisabled",
    "AccountKept",
    "AccountRefused",
    "AccountToDisable",
    "AccountWanted",
    "Address",
    "Addressed",
    "Confirmed",
    "DisbursementReversed",
    "Event",
    "EventPublished",
    "LinkRefused",
    "LinkageRefused",
    "LoanAssigned",
    "LoanLocated",
    "LoanNotLocated",
    "MoneyWentBack",
    "NotificationSent",
    "PaymentHeld",
    "PaymentPrepared",
    "PaymentRefused",
    "PaymentRejected",
    "PaymentReturned",
    "PaymentSettled",
    "PaymentSubmitted",
    "Posted",
    "PostingPrepared",
    "PostingRefused",
    "PostingUndone",
    "ReturnOrdered",
    "ReturnRefused",
    "RouteRefused",
    "Routed",
]
