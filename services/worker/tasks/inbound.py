"""Receipts that wait to be interpreted."""

from collections.abc import Callable

from celery import Celery

from services.worker.handlers.office import Office
from services.worker.handlers.receive_webhook import receive_webhook
from services.worker.tasks.boundary import Count, guarded
from shared.messages import tasks


def register(app: Celery, office: Callable[[], Office], count: Count) -> None:
    """`office` is asked for inside the task: connections are made after the fork."""

    @app.task(name=tasks.RECEIVE_WEBHOOK)
    @guarded(tasks.RECEIVE_WEBHOOK, count)
    def receive(receipt_id: str) -> None:
        receive_webhook(receipt_id, office())
