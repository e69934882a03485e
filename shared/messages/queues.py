"""Every queue, each with its promise. A slow class of work never delays another, so each class has its own."""

INBOUND = "inbound"
"""A stored receipt waits to be interpreted; the payment it moves goes on in the same task."""

PAYMENTS = "payments"
"""A payment whose next step is due again: a repeat, a look-up, a step that a stopped worker left behind."""

MESSAGES = "messages"
"""A notification whose next step is due: a slow channel keeps only those busy who consume this queue."""

SWEEPS = "sweeps"
"""The clock's work: find what is due and enqueue it."""

ALL = (INBOUND, PAYMENTS, MESSAGES, SWEEPS)
