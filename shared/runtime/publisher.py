"""The one way to enqueue a task, for those who are not on the hot path."""

from celery import Celery
from kombu.exceptions import OperationalError

ENOUGH = 500  # messages in one queue; more only say again what the records say already


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

    def room(self, queue: str) -> int:
        """How many more messages the queue should take; 0 when nobody drains it. Raises PublishError."""
        with self._app.connection_for_write() as connection:
            try:
                declared = self._app.amqp.queues[queue](connection.default_channel).queue_declare(passive=True)
            except connection.channel_errors:  # Redis does not know a queue that is empty
                return ENOUGH
            except (OperationalError, *connection.connection_errors) as error:
                raise PublishError(f"The broker does not say what waits in {queue}: {error}.") from error
        return max(ENOUGH - int(declared.message_count), 0)
