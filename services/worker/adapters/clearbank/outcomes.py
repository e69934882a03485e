"""ClearBank's answers as outcomes (ClearBank docs: getting-started, "Errors"; FPS v3; CHAPS v6; sterling v1, v2)."""

from collections.abc import Mapping
from typing import Any

from services.worker.adapters.clearbank.errors import errors_in
from services.worker.adapters.http import Answer
from shared.domain.outcomes import Accepted, LookUp, Outcome, Refused, TryLater, Unknown

# The list had AccountDisabled until July 2026 and has InvalidInstructionIdentification since; both are accepted.
_REFUSALS = frozenset(
    {"InsufficientFunds", "InvalidAccount", "InvalidCurrency", "Rejected", "DebitPaymentDisabled", "AccountDisabled"}
    | {"InvalidInstructionIdentification"}
)
# These two titles blame our call and not what it asks for: a key change or a proxy is in the way.
_OUR_FAULT = ("digitalsignature", "x-request-id")

# ISO 20022 states of GET /v2/Transactions; all others mean that the bank has taken it and works on it.
_REJECTED = "RJCT"


def payment_outcome(answer: Answer) -> Outcome:
    """What the answer to a payment request means."""
    match answer.status:
        case 202:
            return _taken(answer)
        case 400 | 422:
            return _not_taken(answer)
    return _in_general(answer)


def return_outcome(answer: Answer) -> Outcome:
    """What the answer to a return means. Only CHAPS gives the return an id."""
    match answer.status:
        case 202:
            return Accepted(str(answer.get("paymentId") or ""), correlation_id(answer))
        case 400 | 422:
            return _refused(answer, "the return")
        case 404:
            return _not_found(answer, "the payment to return")
    return _in_general(answer)


def account_order_outcome(answer: Answer) -> Outcome:
    """What the answer to an order of a virtual account means: its creation itself is told by webhook alone.

    So a 409 is as good as a 202: the bank has the order, and nothing more will be said here.
    """
    match answer.status:
        case 202 | 409:
            return Accepted("", correlation_id(answer))
        case 400 | 422:
            return _refused(answer, "the virtual account", _first_code(answer))
    return _in_general(answer)


def account_change_outcome(answer: Answer) -> Outcome:
    """What the answer to renaming or disabling a virtual account means."""
    match answer.status:
        case 204:
            return Accepted("", correlation_id(answer))
        case 400 | 422:
            return _refused(answer, "the change of the virtual account")
        case 404:
            return _not_found(answer, "the virtual account")
    return _in_general(answer)


def look_up_outcome(answer: Answer, end_to_end_id: str) -> LookUp:
    """What GET /v2/Transactions?endToEndIdentifier= tells of a payment. Absence proves nothing for a while."""
    found = answer.get("transactions") if answer.status == 200 else None
    if not isinstance(found, list):
        return Unknown(f"the look-up was answered with {answer.status}", True, correlation_id(answer))
    ours = [row for row in found if isinstance(row, dict) and _is_our_debit(row, end_to_end_id)]
    if not ours:
        return Unknown("the bank shows no such payment yet", True, correlation_id(answer))
    alive = [row for row in ours if row.get("status") != _REJECTED]
    if not alive:
        reason = "the bank's list shows the payment as rejected"
        return Refused("rejected", reason, correlation_id=correlation_id(answer))
    return Accepted(str(alive[0].get("transactionId", "")), correlation_id(answer))


def as_try_later(answer: Answer) -> TryLater | None:
    """TryLater when nothing happened and time or an operator cures it; None otherwise."""
    match answer.status:
        case 401 | 403:
            return TryLater("the bank does not accept our token", None, correlation_id(answer))
        case 429 | 503:
            return TryLater(f"the bank answered {answer.status}", answer.retry_after_seconds, correlation_id(answer))
    return None


def problem_text(answer: Answer) -> str:
    """Title, detail and errors of a problem document, in one line for people."""
    parts = (answer.get("title"), answer.get("detail"), *errors_in(answer.get("errors")))
    return "; ".join(str(part) for part in parts if part)[:500] or f"status {answer.status}"


def correlation_id(answer: Answer) -> str:
    """ClearBank's id of the request: quote it to their support."""
    return answer.headers.get("X-Correlation-Id", "")


def _is_our_debit(row: Mapping[str, Any], end_to_end_id: str) -> bool:
    return row.get("endToEndIdentifier") == end_to_end_id and row.get("debitCreditCode") == "DBIT"


def _taken(answer: Answer) -> Outcome:
    """A 202 is not success: FPS answers each transfer, and may refuse the only one there is."""
    response = _only_response(answer)
    if response in _REFUSALS:
        return Refused(response, f"the bank refused the payment: {response}", correlation_id=correlation_id(answer))
    if response in ("", "Accepted"):
        return Accepted(str(answer.get("paymentId") or ""), correlation_id(answer))
    return Unknown(f"the bank answered with an unknown word: {response[:40]}", True, correlation_id(answer))


def _not_taken(answer: Answer) -> Outcome:
    if response := _only_response(answer):
        return Refused(response, f"the bank refused the payment: {response}", correlation_id=correlation_id(answer))
    return _refused(answer, "the payment")


def _only_response(answer: Answer) -> str:
    transactions = answer.get("transactions")
    if isinstance(transactions, list) and transactions and isinstance(transactions[0], dict):
        return str(transactions[0].get("response", ""))
    return ""


def _refused(answer: Answer, what: str, code: str = "validation") -> Refused | TryLater:
    problem = problem_text(answer)
    if any(word in problem.casefold() for word in _OUR_FAULT):
        return TryLater(f"the bank did not accept our call: {problem}", None, correlation_id(answer))
    return Refused(code, f"the bank refused {what}: {problem}", correlation_id=correlation_id(answer))


def _first_code(answer: Answer) -> str:
    """What names the fault: the first error's code, else the title."""
    codes = (error.code for error in errors_in(answer.get("errors")))
    return next(filter(None, codes), str(answer.get("title") or "validation"))


def _not_found(answer: Answer, what: str) -> Refused:
    reason = f"the bank does not find {what}: {problem_text(answer)}"
    return Refused("not_found", reason, correlation_id=correlation_id(answer))


def _in_general(answer: Answer) -> Outcome:
    if answer.status == 409:
        # The bank has seen the id; whether it did what was asked it does not say.
        return Unknown("the bank has seen this X-Request-Id already", True, correlation_id(answer))
    if waiting := as_try_later(answer):
        return waiting
    if answer.status >= 500:
        return Unknown(f"the bank answered {answer.status}", False, correlation_id(answer))
    return Refused(f"http_{answer.status}", problem_text(answer), verdict=False, correlation_id=correlation_id(answer))
