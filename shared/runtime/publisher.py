"""The one way to enqueue a task, for those who are not on the hot path."""

from celery import Celery
from kombu.exceptions import OperationalError


class PublishError(Exception):
    """The broker did not take the message; the record stays due and is enqueued later."""


class Publisher:
    """Sends one task with one id as its argument."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def enqueue(self, task: str, argument: str) -> None:
        """Raises PublishError."""
        try:
            self._app.send_task(task, args=(argument,))
        except OperationalError as error:
            raise PublishError(f"The broker did not take {task}: {error}.") from error
