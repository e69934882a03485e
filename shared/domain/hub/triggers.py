"""What subscribers can be told of, and what a template may name of it."""

from enum import StrEnum


class Trigger(StrEnum):
    """The name of a kind of event, as subscriptions and payloads carry it."""

    # Open Bank Project, OBP-API v3.1.0 and v4.0.0: the names and their letters are theirs.
    ON_BALANCE_CHANGE = "OnBalanceChange"
    ON_CREDIT_TRANSACTION = "OnCreditTransaction"
    ON_DEBIT_TRANSACTION = "OnDebitTransaction"
    ON_CREATE_TRANSACTION = "OnCreateTransaction"
    # The life of a payment, a repayment and a virtual account.
    PAYMENT_SUBMITTED = "payment.submitted"
    PAYMENT_HELD = "payment.held"
    PAYMENT_SETTLED = "payment.settled"
    PAYMENT_REJECTED = "payment.rejected"
    PAYMENT_RETURNED = "payment.returned"
    PAYMENT_UNMATCHED = "payment.unmatched"
    REPAYMENT_POSTED = "repayment.posted"
    REPAYMENT_ADJUSTED = "repayment.adjusted"
    VIRTUAL_ACCOUNT_CREATED = "virtual_account.created"
    VIRTUAL_ACCOUNT_FAILED = "virtual_account.failed"
    VIRTUAL_ACCOUNT_DISABLED = "virtual_account.disabled"
    # Webhooks of other bank systems, passed on as they came.
    UMM_RECEIVED = "umm.received"
    OBP_RECEIVED = "obp.received"
    # Asked for by hand, for one subscription.
    SUBSCRIPTION_TEST = "subscription.test"


ACCOUNT_TRIGGERS = frozenset({Trigger.ON_BALANCE_CHANGE, Trigger.ON_CREDIT_TRANSACTION, Trigger.ON_DEBIT_TRANSACTION})
"""Those with an amount and a balance, which OBP's account webhooks can be registered with."""

_ALWAYS = frozenset({"EVENT_ID", "EVENT_NAME", "EVENT_TIME", "BANK_ID", "ACCOUNT_ID"})
_LIFE = frozenset(
    {
        *("FLOW_ID", "LOAN_ID", "AMOUNT", "CURRENCY", "SCHEME", "END_TO_END_ID", "TRANSACTION_ID"),
        *("COUNTERPART_NAME", "COUNTERPART_IBAN", "REFERENCE", "REASON_CODE", "REASON"),
    }
)


def placeholders_of(trigger: Trigger) -> frozenset[str]:
    """What a template for this trigger may name; what an event has no value for is empty text."""
    if trigger in ACCOUNT_TRIGGERS:
        return _ALWAYS | {"AMOUNT", "CURRENCY", "BALANCE"}
    match trigger:
        case Trigger.ON_CREATE_TRANSACTION:
            return _ALWAYS | {"TRANSACTION_ID"}
        case Trigger.UMM_RECEIVED | Trigger.OBP_RECEIVED:
            return _ALWAYS | {"ORIGINAL_ID", "ORIGINAL_TYPE"}
        case Trigger.SUBSCRIPTION_TEST:
            return _ALWAYS
        case _:
            return _ALWAYS | _LIFE
