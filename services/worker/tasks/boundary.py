"""Where a task ends, whatever happened in it. Celery acknowledges what raises, too, and forgets it (Celery docs:
task_acks_on_failure_or_timeout): so it is said here, by the record's id, and the record stays due.
"""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps

import structlog
from celery import current_task

from shared.messages.tasks import ADVANCE, RECEIVE_WEBHOOK
from shared.runtime.tracing import note, span

_log = structlog.get_logger()

Count = Callable[[str, str, str], None]
"""Counts one more of (counter, label, label)."""

TASKS = "tasks"
DONE, FAILED = "done", "failed"

_NAME_OF_ID = {RECEIVE_WEBHOOK: "receipt_id", ADVANCE: "flow_id"}


def guarded(task: str, count: Count) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """For the body of a task, called with its one id or with nothing.

    A record that cannot be worked on is the handler's to quarantine. What comes here may pass: the store is away, time
    has run out, or a defect; the sweeper rings again.
    """

    def decorate(work: Callable[..., None]) -> Callable[..., None]:
        @wraps(work)
        def run(*ids: str) -> None:
            # The clock's own work is worth no trace a second.
            named = {_NAME_OF_ID.get(task, "record_id"): record for record in ids}
            with span(task, _sent_within(), **named) if ids else nullcontext():
                attempt(*ids)

        def attempt(*ids: str) -> None:
            try:
                work(*ids)
            except Exception as error:
                count(TASKS, task, FAILED)
                note(failed=type(error).__name__)
                _log.exception("task failed", task=task, record="".join(ids), reason=type(error).__name__)
            else:
                count(TASKS, task, DONE)

        return run

    return decorate


def _sent_within() -> str:
    """The traceparent of whoever put the message into the queue, "" when it had none, as all that the sweeper finds."""
    return (current_task.request.get("traceparent") or "") if current_task else ""
