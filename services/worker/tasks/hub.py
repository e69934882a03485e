"""Deliveries and resends that are due."""

from collections.abc import Callable

from celery import Celery

from services.worker.handlers.hub.deliver import deliver
from services.worker.handlers.hub.dispatch import Dispatch
from services.worker.handlers.hub.resend import ResendDesk, resend
from services.worker.handlers.hub.sweep_deliveries import sweep_deliveries
from services.worker.ports import Publisher
from services.worker.tasks.boundary import Count, guarded
from shared.messages import tasks


def register(
    app: Celery,
    dispatch: Callable[[], Dispatch],
    desk: Callable[[], ResendDesk],
    publisher: Publisher,
    again_after_seconds: float,
    count: Count,
) -> None:
    """`dispatch` and `desk` are asked for inside the task: connections are made after the fork."""

    @app.task(name=tasks.DELIVER)
    @guarded(tasks.DELIVER, count)
    def deliver_first(delivery_id: str) -> None:
        deliver(delivery_id, dispatch())

    @app.task(name=tasks.REDELIVER)
    @guarded(tasks.REDELIVER, count)
    def deliver_again(delivery_id: str) -> None:
        deliver(delivery_id, dispatch())

    @app.task(name=tasks.RESEND)
    @guarded(tasks.RESEND, count)
    def resend_some(resend_id: str) -> None:
        resend(resend_id, desk())

    @app.task(name=tasks.SWEEP_DELIVERIES)
    @guarded(tasks.SWEEP_DELIVERIES, count)
    def sweep_due_deliveries() -> None:
        sweep_deliveries(dispatch(), publisher, again_after_seconds)
