"""Mambu's answers as outcomes. Branch on errorCode: the texts may change without notice (Mambu API v2, responses)."""

from collections.abc import Mapping
from typing import Any

from services.worker.adapters.http import Answer
from shared.domain.outcomes import Accepted, Outcome, Refused, TryLater, Unknown

# INTERNAL_ERROR, EXCESSIVE_INVALID_REQUESTS, READ_ONLY_MODE, BLOCKING_OPERATION_IN_PROGRESS: time cures these.
_PASSING = frozenset({6, 24, 32, 60})
_EXTERNAL_ID_ALREADY_EXISTS = 3305
_TRANSACTION_ALREADY_REVERSED = 211

# What speaks of the loan or the amount, and so of this repayment: everything else speaks of our set-up.
_VERDICTS = {
    100: "loan_not_found",
    101: "amount_invalid",
    105: "loan_state",
    110: "overpayment",
    123: "prepayment_not_allowed",
    128: "loan_not_open",
    1904: "overpayment",
    3610: "loan_closed",
    3620: "loan_has_no_balance",
}


def effect_outcome(answer: Answer) -> Outcome:
    """What the answer to a posting, an adjustment or a change means."""
    status, code = answer.status, error_code(answer)
    if status in (200, 201, 204):
        return Accepted(_reference(answer))
    if status in (102, 409):
        # Still running, or seen before; Mambu is changing 102 to 409. The same key goes again.
        return Unknown(f"Mambu still works on it ({status})")
    if status >= 500 and status != 503:
        return Unknown(f"Mambu answered {status}")
    if (waiting := as_try_later(answer)) is not None:
        return waiting
    if code == _TRANSACTION_ALREADY_REVERSED:
        return Accepted("reversed before")
    if code == _EXTERNAL_ID_ALREADY_EXISTS:
        return Unknown("Mambu knows this external id already", seen=True)
    verdict = _VERDICTS.get(code or 0)
    if verdict:
        return Refused(verdict, f"Mambu refused it: {code} {error_text(answer)}")
    return Refused(f"mambu_{code or status}", f"Mambu refused it: {code or status} {error_text(answer)}", verdict=False)


def as_try_later(answer: Answer) -> TryLater | None:
    """TryLater when nothing happened and time or an operator cures it; None otherwise."""
    if answer.status in (401, 403):
        return TryLater("Mambu does not accept our credentials")
    if answer.status in (429, 503):
        return TryLater(f"Mambu answered {answer.status}", answer.retry_after_seconds)
    if error_code(answer) in _PASSING:
        return TryLater(f"Mambu: {error_text(answer)}")
    return None


def error_code(answer: Answer) -> int | None:
    """Mambu's number for what went wrong; v1 calls it returnCode."""
    error = _first_error(answer)
    code = error.get("errorCode", error.get("returnCode"))
    return code if isinstance(code, int) else None


def error_text(answer: Answer) -> str:
    """Mambu's words for it, for people."""
    error = _first_error(answer)
    words = (error.get("errorReason", error.get("returnStatus")), error.get("errorSource"))
    return ": ".join(str(word) for word in words if word)[:300] or f"status {answer.status}"


def _first_error(answer: Answer) -> Mapping[str, Any]:
    errors = answer.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        return errors[0]
    return answer.body if isinstance(answer.body, dict) else {}


def _reference(answer: Answer) -> str:
    return str(answer.get("id") or answer.get("encodedKey") or "")
