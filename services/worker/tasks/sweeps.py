"""The clock's work."""

from collections.abc import Callable

from celery import Celery

from services.worker.handlers.sweep import sweep
from services.worker.ports import Outbox, Publisher
from shared.messages import tasks


def register(app: Celery, outbox: Callable[[], Outbox], publisher: Publisher, again_after_seconds: float) -> None:
    """`outbox` is asked for inside the task: connections are made after the fork."""

    @app.task(name=tasks.SWEEP)
    def sweep_due() -> None:
        sweep(outbox(), publisher, again_after_seconds)
