"""The clock's work: enqueue whatever is due. The queue may lose a message; the due set does not."""

import structlog

from services.worker.ports import Outbox, Publisher
from shared.messages import tasks

_log = structlog.get_logger()

AT_MOST = 500
_RECEIPT = "receipt:"


def sweep(outbox: Outbox, publisher: Publisher, again_after_seconds: float) -> int:
    """How many were enqueued. What the broker does not take is due again later."""
    members = outbox.take_due(AT_MOST, again_after_seconds)
    for member in members:
        if member.startswith(_RECEIPT):
            publisher.enqueue(tasks.RECEIVE_WEBHOOK, member.removeprefix(_RECEIPT))
        else:
            publisher.enqueue(tasks.ADVANCE, member)
    if members:
        _log.info("swept", enqueued=len(members))
    return len(members)
