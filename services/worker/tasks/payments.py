"""Payments whose next step is due."""

from collections.abc import Callable

from celery import Celery

from services.worker.handlers.advance_payment import advance_payment
from services.worker.handlers.office import Office
from shared.messages import tasks


def register(app: Celery, office: Callable[[], Office]) -> None:
    """`office` is asked for inside the task: connections are made after the fork."""

    @app.task(name=tasks.ADVANCE_PAYMENT)
    def advance(payment_id: str) -> None:
        advance_payment(payment_id, office())
