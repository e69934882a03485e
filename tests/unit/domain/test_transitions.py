"""The one table of edges: complete, without dead ends, and deaf to what comes late."""

from collections.abc import Iterable
from itertools import permutations

import pytest

from shared.domain import events as e
from shared.domain.disbursement import Disbursement
from shared.domain.payments import Payment, Step
from shared.domain.repayment import Repayment
from shared.domain.transitions import (
    DISBURSEMENT,
    REPAYMENT,
    DisbursementState,
    Edge,
    RepaymentState,
    State,
    contradicts,
    successor,
)
from tests.builders import a_confirmed_disbursement, a_disbursement

D = DisbursementState
KINDS: list[tuple[type[Payment], type[State], tuple[Edge, ...]]] = [
    (Disbursement, DisbursementState, DISBURSEMENT),
    (Repayment, RepaymentState, REPAYMENT),
]
ENDS = {D.REVERSED, D.RETURNED, RepaymentState.POSTED, RepaymentState.UNMATCHED}
WAIT_FOR_THE_BANK = {D.SUBMITTED, D.HELD, D.SETTLED}  # settled is an end, but money may come back
BANK_WORDS = (e.PaymentHeld, e.PaymentSettled, e.PaymentRejected, e.PaymentReturned)


def reached_from(start: State, edges: Iterable[Edge]) -> set[State]:
    reached, last = {start}, set[State]()
    while reached != last:
        last = set(reached)
        reached |= {edge.to for edge in edges if edge.state in reached}
    return reached


@pytest.mark.parametrize(("kind", "states", "edges"), KINDS)
def test_every_state_is_reachable(kind: type[Payment], states: type[State], edges: tuple[Edge, ...]) -> None:
    assert reached_from(states("received"), edges) == set(states)


@pytest.mark.parametrize(("kind", "states", "edges"), KINDS)
def test_from_every_state_an_end_is_reachable(
    kind: type[Payment], states: type[State], edges: tuple[Edge, ...]
) -> None:
    for state in states:
        assert reached_from(state, edges) & (ENDS | {D.SETTLED}), state


@pytest.mark.parametrize(("kind", "states", "edges"), KINDS)
def test_a_state_is_an_end_exactly_when_nothing_leads_out_of_it(
    kind: type[Payment], states: type[State], edges: tuple[Edge, ...]
) -> None:
    assert {state for state in states if not any(edge.state == state for edge in edges)} == ENDS & set(states)


@pytest.mark.parametrize(("kind", "states", "edges"), KINDS)
def test_a_state_whose_own_steps_lead_nowhere_waits_for_the_banks_word(
    kind: type[Payment], states: type[State], edges: tuple[Edge, ...]
) -> None:
    only_bank = {
        state
        for state in states
        if (ways := [edge.event for edge in edges if edge.state == state]) and all(way in BANK_WORDS for way in ways)
    }
    assert only_bank == WAIT_FOR_THE_BANK & set(states)


@pytest.mark.parametrize(("kind", "states", "edges"), KINDS)
def test_every_state_says_which_steps_it_needs(
    kind: type[Payment], states: type[State], edges: tuple[Edge, ...]
) -> None:
    assert set(kind.STEPS) == set(states)
    assert all(isinstance(step, Step) for steps in kind.STEPS.values() for step in steps)


def test_every_step_belongs_to_some_state() -> None:
    assert {step for kind, _, _ in KINDS for steps in kind.STEPS.values() for step in steps} == set(Step)


@pytest.mark.parametrize(("kind", "states", "edges"), KINDS)
def test_a_state_and_an_event_have_one_successor(
    kind: type[Payment], states: type[State], edges: tuple[Edge, ...]
) -> None:
    assert len({(edge.state, edge.event) for edge in edges}) == len(edges)


@pytest.mark.parametrize("words", [
    [e.PaymentSubmitted(), e.PaymentHeld(), e.PaymentSettled("T1")],
    [e.PaymentSubmitted(), e.PaymentHeld(), e.PaymentRejected("AC04", "closed")],
    [e.PaymentSubmitted(), e.PaymentHeld(), e.PaymentSettled("T1"), e.PaymentReturned("T2", "AC01")],
])  # fmt: skip
def test_the_banks_words_lead_to_one_end_in_any_order_and_number(words: list[e.Event]) -> None:
    at_the_bank = a_confirmed_disbursement().apply(e.PaymentPrepared())
    ends = set()
    for order in permutations(words):
        payment = at_the_bank
        for event in (*order, *order):
            payment = payment.apply(event)
        ends.add((payment.state, payment.failure))
    assert len(ends) == 1


@pytest.mark.parametrize("state", [D.RECEIVED, D.ROUTED, D.CONFIRMED])
@pytest.mark.parametrize("event", [e.PaymentSettled("T"), e.PaymentHeld(), e.PaymentRejected("a", "b")])
def test_the_bank_cannot_speak_of_a_payment_that_it_cannot_have(state: D, event: e.Event) -> None:
    payment = a_disbursement(state=state)

    assert successor(state, event) is None
    assert payment.apply(event) is payment


def test_only_a_return_leaves_settled() -> None:
    assert {edge.event for edge in DISBURSEMENT if edge.state is D.SETTLED} == {e.PaymentReturned}


@pytest.mark.parametrize(
    ("state", "event", "is_one"),
    [
        (D.REVERSED, e.PaymentSettled("T"), True),
        (D.REVERSING, e.PaymentSettled("T"), True),
        (D.ROUTED, e.PaymentSettled("T"), True),
        (D.SETTLED, e.PaymentRejected("a", "b"), True),
        (D.RETURNED, e.PaymentRejected("a", "b"), True),
        (D.SETTLED, e.PaymentSettled("T"), False),
        (D.RETURNED, e.PaymentSettled("T"), False),
        (D.REVERSED, e.PaymentRejected("a", "b"), False),
        (D.SETTLED, e.PaymentHeld(), False),
        (D.SUBMITTED, e.PaymentSettled("T"), False),
    ],
)
def test_a_repeat_is_no_contradiction_and_the_opposite_is(state: D, event: e.Event, is_one: bool) -> None:
    assert contradicts(state, event) is is_one


def test_no_edge_is_a_contradiction() -> None:
    samples: list[e.Event] = [e.PaymentSettled("T"), e.PaymentRejected("a", "b")]
    for state in DisbursementState:
        for event in samples:
            assert not (contradicts(state, event) and successor(state, event))
