"""How stories are played: waits that end in vain say so, and operators act."""

import os
from collections.abc import Sequence
from typing import Any

import pytest

from sandbox.operator_door import OperatorDoor
from sandbox.player import HttpDoors, Player, Row
from sandbox.story import Story, StoryError

NO_STORE = "redis://127.0.0.1:1/0"


class ALoan(HttpDoors):
    """Every door answers with an active loan."""

    def __init__(self) -> None:
        super().__init__({})

    def call(self, door: str, path: str, body: Any) -> Any:
        return {"id": "LN1", "accountState": "ACTIVE"}


class Operator:
    def __init__(self) -> None:
        self.heard: list[Sequence[str]] = []

    def __call__(self, words: Sequence[str]) -> None:
        self.heard.append(words)


def played(operate: Operator, *steps: dict[str, Any], expected: str = "loan: ACTIVE") -> Row:
    story = Story("a-story", "A story.", steps, {"loan": "LN1"}, expected, patience_seconds=0)
    [row] = Player(ALoan(), NO_STORE, operate).play_all([story], lambda _: None)
    return row


def test_an_operator_acts_with_the_words_filled_in() -> None:
    operator = Operator()
    row = played(
        operator,
        {"door": "core", "path": "/_sandbox/loans", "send": {}, "as": "loan"},
        {"operator": ["assign", "repayment:T:{loan.id}", "{loan.id}"]},
    )
    assert row.ok
    assert operator.heard == [["assign", "repayment:T:LN1", "LN1"]]


def test_a_wait_in_vain_says_what_it_saw() -> None:
    row = played(Operator(), {"until": "loan: CLOSED", "watch": {"loan": "LN1"}})
    assert not row.ok
    assert row.reached == "not played: waited for 'loan: CLOSED' and saw 'loan: ACTIVE'"


def test_an_end_that_differs_is_told_as_it_was_seen() -> None:
    row = played(Operator(), expected="loan: CLOSED")
    assert (row.ok, row.reached) == (False, "loan: ACTIVE")


def test_a_command_that_is_refused_ends_the_story() -> None:
    with pytest.raises(StoryError, match=r"(?s)forgive was refused: .*invalid choice"):
        OperatorDoor(os.environ)(["forgive", "repayment:T:GB1"])
