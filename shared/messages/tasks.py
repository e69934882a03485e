"""Every task, by the name that travels. Arguments are one id: the worker loads the present state."""

from shared.messages import queues

RECEIVE_WEBHOOK = "causeway.receive_webhook"
"""(receipt id): interpret a stored receipt and do what follows."""

ADVANCE = "causeway.advance"
"""(flow id): do the flow's next steps until it must wait or is over."""

SWEEP = "causeway.sweep"
"""(): enqueue everything that is due and not final."""

RETIRE = "causeway.retire"
"""(): release what was finished long ago."""

QUEUE_OF = {
    RECEIVE_WEBHOOK: queues.INBOUND,
    ADVANCE: queues.PAYMENTS,
    SWEEP: queues.SWEEPS,
    RETIRE: queues.SWEEPS,
}


def queue_of(task: str, argument: str = "") -> str:
    """Where a call goes: as its task says, but notifications are kept apart from payments."""
    if task == ADVANCE and argument.startswith("notification:"):
        return queues.MESSAGES
    return QUEUE_OF[task]
