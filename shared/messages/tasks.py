"""Every task, by the name that travels. Arguments are one id: the worker loads the present state."""

from shared.messages import queues

RECEIVE_WEBHOOK = "causeway.receive_webhook"
"""(receipt id): interpret a stored receipt and do what follows."""

ADVANCE = "causeway.advance"
"""(payment id): do the payment's next steps until it must wait or is over."""

SWEEP = "causeway.sweep"
"""(): enqueue everything that is due and not final."""

QUEUE_OF = {RECEIVE_WEBHOOK: queues.INBOUND, ADVANCE: queues.PAYMENTS, SWEEP: queues.SWEEPS}
