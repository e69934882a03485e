"""The clock's work: enqueue whatever is due. The queue may lose a message; the due set does not."""

import structlog

from services.worker.ports import Outbox, Publisher
from shared.messages import tasks

_log = structlog.get_logger()

AT_MOST = 500
_RECEIPT = "receipt:"


def sweep(outbox: Outbox, publisher: Publisher, again_after_seconds: float) -> int:
    """How many were enqueued. What the broker does not take is due again later, and so is what finds its queue full:
    a queue that nobody drains must not grow with every sweep."""
    members = outbox.take_due(AT_MOST, again_after_seconds)
    room: dict[str, int] = {}
    enqueued = 0
    for member in members:
        task, argument = _call(member)
        queue = tasks.queue_of(task, argument)
        if queue not in room:
            room[queue] = publisher.room(queue)
        if room[queue] > 0:
            publisher.enqueue(task, argument)
            room[queue] -= 1
            enqueued += 1
    if members:
        _log.info("swept", enqueued=enqueued, left=len(members) - enqueued)
    return enqueued


def _call(member: str) -> tuple[str, str]:
    if member.startswith(_RECEIPT):
        return tasks.RECEIVE_WEBHOOK, member.removeprefix(_RECEIPT)
    return tasks.ADVANCE, member
