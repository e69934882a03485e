"""The one way to enqueue a task, for those who are not on the hot path."""

from celery import Celery
from kombu.exceptions import OperationalError

# Bounded: with the broker away this fails soon, and the record stays due.
_RETRY_POLICY = {"max_retries": 2, "interval_start": 0.05, "interval_step": 0.1, "interval_max": 0.2}


class PublishError(Exception):
    """The broker did not take the message; the record stays due and is enqueued later."""


class Publisher:
    """Sends one task with one id as its argument."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def enqueue(self, task: str, argument: str) -> None:
        """Raises PublishError."""
        try:
            self._app.send_task(task, args=(argument,), retry=True, retry_policy=_RETRY_POLICY)
        except OperationalError as error:
            raise PublishError(f"The broker did not take {task}: {error}.") from error
