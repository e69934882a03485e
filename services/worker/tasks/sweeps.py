"""The clock's work."""

from collections.abc import Callable, Sequence

from celery import Celery

from services.worker.handlers.retire import Retirement, retire
from services.worker.handlers.sweep import sweep
from services.worker.ports import Outbox, Publisher
from services.worker.tasks.boundary import Count, guarded
from shared.messages import tasks


def register(
    app: Celery,
    outbox: Callable[[], Outbox],
    publisher: Publisher,
    again_after_seconds: float,
    retirements: Callable[[], Sequence[Retirement]],
    count: Count,
) -> None:
    """`outbox` and `retirements` are asked for inside the task: connections are made after the fork."""

    @app.task(name=tasks.SWEEP)
    @guarded(tasks.SWEEP, count)
    def sweep_due() -> None:
        sweep(outbox(), publisher, again_after_seconds)

    @app.task(name=tasks.RETIRE)
    @guarded(tasks.RETIRE, count)
    def retire_finished() -> None:
        for retirement in retirements():
            retire(retirement)
