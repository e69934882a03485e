"""Any story, with faults at any call, webhooks in any order and number, and workers that die: the end it implies.

`STORIES` in the environment says how many of each are told.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.disbursement import DisbursementOrder
from shared.domain.meanings import BankReport, Ignored
from shared.domain.transitions import DisbursementState, RepaymentState
from tests.builders import (
    a_core_loan,
    a_disbursement_order,
    a_settled_credit,
    the_bank_holds,
    the_bank_rejects,
    the_bank_returns,
    the_bank_settles,
)
from tests.fakes.lender import FakeLender
from tests.fakes.replies import (
    Reply,
    is_unknown_after_the_effect,
    is_unknown_before_the_effect,
    refuses,
    says_try_later,
)

State = DisbursementState
stories = settings(
    max_examples=int(os.environ.get("STORIES", "300")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

SETTLES, REJECTS, RETURNS = [the_bank_settles()], [the_bank_rejects()], [the_bank_settles(), the_bank_returns()]
HOLDS = [the_bank_holds()]
END_OF: list[tuple[list[BankReport], State]] = [
    (SETTLES, State.SETTLED),
    (HOLDS + SETTLES, State.SETTLED),
    (REJECTS, State.REVERSED),
    (HOLDS + REJECTS, State.REVERSED),
    (RETURNS, State.RETURNED),
    (HOLDS + RETURNS, State.RETURNED),
]

# Seen and not done: the bank will never show it, so asking goes on until a person is called.
LOST = is_unknown_before_the_effect(seen=True)
NOTHING_HAPPENED = [says_try_later(), says_try_later(after_seconds=300), is_unknown_before_the_effect(), Reply()]
IT_HAPPENED = [is_unknown_after_the_effect(), is_unknown_after_the_effect(seen=True)]


During = Literal["nothing", "a word", "a stall"]
"""What happens while a worker is at the bank: the bank's word overtakes its answer, or its lease runs out."""
DURING: list[During] = ["nothing", "a word", "a stall"]


def replies(*possible: Reply) -> st.SearchStrategy[list[Reply]]:
    return st.lists(st.sampled_from(possible), max_size=4)


@dataclass
class Troubles:
    """What goes wrong on the way. `naps` are hours without any worker, one before each of the first sweeps."""

    bank_sends: list[Reply] = field(default_factory=list)
    bank_look_ups: list[Reply] = field(default_factory=list)
    core_sends: list[Reply] = field(default_factory=list)
    core_look_ups: list[Reply] = field(default_factory=list)
    core_reads: list[Reply] = field(default_factory=list)
    deaths: list[tuple[int, str]] = field(default_factory=list)
    naps: list[float] = field(default_factory=list)

    def befall(self, lender: FakeLender) -> None:
        lender.bank.sends.then(*self.bank_sends)
        lender.bank.look_ups.then(*self.bank_look_ups)
        lender.core.sends.then(*self.core_sends)
        lender.core.look_ups.then(*self.core_look_ups)
        lender.core.reads.then(*self.core_reads)
        for call, when in self.deaths:
            lender.wire.die_at(call, "before" if when == "before" else "after")


def troubles(bank: Sequence[Reply], naps: Sequence[float]) -> st.SearchStrategy[Troubles]:
    return st.builds(
        Troubles,
        bank_sends=replies(*bank),
        bank_look_ups=replies(LOST, Reply()),
        core_sends=replies(*NOTHING_HAPPENED, *IT_HAPPENED, LOST),
        core_look_ups=replies(LOST, Reply()),
        core_reads=replies(says_try_later(), Reply()),
        deaths=st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["before", "after"])), max_size=3),
        naps=st.lists(st.sampled_from(naps), max_size=2),
    )


def orders(**changed: object) -> st.SearchStrategy[DisbursementOrder]:
    amounts = st.integers(1, 100_000_000).map(lambda pence: f"{pence // 100}.{pence % 100:02}")
    return st.builds(
        lambda amount, scheme: a_disbursement_order(amount, scheme, **changed),
        amounts,
        st.sampled_from(["FPS", "CHAPS"]),
    )


def tell(
    lender: FakeLender, order: DisbursementOrder, words: Sequence[BankReport], trouble: Troubles, during: During
) -> None:
    """The order comes (twice), then the bank's words, each once the bank has the payment; then all comes to rest."""

    def speak(number: int) -> None:
        if lender.bank.moved(order.transaction_key):
            if words[number] in REJECTS:
                lender.bank.reject(order.transaction_key)
            lender.hears(words[number], Ignored(f"delivery {number}"))

    def stall() -> None:
        lender.clock.pass_time(seconds=61)
        lender.sweeps()

    trouble.befall(lender)
    if during == "a word" and words:
        lender.bank.during_send = lambda: speak(0)
    if during == "a stall":
        lender.bank.during_send = stall
    for delivery in ("first", "second"):
        lender.hears(order, Ignored(delivery))
    for hours in trouble.naps:
        lender.clock.pass_time(hours=hours)
        lender.sweeps()
    if not lender.bank.moved(order.transaction_key):
        lender.comes_to_rest()
    for number in range(len(words)):
        speak(number)
        lender.sweeps()
    lender.comes_to_rest()


def shuffled_with_repeats(data: st.DataObject, words: list[BankReport]) -> list[BankReport]:
    return data.draw(st.permutations(words + data.draw(st.lists(st.sampled_from(words), max_size=3))))


@stories
@given(
    st.data(),
    orders(),
    st.sampled_from(END_OF),
    troubles([*NOTHING_HAPPENED, *IT_HAPPENED, LOST], naps=[0.1, 1, 7]),
    st.sampled_from(DURING),
)
def test_a_disbursement_ends_as_the_banks_words_say(data, order, fate, trouble: Troubles, during: During) -> None:
    words, end = fate
    lender = FakeLender(jitter=lambda: data.draw(st.floats(0, 0.99), "jitter") if len(lender.wire.calls) < 80 else 0.5)
    lender.books(order)
    tell(lender, order, shuffled_with_repeats(data, words), trouble, during)

    payment, statuses = lender.disbursement(order), lender.core.statuses.get(order.transaction_key, [])
    moved = lender.bank.moved(order.transaction_key)
    assert moved <= 1
    if moved == 0:  # only when the bank saw the id and lost the payment
        assert LOST in trouble.bank_sends
        assert payment.state is State.SUBMITTING
        assert payment.parked is not None
        assert (payment.parked.code, lender.core.reversals, statuses) == ("gave_up", [], [])
        return
    assert lender.bank.movements[0].amount_pence == order.amount_pence
    assert (payment.state, payment.parked) == (end, None)
    assert lender.core.reversals == ([] if end is State.SETTLED else [order.transaction_key])
    if end is not State.RETURNED:
        assert statuses[-1] == ("Settled" if end is State.SETTLED else "Rejected")
    assert "Held" not in statuses[statuses.index("Settled") :] if "Settled" in statuses else True
    assert not lender.sets.due
    assert not lender.sets.parked


@stories
@given(orders(), troubles(NOTHING_HAPPENED, naps=[0.1, 1, 7]))
def test_a_payment_that_the_bank_refuses_is_reversed_once_and_nothing_moves(order, trouble: Troubles) -> None:
    lender = FakeLender()
    lender.books(order)
    lender.bank.sends.always = refuses()
    trouble.bank_sends = [reply for reply in trouble.bank_sends if not reply.happens]
    tell(lender, order, [], trouble, "nothing")

    assert lender.bank.movements == []
    assert (lender.disbursement(order).state, lender.disbursement(order).parked) == (State.REVERSED, None)
    assert lender.core.reversals == [order.transaction_key]
    assert lender.core.statuses[order.transaction_key][-1] == "Rejected"


@stories
@given(orders(currency="EUR"), troubles([Reply()], naps=[0.1, 1, 7]))
def test_an_order_that_cannot_be_routed_is_reversed_once_and_nothing_moves(order, trouble: Troubles) -> None:
    lender = FakeLender()
    lender.books(order)
    tell(lender, order, [], trouble, "nothing")

    assert lender.bank.received == []
    assert lender.disbursement(order).state is State.REVERSED
    assert lender.core.reversals == [order.transaction_key]


@stories
@given(
    st.data(),
    orders(),
    st.sampled_from(END_OF),
    troubles([*NOTHING_HAPPENED, *IT_HAPPENED, LOST], naps=[7, 23.9, 25, 80]),
    st.sampled_from(DURING),
)
def test_with_workers_away_for_days_a_person_may_be_called_and_no_pound_moves_twice(
    data, order, fate, trouble: Troubles, during: During
) -> None:
    words, end = fate
    lender = FakeLender()
    lender.books(order)
    tell(lender, order, shuffled_with_repeats(data, words), trouble, during)

    payment = lender.disbursement(order)
    assert lender.bank.moved(order.transaction_key) <= 1
    assert len(lender.core.reversals) <= (0 if end is State.SETTLED else 1)
    assert payment.parked is not None or payment.state is end
    assert not lender.sets.due


@stories
@given(troubles([Reply()], naps=[0.1, 1, 7]), st.integers(1, 10**9))
def test_money_received_is_booked_exactly_once(trouble: Troubles, amount_pence: int) -> None:
    lender, money = FakeLender(), a_settled_credit(amount_pence=amount_pence)
    lender.core.add(loan=a_core_loan())
    trouble.befall(lender)
    for delivery in ("first", "second", "third"):
        lender.hears(money, Ignored(delivery))
    for hours in trouble.naps:
        lender.clock.pass_time(hours=hours)
        lender.sweeps()
    lender.comes_to_rest()

    assert (lender.repayment(money).state, lender.repayment(money).parked) == (RepaymentState.POSTED, None)
    assert lender.core.repayments == {"LOAN1": [(money.transaction_id, amount_pence)]}
