"""Mambu's refusals in our words. Numbers: Mambu's list of API response and error codes.

A verdict speaks of this loan or this amount. What speaks of the set-up, of a date, or of the loan's other transactions
is none: a person puts it right in Mambu, and the step is done again.
"""

from collections.abc import Iterable, Mapping

from services.worker.adapters.http import Answer
from services.worker.adapters.mambu.custom_fields import CUSTOM_INFORMATION
from services.worker.adapters.mambu.errors import error_code, error_text
from services.worker.adapters.mambu.postings import TRANSACTIONS
from services.worker.adapters.mambu.reversals import ADJUST
from shared.domain.flows import Request
from shared.domain.outcomes import Accepted, Outcome, Refused, Unknown

_TRANSACTION_ALREADY_REVERSED = 211
_EXTERNAL_ID_ALREADY_EXISTS = 3305

_VERDICTS_ON_POSTINGS: Mapping[int, str] = {
    100: "loan_not_found",
    101: "amount_invalid",
    105: "loan_state",
    110: "overpayment",
    123: "prepayment_not_allowed",
    128: "loan_not_open",
    278: "balance_insufficient",
    515: "loan_locked",
    530: "already_disbursed",
    1904: "amount_over_available",
    2106: "balance_insufficient",
    2422: "balance_insufficient",
    3320: "already_disbursed",
    3610: "loan_closed",
    3620: "loan_has_no_balance",
}

# number -> (code, what a person must do)
_Words = Mapping[int, tuple[str, str]]


def _same(numbers: Iterable[int], code: str, to_do: str) -> _Words:
    return dict.fromkeys(numbers, (code, to_do))


_FIELD_TO_DO = "check the field's id, type, rights and channels in Mambu against the set-up document"
_SET_UP: _Words = {
    4: ("parameters_invalid", "check TENANT_TIMEZONE if it speaks of a date"),
    **_same(
        (102, 124, 125, 131, 141, 404, 516, 614, 615, 3012),
        "date_refused",
        "let Mambu take that date for this loan (back-dating, closed periods, planned tranches)",
    ),
    **_same((228, 232, 3203, 3710), "channel_refused", "check the channel in Mambu against the set-up document"),
    1101: ("channel_constraints", "let the channel in Mambu take this amount, type and product"),
    8: ("user_limit", "raise the transaction limit of the connector's user in Mambu"),
    206: ("approver_may_not_disburse", "who approved a loan may not disburse it: approve with another user in Mambu"),
    901: ("custom_field_wrong_type", _FIELD_TO_DO),
    902: ("custom_field_required", "a field that we do not fill is required in Mambu: make it optional"),
    903: ("custom_field_unknown", _FIELD_TO_DO),
    904: ("custom_field_too_long", _FIELD_TO_DO),
    908: ("custom_field_inactive", _FIELD_TO_DO),
    910: ("custom_field_not_available", _FIELD_TO_DO),
    917: ("custom_field_pattern", "the field's pattern in Mambu does not fit what the bank sends: change it"),
    918: ("custom_field_repeated", _FIELD_TO_DO),
    925: ("custom_field_without_channel", _FIELD_TO_DO),
    926: ("custom_field_not_unique", "another record in Mambu holds the same value in a unique field: find out why"),
    928: ("custom_field_not_available", _FIELD_TO_DO),
    930: ("custom_field_built_in", _FIELD_TO_DO),
    987: ("custom_field_set_unknown", _FIELD_TO_DO),
    3411: ("custom_field_not_available", _FIELD_TO_DO),
}
_ADJUSTMENTS: _Words = {
    **_SET_UP,
    **_same((105, 3610), "loan_closed", "the loan is not open: open it again in Mambu"),
    **_same((164, 212), "transaction_not_found", "look for the transaction on its loan in Mambu"),
    166: ("later_transactions", "undo the loan's later transactions in Mambu first"),
    218: ("born_of_transfer", "it was made by a transfer: reverse that one in Mambu"),
    219: ("born_of_disbursement", "it was made by a disbursement: reverse that one in Mambu"),
    2320: ("irreversible", "Mambu never reverses this type of transaction: correct the loan by hand"),
    2625: ("born_of_disbursement", "it was made by a disbursement's fee: reverse the disbursement in Mambu"),
}


def refusal_outcome(request: Request, answer: Answer) -> Outcome:
    """What it means that this request was not taken; most often Refused, and never TryLater."""
    code = error_code(answer) or 0
    if request.path.endswith(ADJUST):
        if code == _TRANSACTION_ALREADY_REVERSED:
            return Accepted("reversed before")
        return _refused(answer, _ADJUSTMENTS)
    if request.path.endswith(TRANSACTIONS):
        if code == _EXTERNAL_ID_ALREADY_EXISTS:
            return Unknown("Mambu knows this external id already", seen=True)
        if code in _VERDICTS_ON_POSTINGS:
            return Refused(_VERDICTS_ON_POSTINGS[code], f"Mambu refused it: {error_text(answer)}")
    # A disbursement whose account cannot be tied to its loan is taken back, whatever the reason.
    is_linkage = request.method == "PATCH" and not request.path.endswith(CUSTOM_INFORMATION)
    return _refused(answer, _SET_UP, verdict=is_linkage and 400 <= answer.status < 500)


def _refused(answer: Answer, words: _Words, *, verdict: bool = False) -> Refused:
    code, reason = error_code(answer) or 0, f"Mambu refused it: {error_text(answer)}"
    if code not in words:
        return Refused(f"mambu_{code or answer.status}", reason, verdict=verdict)
    name, to_do = words[code]
    return Refused(name, f"{reason}; {to_do}", verdict=verdict)
