"""What is told to both releases, one act a line: the name of a method and its arguments."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shared.store.inbox import NewReceipt
from tests.contract.previous_release import MOVES
from tests.contract.records import a_webhook, an_entry

Story = Sequence[tuple[Any, ...]]

ONE, OTHER, THIRD = (a_webhook(event).identity.fingerprint for event in ("event-1", "event-2", "event-3"))
NAMES = ("TransactionSettled-e2e", "TransactionSettled-e2e-id")
BY_HAND = an_entry("seen to")


def delivery(attempt: str, event: str = "event-1", content: str = "content") -> NewReceipt:
    return replace(a_webhook(event, content, *NAMES), attempt_id=attempt)


CONFLICT = f"{ONE}!{delivery('4', content='changed').identity.digest[:16]}"
RECEIPTS: Story = [
    ("accept", delivery("1")),
    ("accept", delivery("1")),  # our own repeat, after a lost reply
    ("accept", delivery("2")),  # the sender's repeat
    ("accept", delivery("3")),
    ("accept", delivery("4", content="changed")),
    ("accept", delivery("4", content="changed")),
    ("accept", delivery("5", content="changed")),
    ("accept", delivery("6", "event-2")),  # the name is taken
    ("accept", delivery("7", "event-3")),
    ("take_due",),
    ("take_due",),
    ("begin", ONE),
    ("begin", ONE),
    ("postpone", ONE),
    ("begin", ONE),
    ("take_due",),
    ("finish", ONE),
    ("postpone", ONE),
    ("begin", OTHER),
    ("park", OTHER),
    ("begin", OTHER),
    ("postpone", OTHER),
    ("reopen", OTHER, BY_HAND),
    ("reopen", OTHER, BY_HAND),
    ("begin", OTHER),
    ("dismiss", OTHER, BY_HAND),
    ("park", OTHER),
    ("dismiss", OTHER, BY_HAND),
    ("dismiss", CONFLICT, BY_HAND),
    ("set_aside", THIRD),
    ("take_due",),
    ("reopen", THIRD, BY_HAND),
    ("take_due",),
    ("set_aside", THIRD),
    ("dismiss", THIRD, BY_HAND),
    ("reopen", THIRD, BY_HAND),
    ("accept", delivery("8")),
    ("begin", "unknown"),
    ("finish", "unknown"),
    ("release",),
    ("release",),
    ("accept", delivery("9")),  # released and sent once more
]

MOVE_CALLS: list[list[str]] = json.loads(MOVES.read_text())
FLOWS: Story = [("move", call) for call in MOVE_CALLS]
