"""What our workers do beyond Celery's own: they set poison aside, and they show that they live."""

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

from celery import bootsteps, signals
from celery.utils.log import get_logger
from celery.worker.consumer import Consumer as CeleryConsumer

from shared.runtime.heartbeat import EVERY_SECONDS
from shared.runtime.poison import ODD_DATA, fault_of, set_aside

_log = get_logger(__name__)

LATEST_END_SECONDS = 25  # after SIGTERM; below a grace period of 30 s


@signals.worker_ready.connect(weak=False)
def end_in_time(**_: object) -> None:
    """The rest of a stop may wait for a broker that says nothing, or without end for the rest of a child's last answer
    (celery.concurrency.asynpool, _flush_outqueue). SIGALRM ends it then, and its children with it: the records hold all
    that matters."""
    stop: Any = signal.getsignal(signal.SIGTERM)

    def stop_in_time(number: int, frame: FrameType | None) -> None:
        signal.alarm(LATEST_END_SECONDS)
        stop(number, frame)

    signal.signal(signal.SIGTERM, stop_in_time)


class Consumer(CeleryConsumer):  # type: ignore[misc]  # Celery is not typed
    def create_task_handler(self, *args: Any, **options: Any) -> Callable[[Any], None]:
        """Celery's own, for messages that are calls of our tasks. Of others it logs some and stumbles over some."""
        take = super().create_task_handler(*args, **options)

        def take_calls(message: Any) -> None:
            reason = fault_of(message)
            if reason is None:
                try:
                    take(message)
                except ODD_DATA:
                    reason = "not_a_call"
            if reason and not message.acknowledged:
                queue = message.delivery_info.get("routing_key") or "unknown"
                set_aside(queue, reason, f"{message.headers!r} {message.body!r}")
                message.ack_log_error(_log, self.connection_errors)

        return take_calls

    def ensure_connected(self, conn: Any) -> Any:
        """Waiting for the broker is living, too."""
        with self.app.heart.beating():
            return super().ensure_connected(conn)


class HeartStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Beats from the worker's main loop."""

    requires = ("celery.worker.components:Timer",)

    def start(self, worker: Any) -> None:
        worker.timer.call_repeatedly(EVERY_SECONDS, worker.app.heart.beat)
