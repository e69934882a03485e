"""ClearBank's answers as outcomes (ClearBank docs: getting-started, "Errors"; FPS v3; CHAPS v6)."""

import re
from collections.abc import Mapping
from typing import Any

from services.worker.adapters.http import Answer
from shared.domain.outcomes import Accepted, LookUp, Outcome, Refused, TryLater, Unknown

# The list had AccountDisabled until July 2026 and has InvalidInstructionIdentification since; both are accepted.
_REFUSALS = frozenset(
    {"InsufficientFunds", "InvalidAccount", "InvalidCurrency", "Rejected", "DebitPaymentDisabled", "AccountDisabled"}
    | {"InvalidInstructionIdentification"}
)
# These two titles blame our call and not the payment: a key change or a proxy is in the way.
_OUR_FAULT = ("digitalsignature", "x-request-id")
_SECONDS_IN_TEXT = re.compile(r"(\d+) seconds?")

# ISO 20022 states of GET /v2/Transactions; all others mean that the bank has taken it and works on it.
_REJECTED = "RJCT"


def payment_outcome(answer: Answer) -> Outcome:
    """What the answer to a payment request means."""
    correlation_id = _correlation_id(answer)
    match answer.status:
        case 202:
            return _taken(answer)
        case 400 | 422:
            return _not_taken(answer)
        case 409:
            # The bank has seen the id; whether the payment went through it does not say.
            return Unknown("the bank has seen this X-Request-Id already", True, correlation_id)
        case 401 | 403:
            return TryLater("the bank does not accept our token", None, correlation_id)
        case 429 | 503:
            return TryLater(f"the bank answered {answer.status}", _retry_after(answer), correlation_id)
        case status if status >= 500:
            return Unknown(f"the bank answered {status}", False, correlation_id)
        case status:
            return Refused(f"http_{status}", _problem(answer), verdict=False, correlation_id=correlation_id)


def look_up_outcome(answer: Answer, end_to_end_id: str) -> LookUp:
    """What GET /v2/Transactions?endToEndIdentifier= tells of a payment. Absence proves nothing for a while."""
    found = answer.get("transactions") if answer.status == 200 else None
    if not isinstance(found, list):
        return Unknown(f"the look-up was answered with {answer.status}", True, _correlation_id(answer))
    ours = [row for row in found if isinstance(row, dict) and _is_our_debit(row, end_to_end_id)]
    if not ours:
        return Unknown("the bank shows no such payment yet", True, _correlation_id(answer))
    alive = [row for row in ours if row.get("status") != _REJECTED]
    if not alive:
        reason = "the bank's list shows the payment as rejected"
        return Refused("rejected", reason, correlation_id=_correlation_id(answer))
    return Accepted(str(alive[0].get("transactionId", "")), _correlation_id(answer))


def _is_our_debit(row: Mapping[str, Any], end_to_end_id: str) -> bool:
    return row.get("endToEndIdentifier") == end_to_end_id and row.get("debitCreditCode") == "DBIT"


def _taken(answer: Answer) -> Outcome:
    """A 202 is not success: FPS answers each transfer, and may refuse the only one there is."""
    correlation_id = _correlation_id(answer)
    response = _only_response(answer)
    if response in _REFUSALS:
        return Refused(response, f"the bank refused the payment: {response}", correlation_id=correlation_id)
    if response in ("", "Accepted"):
        return Accepted(str(answer.get("paymentId") or ""), correlation_id)
    return Unknown(f"the bank answered with an unknown word: {response[:40]}", True, correlation_id)


def _not_taken(answer: Answer) -> Outcome:
    response, problem = _only_response(answer), _problem(answer)
    if response:
        return Refused(response, f"the bank refused the payment: {response}", correlation_id=_correlation_id(answer))
    if any(word in problem.casefold() for word in _OUR_FAULT):
        return TryLater(f"the bank did not accept our call: {problem}", None, _correlation_id(answer))
    return Refused(
        "validation", f"the bank found the payment invalid: {problem}", correlation_id=_correlation_id(answer)
    )


def _only_response(answer: Answer) -> str:
    transactions = answer.get("transactions")
    if isinstance(transactions, list) and transactions and isinstance(transactions[0], dict):
        return str(transactions[0].get("response", ""))
    return ""


def _problem(answer: Answer) -> str:
    """Title and errors of a problem document, in one line."""
    errors = answer.get("errors")
    details = [f"{key}: {value}" for key, value in errors.items()] if isinstance(errors, dict) else []
    parts = [str(answer.get("title") or ""), str(answer.get("detail") or ""), *details]
    return "; ".join(part for part in parts if part)[:500] or f"status {answer.status}"


def _retry_after(answer: Answer) -> float | None:
    """Seconds from Retry-After, or from the text that 429 answers carry; None when neither says."""
    match = _SECONDS_IN_TEXT.search(str(answer.get("message")))
    return answer.retry_after_seconds or (float(match[1]) if match else None)


def _correlation_id(answer: Answer) -> str:
    """ClearBank's id of the request: quote it to their support."""
    return answer.headers.get("X-Correlation-Id", "")
