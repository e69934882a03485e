"""Every task, by the name that travels. Arguments are one id: the worker loads the present state."""

from shared.messages import queues

RECEIVE_WEBHOOK = "causeway.receive_webhook"
"""(receipt id): interpret a stored receipt and do what follows."""

ADVANCE = "causeway.advance"
"""(flow id): do the flow's next steps until it must wait or is over."""

SWEEP = "causeway.sweep"
"""(): enqueue everything that is due and not final."""

DELIVER = "causeway.deliver"
"""(delivery id): make the first attempt."""

REDELIVER = "causeway.redeliver"
"""(delivery id): make the next attempt that is due."""

RESEND = "causeway.resend"
"""(resend id): queue some more of the many deliveries that a person asked to have resent."""

SWEEP_DELIVERIES = "causeway.sweep_deliveries"
"""(): enqueue the deliveries and resends that are due."""

RETIRE = "causeway.retire"
"""(): release what was finished long ago."""

QUEUE_OF = {
    RECEIVE_WEBHOOK: queues.INBOUND,
    ADVANCE: queues.PAYMENTS,
    DELIVER: queues.DELIVERIES,
    REDELIVER: queues.REDELIVERIES,
    RESEND: queues.EVENTS,
    SWEEP: queues.SWEEPS,
    SWEEP_DELIVERIES: queues.SWEEPS,
    RETIRE: queues.SWEEPS,
}

_QUEUE_OF_KIND = {"notification": queues.MESSAGES, "event": queues.EVENTS}


def queue_of(task: str, argument: str = "") -> str:
    """Where a call goes: as its task says, but what is told to others is kept apart from payments."""
    if task == ADVANCE:
        return _QUEUE_OF_KIND.get(argument.partition(":")[0], QUEUE_OF[task])
    return QUEUE_OF[task]
