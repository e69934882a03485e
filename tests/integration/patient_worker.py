"""What a test names with `celery -A`: our application with one task, which ends when the test lets it."""

import os

from shared.messages import tasks
from shared.runtime.celery_app import make_celery
from shared.store.connection import connect
from tests.integration.workers import BEGAN, ENDED, go_ahead

app = make_celery(os.environ["BROKER_URL"])
app.conf.worker_soft_shutdown_timeout = 2


@app.task(name=tasks.RECEIVE_WEBHOOK)
def wait_for_the_test(receipt_id: str) -> None:
    with connect(os.environ["BROKER_URL"], timeout_seconds=120) as redis:
        redis.rpush(BEGAN, receipt_id)
        redis.blpop([go_ahead(receipt_id)], timeout=60)
        redis.rpush(ENDED, receipt_id)
