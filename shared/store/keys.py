"""Every key pattern, what lives there, and who deletes it.

The scripts compute keys themselves, from the prefix and these words: the store is one server with replicas, never a
cluster.
"""

PREFIX = "cw:"

DUE = f"{PREFIX}due"
"""Sorted set: `receipt:<id>` or a flow's id -> due time in ms of the server's clock. Removed when final or parked."""

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


def flow(flow_id: str) -> str:
    """Hash: `doc` (the flow as JSON), `version`, `state`, `moved_at` in ms. Never deleted: the record of the money."""
    return f"{PREFIX}flow:{flow_id}"


def history(flow_id: str) -> str:
    """List: one JSON entry per event or effect, oldest first, only ever appended. Never deleted, like the flow."""
    return f"{PREFIX}history:{flow_id}"


def ref(reference: str) -> str:
    """Sorted set: id of each flow that has, or once had, this among its references -> ms of its first mention.

    Never deleted, like the flows: a loan that money was assigned to by mistake still leads to it.
    """
    return f"{PREFIX}ref:{reference}"


def state(kind: str, state_name: str) -> str:
    """Sorted set: id of each flow of this kind that is in this state -> ms of entering it.

    `kind` is what a flow's id begins with, up to the first colon. Removed when the flow goes on to another state.
    """
    return f"{PREFIX}state:{kind}:{state_name}"
