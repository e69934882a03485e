"""The bank's codes in words, and what to do about each.

Sources: ClearBank docs: faster-payments (retry advice, FPS v3 answers), transaction-rejected-v2 (the other codes, whose
advice is our reading), payment-message-assessment-failed-webhook-v1, payment-message-validation-failed-webhook-v1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Advice(StrEnum):
    """What becomes of a payment that failed. A retry is always a new disbursement in Mambu: the old one is reversed."""

    RETRY = "retry"
    REVIEW = "review, then retry"
    DO_NOT_RETRY = "do not retry"
    NEXT_WINDOW = "next window"
    PERSON = "a person decides"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES: Mapping[Advice, str] = {
    Advice.RETRY: "Try again once the cause has passed, with a new disbursement in Mambu.",
    Advice.REVIEW: "Review the payee's details and put them right, then try again with a new disbursement in Mambu.",
    Advice.DO_NOT_RETRY: (
        "Do not try the same payment again. Settle with the borrower how else to pay, then make a new disbursement in"
        " Mambu."
    ),
    Advice.NEXT_WINDOW: "Try again in the scheme's next window, with a new disbursement in Mambu.",
    Advice.PERSON: (
        "Ask ClearBank what happened and decide whether to pay again; that would take a new disbursement in Mambu."
    ),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a code of the bank means, as a part of a sentence."""

    meaning: str
    advice: Advice


UNKNOWN_CODE = Explanation("a code that is not in ClearBank's published list", Advice.PERSON)

# What came of a payment message after the bank had taken it: here only the reason's text tells one from another.
_MESSAGE_FAILURES: Mapping[str, Explanation] = {
    "assessment_failed": Explanation("the bank's checks stopped the payment before it went out", Advice.DO_NOT_RETRY),
    "validation_failed": Explanation("the payment breaks a rule of its scheme", Advice.DO_NOT_RETRY),
}
_INSUFFICIENT_FUNDS = Explanation("the paying account does not hold enough money", Advice.RETRY)
_REASONS: Mapping[str, Explanation] = {
    "insufficientfunds": _INSUFFICIENT_FUNDS,
    "duplicatetransaction": Explanation(
        "the bank has another payment with this end-to-end id, and that one may have gone out", Advice.PERSON
    ),
}


def _advised(advice: Advice, **meanings: str) -> dict[str, Explanation]:
    return {code: Explanation(meaning, advice) for code, meaning in meanings.items()}


CODES: Mapping[str, Explanation] = {
    **_advised(
        Advice.RETRY,
        BE08="the payee's bank has an error or cannot be reached",
        MS03="the payee's bank gives no reason",
    ),
    **_advised(
        Advice.REVIEW,
        AC03="the payee's sort code or account number is unknown",
        AC06="the payee's account is stopped",
        AC07="the payee's account is closed",
        AC09="the payee's account is not in this currency",
        CB_AccountNameAndNumberMismatch="the payee's name does not fit the account number",
        CB_InitiatingPartyActionRequired="the sender must act",
        CB_PaymentBeneficiaryNameMissing="the payee's name is missing",
        CB_PaymentReferenceIncorrect="the payment reference is wrong",
        CB_PaymentReferenceMissing="the payment reference is missing",
        PY01="the payee's sort code or account number is unknown",
    ),
    **_advised(
        Advice.DO_NOT_RETRY,
        AG01="the terms of the payee's account forbid the credit",
        CB_AccountHoldersBankrupt="the payee's circumstances forbid the credit",
        CB_AccountSwitched="the payee's account has moved to another bank",
        MD09="the payee has died",
    ),
    # From here on the advice is our reading.
    **_advised(
        Advice.DO_NOT_RETRY,
        AC04="the payee's account is closed",
        AC05="the paying account is closed",
        AC12="the account is of a type that cannot take the payment",
        AG02="the payment's type is not valid for this account",
        AG03="the payment's type is not supported for this account",
        AM09="the amount is wrong",
        BE09="the country is missing or wrong",
        CURR="the currency is wrong",
        DU05="the instruction's id was used before",
        MD01="there is no mandate",
        MD07="the payee has died",
        HOPRJ="the bank declined the payment after holding it; the money is back on the account",
        BLBYTH="the bank publishes no meaning of this code",
        CB_AccountNameInvalid="the payee's name is not valid",
        CB_FailedModulusCheck="the payee's sort code and account number do not fit together",
        CB_CancelledCreditAccountDisabled="the payee's account is disabled",
        CB_CancelledDebitAccountDisabled="the paying account is disabled",
        CB_InitiatingPartyRequested="the sender asked to cancel the payment",
        CB_InstructionCancelled="the payment was cancelled",
        CB_InstructionCancelledByCustomer="the customer cancelled the payment",
        CB_NewAccountUpdatedWithDDI="the payee's new account took over its Direct Debits",
        CB_DupSttlmntOriginalIsQueued="the same payment waits in the queue already",
        CB_DupSttlmntOriginalWasRejected="the same payment was rejected before",
    ),
    **_advised(
        Advice.NEXT_WINDOW,
        CUTO="the scheme's cut-off time had passed",
        COSE="the scheme's service had closed",
        CB_CancelledQueuedCloseOfBusiness="the payment was still queued at close of business",
        CB_InstructionHasExpired="the payment waited too long and expired",
    ),
    **_advised(
        Advice.PERSON,
        CB_AuthenticationFailure="the payment failed an authentication",
        CB_CancelledByBoEController="the Bank of England cancelled the payment",
        CB_CancelledByChapsMember="a CHAPS member cancelled the payment",
        CB_InvalidProcessorState="the scheme's processor was not ready for the payment",
        CB_SenderNotInTertiaryMode="the sending bank was not in the scheme's emergency mode",
        DDAT="the settlement date is wrong",
        DMON="the settlement amount is wrong",
        ICAG="a bank of the payment's route is wrong",
        IVAG="a bank of the payment's route is not valid",
        MS01="the bank gives no reason",
        MS02="the payee gives no reason",
        OTHR="another reason",
        REFE="the reference of the transaction is not recognised",
        Other="another reason",
        Manual="the payment was stopped by hand",
        unknown="the bank names no code",
    ),
    # The answers to our own call.
    **_advised(
        Advice.REVIEW,
        InvalidAccount="the bank does not accept an account of the payment",
    ),
    **_advised(
        Advice.DO_NOT_RETRY,
        InvalidCurrency="the bank does not accept the currency",
        validation="the payment breaks a rule of its scheme",
    ),
    **_advised(
        Advice.PERSON,
        DebitPaymentDisabled="the paying account may not pay",
        AccountDisabled="the paying account is disabled",
        Rejected="the bank refuses the payment and does not say why",
        rejected="the bank's list shows the payment as rejected",
        InvalidInstructionIdentification="the bank does not accept the instruction's id",
    ),
    "InsufficientFunds": _INSUFFICIENT_FUNDS,
    **_MESSAGE_FAILURES,
}


def explain(code: str, reason: str = "") -> Explanation:
    """What the bank's code means. `reason` is its text, which alone tells why a payment message failed."""
    if code in _MESSAGE_FAILURES:
        words = reason.replace(" ", "").casefold()
        return next((found for words_of, found in _REASONS.items() if words_of in words), _MESSAGE_FAILURES[code])
    return CODES.get(code, UNKNOWN_CODE)
