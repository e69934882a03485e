"""May money be sent back to its sender, and for which reasons? The bank has the last word; this spares asking it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from shared.domain.settlement import Direction, Settlement

FPS_RETURN_WINDOW = timedelta(days=90)  # calendar days from TimestampCreated (ClearBank docs: faster-payments)

# By the bank's word for the scheme.
RETURN_REASONS: Mapping[str, frozenset[str]] = {
    # ClearBank docs: FPS v3, ReasonForReturn.
    "FasterPayments": frozenset(
        {
            "AccountCannotBeIdentified",
            "AccountIsNotInCurrencyQuoted",
            "AccountTransferred",
            "BeneficiaryAccountClosed",
            "BeneficiaryAccountNameDoesNotMatchBeneficiaryAccountNumber",
            "BeneficiaryAccountStopped",
            "BeneficiaryDeceased",
            "BeneficiaryNotExpectingFundsOrInstructedReturn",
            "BeneficiarySortCodeOrAccountUnknown",
            "Other",
            "PaymentCannotBeAppliedBecauseOfBeneficiarySensitivities",
            "ReturnRequestedBySenderOfOriginalPayment",
            "SendingFpsInstitutionActionRequired",
            "TermsAndConditionsOfAccountDoNotPermitCreditingOfFunds",
        }
    ),
    # The usual ones of the 99 ISO 20022 codes that CHAPS v6 lists; NARR among those is not for sending.
    "Chaps": frozenset(
        {"AC01", "AC03", "AC04", "AC06", "AG01", "AM05", "AM09", "BE01", "BE05", "BE06", "CUST", "FOCR", "FR01"}
        | {"MD07", "MS02", "MS03", "RR04", "UPAY"}
    ),
    # ARUCS: invalid details, deceased, transferred, no account, closed, asked for by the remitter.
    "Bacs": frozenset({"0", "2", "3", "5", "B", "C"}),
}


def check_return(settlement: Settlement, reason: str, now: datetime) -> str | None:
    """None when a return may be tried, else one sentence that says why not.

    CHAPS and Bacs have hours and cut-off days too. What the bank does outside them is unverified, and they hang on bank
    holidays that are not known here: its own answer tells.
    """
    if settlement.direction is Direction.DEBIT:
        return "Only money that came in can be sent back, and this went out."
    allowed = RETURN_REASONS.get(settlement.scheme)
    if allowed is None:
        came_by = settlement.scheme or "an unnamed scheme"
        return f"The money came by {came_by}; only {_listed(RETURN_REASONS)} know returns: send a payment of its own."
    if reason not in allowed:
        return f"{reason!r} is no reason for a return by {settlement.scheme}; use one of {_listed(allowed)}."
    created_at = settlement.created_at
    if settlement.scheme == "FasterPayments" and created_at and _days(created_at, now) > FPS_RETURN_WINDOW:
        return f"The money came on {created_at:%d %B %Y}, and Faster Payments go back within 90 days only."
    return None


def _days(since: datetime, until: datetime) -> timedelta:
    return until.astimezone(UTC).date() - since.astimezone(UTC).date()


def _listed(words: Mapping[str, object] | frozenset[str]) -> str:
    return ", ".join(sorted(words))
