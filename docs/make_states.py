"""Writes docs/states.md from the table of edges and each kind's steps: `python -m docs.make_states`."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from shared.domain.disbursement import MAY_FAIL, Disbursement
from shared.domain.payments import Payment, Step
from shared.domain.repayment import Repayment
from shared.domain.transitions import DISBURSEMENT, REPAYMENT, DisbursementState, Edge, RepaymentState, State

PAGE = Path(__file__).with_name("states.md")

HEAD = """\
# States of a payment

Written by `python -m docs.make_states` from `shared/domain/transitions.py`; do not edit, a test compares.

An event without an edge from the present state is late or repeated and changes nothing. Beside its state, a payment may
be *parked*: nothing goes on by itself until a person has looked, or the bank has spoken.
"""


def page() -> str:
    """The whole page, as text."""
    kinds = (
        ("Disbursement", Disbursement, DisbursementState, DISBURSEMENT),
        ("Repayment", Repayment, RepaymentState, REPAYMENT),
    )
    return "\n".join([HEAD, *(_section(*kind) for kind in kinds)])


def _section(title: str, kind: type[Payment], states: type[State], edges: Sequence[Edge]) -> str:
    return "\n".join([f"## {title}", "", *_drawing(states, edges), "", *_table(kind, states, edges), ""])


def _drawing(states: type[State], edges: Sequence[Edge]) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state in states:
        if " " in state.value:
            yield f'    state "{state.value}" as {_id(state)}'
    yield f"    [*] --> {_id(states('received'))}"
    for edge in edges:
        yield f"    {_id(edge.state)} --> {_id(edge.to)}: {_words(edge)}"
    for state in states:
        if not _leaving(state, edges):
            yield f"    {_id(state)} --> [*]"
    yield "```"


def _table(kind: type[Payment], states: type[State], edges: Sequence[Edge]) -> Iterator[str]:
    yield "| state | what it needs done | what leads on |"
    yield "|---|---|---|"
    for state in states:
        steps = ", ".join(_step(step) for step in kind.STEPS[state]) or "nothing"
        ways = "; ".join(f"{_words(edge)} → {edge.to}" for edge in _leaving(state, edges)) or "**the end**"
        yield f"| {state} | {steps} | {ways} |"


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
