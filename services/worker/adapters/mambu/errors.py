"""What Mambu's error bodies say. Branch on the number: texts may change without notice (Mambu API v2, responses)."""

from collections.abc import Mapping
from typing import Any

from services.worker.adapters.http import Answer


def error_code(answer: Answer) -> int | None:
    """Mambu's number for what went wrong; v1 calls it returnCode."""
    error = _first_error(answer)
    code = error.get("errorCode", error.get("returnCode"))
    return code if isinstance(code, int) else None


def error_text(answer: Answer) -> str:
    """Number and words for people, like "166 REASON: where"; the status when the body has neither."""
    error = _first_error(answer)
    words = (error.get("errorReason", error.get("returnStatus")), error.get("errorSource"))
    said = ": ".join(str(word) for word in words if word)[:300]
    return " ".join(str(part) for part in (error_code(answer), said) if part) or f"status {answer.status}"


def _first_error(answer: Answer) -> Mapping[str, Any]:
    errors = answer.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        return errors[0]
    return answer.body if isinstance(answer.body, dict) else {}
