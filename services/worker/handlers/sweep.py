"""The clock's work: enqueue whatever is due. The queue may lose a message; the due set does not."""

import structlog

from services.worker.ports import Outbox, Publisher
from shared.messages import tasks

_log = structlog.get_logger()

BATCH, MOST_BATCHES = 500, 10  # what no worker takes must not keep a payment behind it from its turn
_RECEIPT = "receipt:"


def sweep(outbox: Outbox, publisher: Publisher, again_after_seconds: float) -> int:
    """How many were enqueued. What the broker does not take is due again later, and so is what finds its queue full:
    a queue that nobody drains must not grow with every sweep."""
    room: dict[str, int] = {}
    enqueued = left = 0
    for _ in range(MOST_BATCHES):
        members = outbox.take_due(BATCH, again_after_seconds)
        for member in members:
            if _enqueue(*_call(member), publisher, room):
                enqueued += 1
            else:
                left += 1
        if len(members) < BATCH:
            break
    if enqueued or left:
        _log.info("swept", enqueued=enqueued, left=left)
    return enqueued


def _enqueue(task: str, argument: str, publisher: Publisher, room: dict[str, int]) -> bool:
    """Unless its queue is full. `room` is what each queue has left, asked once a sweep."""
    queue = tasks.queue_of(task, argument)
    if queue not in room:
        room[queue] = publisher.room(queue)
    if room[queue] <= 0:
        return False
    publisher.enqueue(task, argument)
    room[queue] -= 1
    return True


def _call(member: str) -> tuple[str, str]:
    if member.startswith(_RECEIPT):
        return tasks.RECEIVE_WEBHOOK, member.removeprefix(_RECEIPT)
    return tasks.ADVANCE, member
