"""What a test names with `celery -A`: our application with one task, which only writes down that it ran."""

import os

from shared.messages import tasks
from shared.runtime.celery_app import make_celery
from shared.store.connection import connect

RAN = "test:ran"

app = make_celery(os.environ["BROKER_URL"])


@app.task(name=tasks.RECEIVE_WEBHOOK)
def record(receipt_id: str) -> None:
    connect(os.environ["BROKER_URL"]).rpush(RAN, receipt_id)
