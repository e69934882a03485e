"""The one table of edges: complete, without dead ends, and deaf to what comes late."""

from collections.abc import Iterable
from itertools import combinations, permutations
from typing import Any

import pytest

from shared.domain import events as e
from shared.domain.closure import Closure
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Flow, Step
from shared.domain.hub.announcement import Announcement
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
    State,
    contradicts,
    successor,
)
from tests.builders import a_disbursement, a_linked_disbursement, a_repayment

D, P, C, N, A = DisbursementState, PostingState, ClosureState, NotificationState, AnnouncementState
TABLES: list[tuple[type[State], tuple[Edge, ...]]] = [
    (D, DISBURSEMENT),
    (P, POSTING),
    (C, CLOSURE),
    (N, NOTIFICATION),
    (A, ANNOUNCEMENT),
]
KINDS: list[tuple[type[Flow], type[State]]] = [
    (Disbursement, D),
    (Repayment, P),
    (BankDisbursement, P),
    (Closure, C),
    (Notification, N),
    (Announcement, A),
]
ENDS: dict[type[State], set[Any]] = {
    D: {D.REVERSED, D.RETURNED},
    P: {P.RETURNED},
    C: {C.DISABLED, C.KEPT},
    N: {N.SENT},
    A: {A.PUBLISHED},
}
WAIT_FOR_A_WORD_FROM_OUTSIDE: dict[type[State], set[Any]] = {
    D: {D.SUBMITTED, D.HELD, D.SETTLED},
    P: {P.POSTED, P.UNMATCHED},
    C: set(),
    N: set(),
    A: set(),
}
BANK_WORDS = (e.PaymentHeld, e.PaymentSettled, e.PaymentRejected, e.PaymentReturned, e.MoneyWentBack)
OPERATORS_WORDS = (e.LoanAssigned, e.ReturnOrdered)
LINKAGE = e.AccountWanted("Ada Lovelace", "key", external_id="key")


def reached_from(start: State, edges: Iterable[Edge]) -> set[State]:
    reached, last = {start}, set[State]()
    while reached != last:
        last = set(reached)
        reached |= {edge.to for edge in edges if edge.state in reached}
    return reached


@pytest.mark.parametrize(("states", "edges"), TABLES)
def test_every_state_is_reachable(states: type[State], edges: tuple[Edge, ...]) -> None:
    assert reached_from(states("received"), edges) == set(states)


@pytest.mark.parametrize(("states", "edges"), TABLES)
def test_from_every_state_an_end_is_reachable(states: type[State], edges: tuple[Edge, ...]) -> None:
    for state in states:
        assert reached_from(state, edges) & ENDS[states], state


@pytest.mark.parametrize(("states", "edges"), TABLES)
def test_a_state_is_an_end_exactly_when_nothing_leads_out_of_it(states: type[State], edges: tuple[Edge, ...]) -> None:
    assert {state for state in states if not any(edge.state == state for edge in edges)} == ENDS[states]


@pytest.mark.parametrize(("states", "edges"), TABLES)
def test_a_state_whose_own_steps_lead_nowhere_waits_for_the_bank_or_an_operator(
    states: type[State], edges: tuple[Edge, ...]
) -> None:
    from_outside = (*BANK_WORDS, *OPERATORS_WORDS)
    waiting = {
        state
        for state in states
        if (ways := [edge.event for edge in edges if edge.state == state]) and all(way in from_outside for way in ways)
    }
    assert waiting == WAIT_FOR_A_WORD_FROM_OUTSIDE[states]


@pytest.mark.parametrize(("states", "edges"), TABLES)
def test_a_state_and_an_event_have_one_successor(states: type[State], edges: tuple[Edge, ...]) -> None:
    assert len({(edge.state, edge.event) for edge in edges}) == len(edges)


@pytest.mark.parametrize(("kind", "states"), KINDS)
def test_every_state_says_which_steps_it_needs(kind: type[Flow], states: type[State]) -> None:
    assert set(kind.STEPS) == set(states)
    assert all(isinstance(step, Step) for steps in kind.STEPS.values() for step in steps)


@pytest.mark.parametrize(("kind", "states"), KINDS)
def test_an_end_needs_nothing_done_but_a_report(kind: type[Flow], states: type[State]) -> None:
    """What is told to the core after the end may fail and be told again; it moves nothing."""
    steps = {step for state in ENDS[states] for step in kind.STEPS[state]}

    assert steps <= {Step.REPORT_REJECTED}


def test_every_step_belongs_to_some_state() -> None:
    assert {step for kind, _ in KINDS for steps in kind.STEPS.values() for step in steps} == set(Step)


def test_every_event_leads_somewhere() -> None:
    assert {edge.event for _, edges in TABLES for edge in edges} == set(e.Event.__args__)


def test_kinds_whose_states_are_spelled_alike_share_no_event() -> None:
    """States are text, so the one table would take "received" of one kind for "received" of another."""
    for (_, first), (_, second) in combinations(TABLES, 2):
        assert not {(edge.state.value, edge.event) for edge in first} & {
            (edge.state.value, edge.event) for edge in second
        }


@pytest.mark.parametrize("words", [
    [e.PaymentSubmitted(), e.PaymentHeld(), e.PaymentSettled("T1")],
    [e.PaymentSubmitted(), e.PaymentHeld(), e.PaymentRejected("AC04", "closed")],
    [e.PaymentSubmitted(), e.PaymentHeld(), e.PaymentSettled("T1"), e.PaymentReturned("T2", "AC01")],
])  # fmt: skip
def test_the_banks_words_about_a_payment_lead_to_one_end_in_any_order_and_number(words: list[e.Event]) -> None:
    at_the_bank = a_linked_disbursement().apply(e.PaymentPrepared())
    ends = set()
    for order in permutations(words):
        payment = at_the_bank
        for event in (*order, *order):
            payment = payment.apply(event)
        ends.add((payment.state, payment.failure))
    assert len(ends) == 1


@pytest.mark.parametrize("answer", [e.Posted("9"), e.PostingRefused("overpayment", "too much")])
def test_money_that_goes_back_while_it_is_posted_ends_as_returned_in_any_order(answer: e.Event) -> None:
    posting = a_repayment().apply(e.LoanLocated("LOAN1", "loan-key")).apply(e.PostingPrepared())
    for first, second in permutations([answer, e.MoneyWentBack("AC01")]):
        assert posting.apply(first).apply(second).apply(e.PostingUndone()).state is P.RETURNED


@pytest.mark.parametrize("state", [D.RECEIVED, D.ROUTED, D.CONFIRMED, D.LINKING, D.LINKED])
@pytest.mark.parametrize("event", [e.PaymentSettled("T"), e.PaymentHeld(), e.PaymentRejected("a", "b")])
def test_the_bank_cannot_speak_of_a_payment_that_it_cannot_have(state: DisbursementState, event: e.Event) -> None:
    payment = a_disbursement(state=state)

    assert successor(state, event) is None
    assert payment.apply(event) is payment


@pytest.mark.parametrize("state", [D.SUBMITTING, D.SUBMITTED, D.HELD, D.SETTLED, D.REVERSING, D.REVERSED, D.RETURNED])
def test_nothing_that_comes_later_chooses_another_account_for_a_payment_that_may_be_at_the_bank(
    state: DisbursementState,
) -> None:
    payment = a_linked_disbursement(state=state)
    for event in (e.AccountChosen("GB1"), LINKAGE, e.AccountCreated("v", "GB1"), e.AccountRefused("a", "b")):
        assert payment.apply(event) is payment


def test_only_a_return_leaves_settled_and_only_money_going_back_leaves_posted() -> None:
    assert {edge.event for edge in DISBURSEMENT if edge.state is D.SETTLED} == {e.PaymentReturned}
    assert {edge.event for edge in POSTING if edge.state is P.POSTED} == {e.MoneyWentBack}


@pytest.mark.parametrize(
    ("state", "event", "is_one"),
    [
        (D.REVERSED, e.PaymentSettled("T"), True),
        (D.REVERSING, e.PaymentSettled("T"), True),
        (D.REVERSED, e.PaymentReturned("T", "AC01"), True),
        *((state, e.PaymentSettled("T"), True) for state in (D.RECEIVED, D.ROUTED, D.CONFIRMED, D.LINKING, D.LINKED)),
        (D.LINKED, e.PaymentReturned("T", "AC01"), True),
        (D.SETTLED, e.PaymentRejected("a", "b"), True),
        (D.TAKING_BACK, e.PaymentRejected("a", "b"), True),
        (D.RETURNED, e.PaymentRejected("a", "b"), True),
        (D.SETTLED, e.PaymentSettled("T"), False),
        (D.RETURNED, e.PaymentSettled("T"), False),
        (D.REVERSED, e.PaymentRejected("a", "b"), False),
        (D.SETTLED, e.PaymentHeld(), False),
        (D.SUBMITTED, e.PaymentSettled("T"), False),
    ],
)
def test_a_repeat_is_no_contradiction_and_the_opposite_is(
    state: DisbursementState, event: e.Event, is_one: bool
) -> None:
    assert contradicts(state, event) is is_one


def test_no_edge_is_a_contradiction() -> None:
    samples: list[e.Event] = [e.PaymentSettled("T"), e.PaymentRejected("a", "b"), e.PaymentReturned("T", "AC01")]
    for state in DisbursementState:
        for event in samples:
            assert not (contradicts(state, event) and successor(state, event))
