"""Our ready-made queue element against Celery itself, on a real server."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from shared.messages import queues, tasks
from shared.runtime.celery_app import make_celery
from shared.runtime.envelope import EnvelopeTemplate
from tests.processes import eventually, running

pytestmark = pytest.mark.enable_socket

RECEIPT_ID = "9f" * 32
CHANGES_EVERY_TIME = {"headers": ("id", "root_id"), "properties": ("correlation_id", "delivery_tag", "reply_to")}
WORKER = ["-m", "celery", "-A", "tests.contract.recording_worker", "worker", "--pool", "solo", "--queues"]


def without_ids(element: dict[str, Any]) -> dict[str, Any]:
    """The element with its ids replaced by how long they are: they differ, their shape must not."""
    return element | {
        part: element[part] | {name: len(element[part][name]) for name in names if name in element[part]}
        for part, names in CHANGES_EVERY_TIME.items()
    }


@pytest.mark.parametrize("task", tasks.QUEUE_OF)
def test_the_element_is_what_celery_would_have_pushed(redis: Redis, redis_url: str, task: str) -> None:
    # ignore_result: what a registered task's own delay() adds from the configuration.
    make_celery(redis_url).send_task(task, args=(RECEIPT_ID,), ignore_result=True)
    pushed = json.loads(redis.lindex(tasks.QUEUE_OF[task], 0) or "")
    ours = json.loads(EnvelopeTemplate(task).fill(RECEIPT_ID))
    assert without_ids(ours) == without_ids(pushed)
    assert json.loads(base64.b64decode(ours["body"])) == json.loads(base64.b64decode(pushed["body"]))


def test_a_worker_runs_a_pushed_element_exactly_once_and_acknowledges_it(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    template, ids = EnvelopeTemplate(tasks.RECEIVE_WEBHOOK), [f"receipt-{number}" for number in range(3)]
    for receipt_id in ids:
        redis.lpush(queues.INBOUND, template.fill(receipt_id))

    def ran() -> list[str]:
        return [text.decode() for text in redis.lrange("test:ran", 0, -1) if isinstance(text, bytes)]

    with running([*WORKER, queues.INBOUND], tmp_path, {"BROKER_URL": redis_url}, lambda: len(ran()) == len(ids)):
        eventually(lambda: not redis.exists("unacked", "unacked_index", queues.INBOUND), "everything is acknowledged")
    assert ran() == ids
    assert not redis.exists("unacked", queues.INBOUND)
