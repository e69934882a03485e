"""Celery as we use it: every setting that matters, with its reason, in one place.

The queue is a doorbell and not the record: a lost message costs a sweep, never a payment. All users of the broker
(workers, beat, Flower, publishers) build their application here, since the shortest visibility timeout among them wins.
"""

from celery import Celery
from kombu import Queue

from shared.messages import queues, tasks

HARD_TIME_LIMIT_SECONDS = 120
VISIBILITY_TIMEOUT_SECONDS = 300  # longer than the hard limit, or a running task gets a second live copy


def make_celery(broker_url: str, *, sweep_every_seconds: float = 1.0) -> Celery:
    """The application for one broker. Opens no connection."""
    app = Celery("causeway", broker=broker_url, set_as_current=False)
    transport_options = {
        "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
        # Without these two, recovery scans run about every 100 s whatever the timeout (kombu issue 2558).
        "unacked_restore_interval": 60,
        "unacked_restore_throttle": 1,
        # The broker's default is to wait for ever.
        "socket_timeout": 30,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 25,
    }
    app.conf.update(
        task_queues=[Queue(name, routing_key=name) for name in queues.ALL],
        task_routes={name: {"queue": queue, "routing_key": queue} for name, queue in tasks.QUEUE_OF.items()},
        task_default_queue=queues.INBOUND,
        task_create_missing_queues=False,
        task_serializer="json",
        accept_content=["json"],
        # No result backend: the outcome is written to the record.
        task_ignore_result=True,
        # A message leaves the queue when its work is done, also when the worker dies; every task can run twice.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_time_limit=HARD_TIME_LIMIT_SECONDS,
        task_soft_time_limit=HARD_TIME_LIMIT_SECONDS - 20,
        worker_max_tasks_per_child=2_000,
        worker_max_memory_per_child=300_000,
        # SIGTERM with REMAP_SIGTERM=SIGQUIT: finish what runs, give the rest back. An idle worker goes at once.
        worker_soft_shutdown_timeout=15,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=True,
        task_send_sent_event=True,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        broker_connection_retry_on_startup=True,
        broker_channel_error_retry=True,
        broker_connection_max_retries=None,
        broker_transport_options=transport_options,
        visibility_timeout=VISIBILITY_TIMEOUT_SECONDS,
        timezone="UTC",
        enable_utc=True,
        beat_max_loop_interval=1,
        beat_schedule={
            "sweep": {
                "task": tasks.SWEEP,
                "schedule": sweep_every_seconds,
                # A sweep that waited longer than this is worth nothing: the next one finds the same.
                "options": {"expires": 10},
            }
        },
    )
    return app
