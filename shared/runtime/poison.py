"""Queue elements that no worker can take. Each is told by a signal and gone from its queue: it neither ends a worker
nor comes round again. Whatever it was to ring for stays due, and the sweeper rings for that.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from celery.utils.dispatch import Signal

from shared.messages import tasks

_log = structlog.get_logger()

found = Signal(name="found", providing_args={"queue", "reason", "element"})
"""Sent with the queue, a reason code and the element as text. A receiver that fails is logged and harms nobody."""

# What code raises that meets data of another form than it thought of: no fault of ours, of the store or of the broker.
ODD_DATA = (TypeError, ValueError, LookupError, AttributeError, RecursionError)

# What we never ask for, and what Celery would hold a message for, drop it for, or (of another kind) stumble over.
_ALLOWED: Mapping[str, Sequence[Any]] = {"eta": (None,), "expires": (None,)}


def set_aside(queue: str, reason: str, element: str) -> None:
    """Say that this element of the queue is none of ours."""
    _log.error("queue element set aside", queue=queue, reason=reason, characters=len(element))
    found.send(sender=None, queue=queue, reason=reason, element=element)


def fault_of(message: Any) -> str | None:
    """Why no task of ours can take this kombu message, as a reason code; None when one can."""
    headers = message.headers
    if not isinstance(headers, dict) or not isinstance(headers.get("id"), str):
        return "not_a_call"
    if any(headers.get(name) not in values for name, values in _ALLOWED.items()):
        return "not_a_call"
    if not _is_timelimit(headers.get("timelimit")):
        return "not_a_call"
    task = headers.get("task")
    if not isinstance(task, str) or task not in tasks.QUEUE_OF:
        return "unknown_task"
    try:
        arguments, by_name, follow_up = message.decode()
        is_plain = by_name == {} and not any(follow_up.values())
    except Exception:  # of any content type's decoder
        return "unreadable_arguments"
    is_one_id = isinstance(arguments, list) and len(arguments) <= 1 and all(isinstance(each, str) for each in arguments)
    return None if is_plain and is_one_id else "unreadable_arguments"


def _is_timelimit(value: Any) -> bool:
    """None, or a pair of seconds each of which may be None: who has the task registered, like beat, names ours."""
    if value is None:
        return True
    return isinstance(value, list) and len(value) == 2 and all(isinstance(each, int | float | None) for each in value)
