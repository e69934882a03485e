"""Every key pattern, what lives there, and who deletes it.

The scripts compute `name:` keys themselves: the store is one server with replicas, never a cluster.
"""

PREFIX = "cw:"

DUE = f"{PREFIX}due"
"""Sorted set: `receipt:<id>` or a payment id -> due time in ms of the server's clock. Removed when final or parked."""

PARKED = f"{PREFIX}parked"
"""Sorted set: like DUE, -> since when it waits for a person. Removed when a person resolves it."""

FINISHED = f"{PREFIX}finished"
"""Sorted set: receipt id -> when it was finished. Retention walks it."""


def receipt(receipt_id: str) -> str:
    """Hash: one stored webhook. Released some time after it is finished, never before."""
    return f"{PREFIX}receipt:{receipt_id}"


def name(receipt_name: str) -> str:
    """Text: the id of the receipt that people know by this name. Released with it."""
    return f"{PREFIX}name:{receipt_name}"


def payment(payment_id: str) -> str:
    """Hash: `doc` (the payment as JSON), `version`, `state`. Never deleted: it is the record of the money."""
    return f"{PREFIX}payment:{payment_id}"


def history(payment_id: str) -> str:
    """List: one JSON entry per event or effect, oldest first, only ever appended."""
    return f"{PREFIX}history:{payment_id}"
