"""Mambu's answers as outcomes (Mambu API v2, responses and idempotency)."""

from services.worker.adapters.http import Answer
from services.worker.adapters.mambu.errors import error_code, error_text
from services.worker.adapters.mambu.refusals import refusal_outcome
from shared.domain.flows import Request
from shared.domain.outcomes import Accepted, Outcome, TryLater, Unknown

# INTERNAL_ERROR, EXCESSIVE_INVALID_REQUESTS, READ_ONLY_MODE, BLOCKING_OPERATION_IN_PROGRESS: time cures these.
_PASSING = frozenset({6, 24, 32, 60})


def effect_outcome(request: Request, answer: Answer) -> Outcome:
    """What the answer to a posting, an adjustment, a change or a task means."""
    status = answer.status
    if status == 204 or (status in (200, 201) and isinstance(answer.body, dict)):
        return Accepted(str(answer.get("id") or answer.get("encodedKey") or ""))
    if status in (102, 409):
        # Still running, or seen before; Mambu is changing 102 to 409. The same key goes again.
        return Unknown(f"Mambu still works on it ({status})")
    if status < 300:  # a proxy's page, say: nobody told us that it happened
        return Unknown(f"Mambu answered {status} without a record")
    if status >= 500 and status != 503:
        return Unknown(f"Mambu answered {status}")
    return as_try_later(answer) or refusal_outcome(request, answer)


def as_try_later(answer: Answer) -> TryLater | None:
    """TryLater when nothing happened and time or an operator cures it; None otherwise."""
    if answer.status in (401, 403):
        return TryLater("Mambu does not accept our credentials")
    if answer.status in (429, 503):
        return TryLater(f"Mambu answered {answer.status}", answer.retry_after_seconds)
    if error_code(answer) in _PASSING:
        return TryLater(f"Mambu: {error_text(answer)}")
    return None
