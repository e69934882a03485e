"""Flows whose next step is due."""

from collections.abc import Callable
from typing import Any

from celery import Celery

from services.worker.handlers.advance import advance
from services.worker.handlers.office import Office
from services.worker.tasks.boundary import Count, guarded
from shared.messages import tasks


def register(app: Celery, office: Callable[[], Office], count: Count) -> None:
    """`office` is asked for inside the task: connections are made after the fork."""

    @guarded(tasks.ADVANCE, count)
    def go_on(flow_id: str) -> None:
        advance(flow_id, office())

    @guarded(tasks.ADVANCE, count)
    def go_on_after_a_death(flow_id: str) -> None:
        advance(flow_id, office(), worker_died=True)

    @app.task(name=tasks.ADVANCE, bind=True)
    def advance_flow(task: Any, flow_id: str) -> None:
        # A message comes again when its worker never acknowledged it (kombu: redelivered).
        comes_again = (task.request.delivery_info or {}).get("redelivered")
        (go_on_after_a_death if comes_again else go_on)(flow_id)
