"""Where a task ends, whatever happened in it. Celery acknowledges what raises, too, and forgets it (Celery docs:
task_acks_on_failure_or_timeout): so it is said here, by the record's id, and the record stays due.
"""

from collections.abc import Callable
from functools import wraps

import structlog

_log = structlog.get_logger()

Count = Callable[[str, str, str], None]
"""Counts one more of (counter, label, label)."""

TASKS = "tasks"
DONE, FAILED = "done", "failed"


def guarded(task: str, count: Count) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """For the body of a task, called with its one id or with nothing.

    A record that cannot be worked on is the handler's to quarantine. What comes here may pass: the store is away, time
    has run out, or a defect; the sweeper rings again.
    """

    def decorate(work: Callable[..., None]) -> Callable[..., None]:
        @wraps(work)
        def run(*ids: str) -> None:
            try:
                work(*ids)
            except Exception as error:
                count(TASKS, task, FAILED)
                _log.exception("task failed", task=task, record="".join(ids), reason=type(error).__name__)
            else:
                count(TASKS, task, DONE)

        return run

    return decorate
