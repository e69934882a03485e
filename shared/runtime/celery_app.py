"""Celery as we use it: every setting that matters, with its reason, in one place.

The queue is a doorbell and not the record: a lost message costs a sweep, never a payment. All users of the broker
(workers, beat, Flower, publishers) build their application here, since the shortest visibility timeout among them wins
(Celery docs: Redis caveats).
"""

import ssl
from typing import Any

from celery import Celery
from kombu import Queue

from shared.messages import queues, tasks
from shared.runtime import redis_transport
from shared.runtime.heartbeat import Heart

HARD_TIME_LIMIT_SECONDS = 120
# Longer than the hard limit and the wait of a message behind it, or a running task gets a second live copy.
VISIBILITY_TIMEOUT_SECONDS = 300
SOFT_SHUTDOWN_SECONDS = 12  # and then one wait for a broker that is gone: together well below a grace period of 30 s

_REDIS_OPTIONS = {
    "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
    # Without these two, recovery scans run about every 100 s whatever the timeout (kombu issue 2558).
    "unacked_restore_interval": 60,
    "unacked_restore_throttle": 1,
    # The broker's default is to wait for ever. A blocking BRPOP lasts 1 s, well below the timeout.
    "socket_timeout": 8,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
}
# RabbitMQ: a publisher waits until the broker has taken the message, and not without end.
_AMQP_OPTIONS = {"confirm_publish": True, "read_timeout": 15, "write_timeout": 15}


def make_celery(broker_url: str, *, sweep_every_seconds: float = 1.0, heart: Heart | None = None) -> Celery:
    """The application for one broker. Opens no connection. Workers and beat show by `heart` that they live."""
    redis_transport.use_for_redis()
    app = Celery("causeway", broker=broker_url, set_as_current=False)
    app.heart = heart or Heart()
    app.steps["worker"].add("shared.runtime.celery_worker:HeartStep")
    app.conf.update(_settings(broker_url))
    app.conf.beat_schedule = {
        "sweep": {"task": tasks.SWEEP, "schedule": sweep_every_seconds},
        "sweep-deliveries": {"task": tasks.SWEEP_DELIVERIES, "schedule": sweep_every_seconds},
        "retire": {"task": tasks.RETIRE, "schedule": 60.0},
    }
    return app


def _settings(broker_url: str) -> dict[str, Any]:
    return {
        # The command line takes BROKER_URL of the environment for every application of its process: not for ours.
        "broker_read_url": broker_url,
        "broker_write_url": broker_url,
        # One queue per class of work, and none by a slip of the pen.
        "task_queues": [Queue(name, routing_key=name) for name in queues.ALL],
        "task_routes": (_route,),
        "task_default_queue": queues.INBOUND,
        "task_create_missing_queues": False,
        # Arguments are ids only, so nothing in a message goes stale or must be hidden.
        "task_serializer": "json",
        "accept_content": ["json"],
        # No result backend and no filter of duplicates by Celery: the outcome is written to the record, and the record
        # decides. No expiry of results either: beat would send a clean-up task for it.
        "task_ignore_result": True,
        "result_expires": None,
        "worker_deduplicate_successful_tasks": False,
        # A message leaves the queue when its work is done, also when the worker dies; every task can run twice.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        # What raised or ran out of time leaves the queue too: it stays due, and the sweeper rings for it.
        "task_acks_on_failure_or_timeout": True,
        "task_time_limit": HARD_TIME_LIMIT_SECONDS,
        "task_soft_time_limit": HARD_TIME_LIMIT_SECONDS - 20,
        # Leaks are a standing complaint (Celery issue 8521): a child is replaced after so many tasks, or kB.
        "worker_max_tasks_per_child": 2_000,
        "worker_max_memory_per_child": 300_000,
        # SIGTERM with REMAP_SIGTERM=SIGQUIT: finish what runs, give the rest back. An idle worker goes at once.
        "worker_soft_shutdown_timeout": SOFT_SHUTDOWN_SECONDS,
        "worker_consumer": "shared.runtime.celery_worker:Consumer",
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_send_task_events": True,
        "task_send_sent_event": True,
        # A queue that is away is no reason to cut a payment short: the claim in the record keeps its second copy idle.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        # Wait for the broker without end; a READONLY answer after a failover is a lost connection, not the end.
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_channel_error_retry": True,
        # With the broker away a publisher fails soon, and the record stays due.
        "task_publish_retry": True,
        "task_publish_retry_policy": {
            "max_retries": 1,
            "interval_start": 0.1,
            "interval_step": 0.1,
            "interval_max": 0.2,
        },
        # A forged server could read and make messages; kombu's default for rediss:// takes any certificate.
        "broker_use_ssl": {"ssl_cert_reqs": ssl.CERT_REQUIRED} if broker_url.startswith("rediss://") else False,
        "broker_transport_options": _AMQP_OPTIONS if broker_url.startswith("amqp") else _REDIS_OPTIONS,
        "result_backend_transport_options": {"visibility_timeout": VISIBILITY_TIMEOUT_SECONDS},
        "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
        "timezone": "UTC",
        "enable_utc": True,
        "beat_scheduler": "shared.runtime.bell:Bell",
        "beat_max_loop_interval": 1,
    }


def _route(name: str, args: Any, *_: Any, **__: Any) -> dict[str, str] | None:
    if name not in tasks.QUEUE_OF:
        return None
    queue = tasks.queue_of(name, *(args or ()))
    return {"queue": queue, "routing_key": queue}
