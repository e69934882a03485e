"""Flows whose next step is due."""

from collections.abc import Callable

from celery import Celery

from services.worker.handlers.advance import advance
from services.worker.handlers.office import Office
from services.worker.tasks.boundary import Count, guarded
from shared.messages import tasks


def register(app: Celery, office: Callable[[], Office], count: Count) -> None:
    """`office` is asked for inside the task: connections are made after the fork."""

    @app.task(name=tasks.ADVANCE)
    @guarded(tasks.ADVANCE, count)
    def advance_flow(flow_id: str) -> None:
        advance(flow_id, office())
