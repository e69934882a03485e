"""Every queue, each with its promise. A slow class of work never delays another, so each class has its own."""

INBOUND = "inbound"
"""A stored receipt waits to be interpreted; the payment it moves goes on in the same task."""

PAYMENTS = "payments"
"""A payment whose next step is due again: a repeat, a look-up, a step that a stopped worker left behind."""

MESSAGES = "messages"
"""A notification whose next step is due: a slow channel keeps only those busy who consume this queue."""

EVENTS = "events"
"""An event waits to become a delivery for each of its subscribers, or many deliveries to be resent."""

DELIVERIES = "deliveries"
"""A delivery's first attempt: nothing that failed before stands in its way."""

REDELIVERIES = "redeliveries"
"""A delivery's next attempt."""

SWEEPS = "sweeps"
"""The clock's work: find what is due and enqueue it."""

ALL = (INBOUND, PAYMENTS, MESSAGES, EVENTS, DELIVERIES, REDELIVERIES, SWEEPS)
