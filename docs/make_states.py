"""Writes docs/states.md from the tables of edges and each kind's steps: `python -m docs.make_states`."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from shared.domain.closure import Closure
from shared.domain.disbursement import MAY_FAIL, Disbursement
from shared.domain.flows import Flow, Step
from shared.domain.hub.announcement import Announcement
from shared.domain.hub.delivery_states import DELIVERY, DeliveryEdge, DeliveryState
from shared.domain.notification import Notification
from shared.domain.posting import BankDisbursement, Repayment
from shared.domain.transitions import (
    ANNOUNCEMENT,
    CLOSURE,
    DISBURSEMENT,
    NOTIFICATION,
    POSTING,
    AnnouncementState,
    ClosureState,
    DisbursementState,
    Edge,
    NotificationState,
    PostingState,
)

PAGE = Path(__file__).with_name("states.md")

HEAD = """\
# States of the flows

Written by `python -m docs.make_states` from `shared/domain/transitions.py` and `shared/domain/hub/delivery_states.py`;
do not edit, a test compares.

An event without an edge from the present state is late or repeated and changes nothing. Beside its state, a flow may be
*parked*: nothing goes on by itself until a person has looked, or the bank has spoken.
"""


class Section(NamedTuple):
    """One table of edges, and the kinds of flow that follow it. A delivery is no flow and has no steps."""

    title: str
    about: str
    kinds: Sequence[type[Flow]]
    states: type[StrEnum]
    edges: Sequence[Edge | DeliveryEdge]


SECTIONS = (
    Section(
        "Disbursement",
        "The lender disburses a loan in the core; the bank pays it.",
        [Disbursement],
        DisbursementState,
        DISBURSEMENT,
    ),
    Section(
        "Posting",
        "Money moved at the bank: a credit becomes a repayment, a debit that the bank began a disbursement.",
        [Repayment, BankDisbursement],
        PostingState,
        POSTING,
    ),
    Section("Closure", "A loan is closed or written off in the core.", [Closure], ClosureState, CLOSURE),
    Section(
        "Notification",
        "A message to the lender's staff about any of the others.",
        [Notification],
        NotificationState,
        NOTIFICATION,
    ),
    Section(
        "Announcement",
        "An event that subscribers may want to know of.",
        [Announcement],
        AnnouncementState,
        ANNOUNCEMENT,
    ),
    Section("Delivery", "One event on its way to one subscriber.", [], DeliveryState, DELIVERY),
)


def page() -> str:
    """The whole page, as text."""
    return "\n".join([HEAD, *(_text(section) for section in SECTIONS)])


def _text(section: Section) -> str:
    return "\n".join([f"## {section.title}", "", section.about, "", *_drawing(section), "", *_table(section), ""])


def _drawing(section: Section) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state in section.states:
        if " " in state.value:
            yield f'    state "{state.value}" as {_id(state)}'
    yield f"    [*] --> {_id(next(iter(section.states)))}"
    for edge in section.edges:
        yield f"    {_id(edge.state)} --> {_id(edge.to)}: {_words(edge)}"
    for state in section.states:
        if not _leaving(state, section.edges):
            yield f"    {_id(state)} --> [*]"
    yield "```"


def _table(section: Section) -> Iterator[str]:
    columns = ["state", *(["what it needs done"] if section.kinds else []), "what leads on"]
    yield _row(*columns)
    yield "|---" * len(columns) + "|"
    for state in section.states:
        steps = [", ".join(_steps(section.kinds, state)) or "nothing"] if section.kinds else []
        ways = "; ".join(f"{_words(edge)} → {edge.to}" for edge in _leaving(state, section.edges)) or "**the end**"
        yield _row(state, *steps, ways)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _steps(kinds: Sequence[type[Flow]], state: StrEnum) -> Iterator[str]:
    """In order; where the kinds differ, each says its own step."""
    for alternatives in zip(*(kind.STEPS[state] for kind in kinds), strict=True):
        yield " or ".join(dict.fromkeys(_step(step) for step in alternatives))


def _leaving(state: StrEnum, edges: Sequence[Edge | DeliveryEdge]) -> list[Edge | DeliveryEdge]:
    return [edge for edge in edges if edge.state == state]


def _step(step: Step) -> str:
    return f"{step} (may fail for good)" if step in MAY_FAIL else step.value


def _words(edge: Edge | DeliveryEdge) -> str:
    """The event's name as words: PaymentSettled -> payment settled."""
    if isinstance(edge, DeliveryEdge):
        return edge.what
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", edge.event.__name__).lower()


def _id(state: StrEnum) -> str:
    return state.value.replace(" ", "_")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
