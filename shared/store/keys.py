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

DELIVERIES_DUE = f"{PREFIX}deliveries-due"
"""Sorted set: `delivery:<id>` or `resend:<id>` -> due time in ms. Apart from DUE, so that no number of deliveries
stands before money. Removed when final, finished or set aside."""

DELIVERIES_PARKED = f"{PREFIX}deliveries-parked"
"""Sorted set: member of DELIVERIES_DUE whose record cannot be read -> since when. Removed when a person readmits it."""

DELIVERIES_QUARANTINE = f"{PREFIX}deliveries-quarantine"
"""Hash: member of DELIVERIES_PARKED -> why."""

RESENDS = f"{PREFIX}resends"
"""Sorted set: id of each resend of many -> ms of its creation. Never deleted, like the resends."""


def receipt(receipt_id: str) -> str:
    """Hash: one stored webhook. Released some time after it is finished, never before."""
    return f"{PREFIX}receipt:{receipt_id}"


def name(receipt_name: str) -> str:
    """Text: the id of the receipt that people know by this name. Released with it."""
    return f"{PREFIX}name:{receipt_name}"


def flow(flow_id: str) -> str:
    """Hash: `doc` (the flow as JSON), `version`, `state`, `moved_at` in ms. Never deleted: the record of the money. But
    what was told, an announcement published or a notification sent, is released some time after.

    A release that does not know a field of the document drops it with its next move, so the flow must be right without
    a new one. It sets aside what is of a kind or in a state that it does not know, so a release reads those before one
    writes them.
    """
    return f"{PREFIX}flow:{flow_id}"


def history(flow_id: str) -> str:
    """List: one JSON entry per event or effect, oldest first, only ever appended. Never deleted, unless with the flow.

    Also of `receipt:<id>`: one entry per act of a person. It outlives the receipt, as an audit must.
    """
    return f"{PREFIX}history:{flow_id}"


def ref(reference: str) -> str:
    """Sorted set: id of each flow that has, or once had, this among its references -> ms of its first mention.

    Never deleted, unless with the flow: a loan that money was assigned to by mistake still leads to it.
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


USER_NAMES = f"{PREFIX}user-names"
"""Hash: name of a user of the console and its API -> id. Removed with the user."""

USER_TOKENS = f"{PREFIX}user-tokens"
"""Hash: SHA-256 of a user's token -> id. Removed with the user."""


def user(user_id: str) -> str:
    """Hash: `name`, `token` (its SHA-256), `created_at`, and a field `role:<role>` for each role. Deleted with the
    user."""
    return f"{PREFIX}user:{user_id}"


def subscription(subscription_id: str) -> str:
    """Hash: `doc` (all but the secrets, as JSON), `sealed` (the secrets, encrypted, or ""), `places` (JSON array of the
    indexes it stands in). Removed when a person deletes it; `history:subscription:<id>` stays, as an audit must."""
    return f"{PREFIX}subscription:{subscription_id}"


def subscriptions(index: str) -> str:
    """Sorted set: id of each subscription with this in common -> ms of its creation. Removed with the subscription.

    An index is a JSON array: ["all"], or what they share and its values, as shared.store.subscriptions writes it.
    """
    return f"{PREFIX}subscriptions:{index}"


def delivery(delivery_id: str) -> str:
    """Hash: `doc` (JSON, all but the body), `body` (written once), `version`, `state`, `places` (JSON array of the
    indexes it stands in). Released some time after its creation when it is final, with its attempts;
    `history:delivery:<id>`, what people did to it, stays."""
    return f"{PREFIX}delivery:{delivery_id}"


def attempts(delivery_id: str) -> str:
    """List: one JSON entry per call that went out, oldest first. Released with the delivery."""
    return f"{PREFIX}attempts:{delivery_id}"


def deliveries(index: str) -> str:
    """Sorted set: id of each delivery with this in common -> ms of its creation.

    Indexes: "all", "state:<state>", "subscription:<id>", "subscription:<id>:<state>", "trigger:<name>",
    "reason:<failure reason>", "event:<id>", "account:<id>", "destination:<digest of the URL>". A delivery leaves
    one with the move that ends what they share, and all when it is released.
    """
    return f"{PREFIX}deliveries:{index}"


def resend(resend_id: str) -> str:
    """Hash: `doc` (JSON). Never deleted: it says who had what resent, and why."""
    return f"{PREFIX}resend:{resend_id}"


def berths(subscription_id: str) -> str:
    """Sorted set: id of each delivery whose call is out -> ms when its berth is free again by itself. Expires."""
    return f"{PREFIX}berths:{subscription_id}"


def proven(subscription_id: str) -> str:
    """There while the destination's last call was answered soon. Deleted by one that was not; expires in an hour."""
    return f"{PREFIX}proven:{subscription_id}"


def request(idempotency_key: str) -> str:
    """Text: what was asked for and answered under an idempotency key of the console's API, as JSON. Expires."""
    return f"{PREFIX}request:{idempotency_key}"
