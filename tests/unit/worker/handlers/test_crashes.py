"""A worker may die at any call, before or after its effect: the money moves once all the same."""

from collections.abc import Callable, Iterator

import pytest

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
from tests.fakes.wire import When

ORDER, MONEY = a_disbursement_order(), a_settled_credit()
Play = Callable[[FakeLender], None]


def _disbursed(*webhooks) -> Play:
    def play(lender: FakeLender) -> None:
        lender.books(ORDER)
        for webhook in (ORDER, *webhooks):
            lender.hears(webhook)
            lender.comes_to_rest()

    return play


def _repaid(lender: FakeLender) -> None:
    lender.core.add(loan=a_core_loan())
    lender.hears(MONEY)
    lender.comes_to_rest()


def _deaths(play: Play) -> Iterator[tuple[int, When]]:
    calm = FakeLender()
    play(calm)
    assert len(calm.wire.calls) > 10
    for call in range(len(calm.wire.calls)):
        yield call, "before"
        yield call, "after"


@pytest.mark.parametrize(
    ("webhooks", "state", "reversed_times", "last_status"),
    [
        ([the_bank_settles()], DisbursementState.SETTLED, 0, "Settled"),
        ([the_bank_holds(), the_bank_settles()], DisbursementState.SETTLED, 0, "Settled"),
        ([the_bank_rejects()], DisbursementState.REVERSED, 1, "Rejected"),
        ([the_bank_settles(), the_bank_returns()], DisbursementState.RETURNED, 1, "Settled"),
    ],
)
def test_a_worker_that_dies_at_any_call_leaves_one_payment_and_the_right_end(
    webhooks, state: DisbursementState, reversed_times: int, last_status: str
) -> None:
    play = _disbursed(*webhooks)
    for call, when in _deaths(play):
        lender = FakeLender()
        lender.wire.die_at(call, when)
        play(lender)

        story = f"died {when} call {call}, {lender.wire.calls[call]}"
        assert lender.bank.moved(ORDER.transaction_key) == 1, story
        assert lender.disbursement(ORDER).state is state, story
        assert lender.disbursement(ORDER).parked is None, story
        assert len(lender.core.reversals) == reversed_times, story
        assert lender.core.statuses[ORDER.transaction_key][-1] == last_status, story


def test_a_worker_that_dies_at_any_call_leaves_one_repayment() -> None:
    for call, when in _deaths(_repaid):
        lender = FakeLender()
        lender.wire.die_at(call, when)
        _repaid(lender)

        story = f"died {when} call {call}, {lender.wire.calls[call]}"
        assert lender.repayment(MONEY).state is RepaymentState.POSTED, story
        assert lender.core.repayments == {"LOAN1": [(MONEY.transaction_id, 8850)]}, story


def test_two_deaths_in_a_row_change_nothing_either() -> None:
    play = _disbursed(the_bank_settles())
    for call, when in _deaths(play):
        lender = FakeLender()
        lender.wire.die_at(call, when)
        lender.wire.die_at(call + 3, "after")
        play(lender)

        assert lender.bank.moved(ORDER.transaction_key) == 1
        assert lender.disbursement(ORDER).state is DisbursementState.SETTLED


def test_the_bytes_and_the_key_stay_the_same_after_a_death_in_the_send() -> None:
    lender = FakeLender()
    lender.books(ORDER)
    lender.wire.die_at_next("bank.send", "before")
    lender.hears(ORDER)
    stored = lender.disbursement(ORDER).step(next(iter(lender.disbursement(ORDER).steps))).request
    lender.comes_to_rest()

    assert lender.bank.received == [stored]


def test_nobody_touches_a_payment_before_the_lease_of_a_dead_worker_is_over() -> None:
    lender = FakeLender()
    lender.books(ORDER)
    lender.wire.die_at_next("bank.send", "after")
    lender.hears(ORDER)

    lender.clock.pass_time(seconds=59)
    lender.sweeps()
    assert len(lender.bank.received) == 1
    lender.clock.pass_time(seconds=60)
    lender.sweeps()
    assert len(lender.bank.received) == 2
    assert lender.bank.moved(ORDER.transaction_key) == 1


def test_a_webhook_whose_worker_dies_again_and_again_is_parked_at_last() -> None:
    lender = FakeLender()
    lender.books(ORDER)
    receipt_id = lender.stores(ORDER)
    for _ in range(21):
        lender.wire.die_at_next("inbox.begin", "after")
        lender.sweeps()
        lender.clock.pass_time(seconds=31)
    lender.sweeps()

    assert lender.receipt(receipt_id).reason == "too_many_attempts: begun 21 times and never finished"
    assert list(lender.sets.parked) == [f"receipt:{receipt_id}"]
    assert not lender.sets.due
