"""Every key pattern, what lives there, and who deletes it.

The scripts compute keys themselves, from the prefix and these words: the store is one server with replicas, never a
cluster.

During a rolling update two releases work on the same records, each with its own scripts: the server knows a script by
its text. What both must agree on is this page, so it only grows. A field, key or member keeps name, form and meaning; a
new one is optional, and whoever does not know it leaves it alone. What must go is first read no more, then written no
more, in two releases. tests/contract/previous_release/ keeps the scripts of the release before and tests both ways.
"""

PREFIX = "cw:"

DUE = f"{PREFIX}due"
"""Sorted set: `receipt:<id>` or a flow's id -> due time in ms of the server's clock. Removed when final or parked."""

PARKED = f"{PREFIX}parked"
"""Sorted set: like DUE, -> since when it waits for a person. Removed when a person resolves it."""

FINISHED = f"{PREFIX}finished"
"""Sorted set: receipt id -> when it was finished. Retention walks it."""

QUARANTINE = f"{PREFIX}quarantine"
"""Hash: member of PARKED whose record cannot be worked on -> why. Removed when a person has seen to it."""

POISON = f"{PREFIX}poison"
"""List: what stood in a queue and was no message for us, as JSON, newest first, the oldest dropped past a thousand."""

POISON_COUNTS = f"{PREFIX}poison-counts"
"""Hash: reason code -> how often such a thing was found, ever."""


COUNTS = f"{PREFIX}counts"
"""Hash: JSON array [counter, label, ...] -> how often, ever. Never deleted."""


def receipt(receipt_id: str) -> str:
    """Hash: one stored webhook. Released some time after it is finished, never before."""
    return f"{PREFIX}receipt:{receipt_id}"


def name(receipt_name: str) -> str:
    """Text: the id of the receipt that people know by this name. Released with it."""
    return f"{PREFIX}name:{receipt_name}"


def flow(flow_id: str) -> str:
    """Hash: `doc` (the flow as JSON), `version`, `state`, `moved_at` in ms. Never deleted: the record of the money.

    A release that does not know a field of the document drops it with its next move, so the flow must be right without
    a new one. It sets aside what is of a kind or in a state that it does not know, so a release reads those before one
    writes them.
    """
    return f"{PREFIX}flow:{flow_id}"


def history(flow_id: str) -> str:
    """List: one JSON entry per event or effect, oldest first, only ever appended. Never deleted, like the flow.

    Also of `receipt:<id>`: one entry per act of a person. It outlives the receipt, as an audit must.
    """
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


def gate(destination: str) -> str:
    """Hash: what is known against a destination ("clearbank"), see lua/gate_enter.lua. Deleted when it answers well,
    expires when nothing is called for an hour."""
    return f"{PREFIX}gate:{destination}"
