"""Writes docs/states.md from the table of edges and each kind's steps: `python -m docs.make_states`."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from shared.domain.closure import Closure
from shared.domain.disbursement import MAY_FAIL, Disbursement
from shared.domain.flows import Flow, Step
from shared.domain.notification import Notification
from shared.domain.posting import BankDisbursement, Repayment
from shared.domain.transitions import (
    CLOSURE,
    DISBURSEMENT,
    NOTIFICATION,
    POSTING,
    ClosureState,
    DisbursementState,
    Edge,
    NotificationState,
    PostingState,
    State,
)

PAGE = Path(__file__).with_name("states.md")

HEAD = """\
# States of the flows

Written by `python -m docs.make_states` from `shared/domain/transitions.py`; do not edit, a test compares.

An event without an edge from the present state is late or repeated and changes nothing. Beside its state, a flow may be
*parked*: nothing goes on by itself until a person has looked, or the bank has spoken.
"""


class Section(NamedTuple):
    """One table of edges, and the kinds of flow that follow it."""

    title: str
    about: str
    kinds: Sequence[type[Flow]]
    states: type[State]
    edges: Sequence[Edge]


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
    yield f"    [*] --> {_id(section.states('received'))}"
    for edge in section.edges:
        yield f"    {_id(edge.state)} --> {_id(edge.to)}: {_words(edge)}"
    for state in section.states:
        if not _leaving(state, section.edges):
            yield f"    {_id(state)} --> [*]"
    yield "```"


def _table(section: Section) -> Iterator[str]:
    yield "| state | what it needs done | what leads on |"
    yield "|---|---|---|"
    for state in section.states:
        steps = ", ".join(_steps(section.kinds, state)) or "nothing"
        ways = "; ".join(f"{_words(edge)} → {edge.to}" for edge in _leaving(state, section.edges)) or "**the end**"
        yield f"| {state} | {steps} | {ways} |"


def _steps(kinds: Sequence[type[Flow]], state: State) -> Iterator[str]:
    """In order; where the kinds differ, each says its own step."""
    for alternatives in zip(*(kind.STEPS[state] for kind in kinds), strict=True):
        yield " or ".join(dict.fromkeys(_step(step) for step in alternatives))


def _leaving(state: State, edges: Sequence[Edge]) -> list[Edge]:
    return [edge for edge in edges if edge.state == state]


def _step(step: Step) -> str:
    return f"{step} (may fail for good)" if step in MAY_FAIL else step.value


def _words(edge: Edge) -> str:
    """The event's name as words: PaymentSettled -> payment settled."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", edge.event.__name__).lower()


def _id(state: State) -> str:
    return state.value.replace(" ", "_")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
