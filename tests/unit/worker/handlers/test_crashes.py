"""A worker may die at any call, before or after its effect: whatever is to happen happens once all the same."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from services.worker.handlers.advance import advance
from shared.domain.flows import Step
from shared.domain.meanings import Meaning
from shared.domain.transitions import ClosureState, DisbursementState, NotificationState, PostingState
from tests.builders import (
    VIRTUAL_ACCOUNT_ID,
    a_core_loan,
    a_disbursement,
    a_disbursement_order,
    a_loan_closure,
    a_settled_credit,
    a_settled_debit,
    a_virtual_account,
    an_unlinked_loan,
    the_bank_holds,
    the_bank_rejects,
    the_bank_returns,
    the_bank_settles,
    the_return_of,
    the_rules,
)
from tests.fakes.lender import FakeLender, a_lender_with
from tests.fakes.wire import When, WorkerDied

ORDER, CREDIT, DEBIT = a_disbursement_order(), a_settled_credit(), a_settled_debit()
BANK_PICKS = the_rules(links_disbursements=True, bank_picks_the_number=True)
ORDER_TO_LINK = a_disbursement_order(debtor_iban="")
Play = Callable[[FakeLender], None]


def _hears(lender: FakeLender, *webhooks: Meaning) -> None:
    for webhook in webhooks:
        lender.hears(webhook)
        lender.comes_to_rest()


def _deaths(play: Play, rules=None) -> Iterator[tuple[FakeLender, str]]:
    """The same play with a death before, then after, each of its calls; the lender at its end, and what was played."""
    calm = FakeLender(rules)
    play(calm)
    assert len(calm.wire.calls) > 5
    deaths: list[tuple[int, When]] = [
        (call, when) for call in range(len(calm.wire.calls)) for when in ("before", "after")
    ]
    for call, when in deaths:
        lender = FakeLender(rules)
        lender.wire.die_at(call, when)
        play(lender)
        yield lender, f"died {when} call {call}, {lender.wire.calls[call]}"


@pytest.mark.parametrize(
    ("webhooks", "state", "reversed_times", "last_status"),
    [
        ([the_bank_settles()], DisbursementState.SETTLED, 0, "Settled"),
        ([the_bank_holds(), the_bank_settles()], DisbursementState.SETTLED, 0, "Settled"),
        ([the_bank_rejects()], DisbursementState.REVERSED, 1, "Rejected"),
        ([the_bank_settles(), the_bank_returns()], DisbursementState.RETURNED, 1, "Settled"),
    ],
)
def test_a_disbursement_is_one_payment_with_the_right_end(
    webhooks, state: DisbursementState, reversed_times: int, last_status: str
) -> None:
    def play(lender: FakeLender) -> None:
        lender.books(ORDER)
        _hears(lender, ORDER, *webhooks)

    for lender, story in _deaths(play):
        assert lender.bank.moved(ORDER.transaction_key) == 1, story
        assert lender.disbursement(ORDER).state is state, story
        assert lender.disbursement(ORDER).parked is None, story
        assert len(lender.core.reversals) == reversed_times, story
        assert lender.core.statuses[ORDER.transaction_key][-1] == last_status, story
        assert len(lender.told()) == len(set(lender.told())), story


def test_a_loan_gets_one_account_and_pays_from_it_once() -> None:
    def play(lender: FakeLender) -> None:
        lender.books(ORDER_TO_LINK, an_unlinked_loan())
        lender.hears(ORDER_TO_LINK)
        for _ in range(6):  # minutes: the bank tells of the account before anybody gives it up
            lender.clock.pass_time(minutes=1)
            lender.sweeps()
        if lender.bank.orders:
            _hears(lender, lender.bank.creates(lender.bank.orders[0].reference), the_bank_settles(ORDER_TO_LINK))

    for lender, story in _deaths(play, BANK_PICKS):
        assert len(lender.bank.orders) == 1, story
        assert len(lender.core.linkages) >= 1, story
        assert lender.bank.moved(ORDER_TO_LINK.transaction_key) == 1, story
        assert lender.disbursement(ORDER_TO_LINK).state is DisbursementState.SETTLED, story


@pytest.mark.parametrize("money", [CREDIT, DEBIT])
def test_money_that_moved_is_booked_once(money) -> None:
    def play(lender: FakeLender) -> None:
        lender.has_linked()
        _hears(lender, money)

    for lender, story in _deaths(play):
        assert lender.posting(money).state is PostingState.POSTED, story
        assert [pence for _, pence in lender.core.posted("LOAN1")] == [money.amount_pence], story


@pytest.mark.parametrize("money", [CREDIT, DEBIT])
def test_money_that_went_back_is_taken_back_once(money) -> None:
    def play(lender: FakeLender) -> None:
        lender.has_linked()
        _hears(lender, money, the_return_of(money))

    for lender, story in _deaths(play):
        assert lender.posting(money).state is PostingState.RETURNED, story
        assert (lender.core.posted(), len(lender.core.reversals)) == ([], 1), story


def test_unmatched_money_is_assigned_or_sent_back_once() -> None:
    def assigned(lender: FakeLender) -> None:
        _hears(lender, CREDIT)
        lender.core.add(loan=a_core_loan(iban="", virtual_account_id=""))
        with suppress(WorkerDied):  # the operator's own process may die too, and the operator looks again
            lender.assigns(CREDIT, "LOAN1")
        if lender.posting(CREDIT).state is PostingState.UNMATCHED:
            lender.assigns(CREDIT, "LOAN1")
        lender.comes_to_rest()

    def sent_back(lender: FakeLender) -> None:
        _hears(lender, CREDIT)
        with suppress(WorkerDied):
            lender.sends_back(CREDIT)
        if lender.posting(CREDIT).state is PostingState.UNMATCHED:
            lender.sends_back(CREDIT)
        for _ in range(3):
            lender.clock.pass_time(minutes=2)
            lender.sweeps()
        _hears(lender, the_return_of(CREDIT))

    for lender, story in _deaths(assigned):
        assert lender.posting(CREDIT).state is PostingState.POSTED, story
        assert lender.core.posted("LOAN1") == [("REPAYMENT", CREDIT.amount_pence)], story
    for lender, story in _deaths(sent_back):
        assert lender.posting(CREDIT).state is PostingState.RETURNED, story
        assert lender.bank.returns == [(CREDIT.transaction_id, "Other")], story


def test_the_account_of_a_closed_loan_is_disabled() -> None:
    def play(lender: FakeLender) -> None:
        lender.has_linked(a_core_loan(state="CLOSED"), a_virtual_account())
        _hears(lender, a_loan_closure())

    for lender, story in _deaths(play):
        assert lender.closure().state is ClosureState.DISABLED, story
        assert set(lender.bank.disabled) == {VIRTUAL_ACCOUNT_ID}, story


def test_people_are_told_once() -> None:
    def play(lender: FakeLender) -> None:
        lender.books(ORDER)
        _hears(lender, ORDER, the_bank_holds())

    for lender, story in _deaths(play):
        assert lender.told() == ["held"], story
        assert [flow.state for flow in lender.notifications()] == [NotificationState.SENT], story


def test_two_deaths_in_a_row_change_nothing_either() -> None:
    def play(lender: FakeLender) -> None:
        lender.books(ORDER)
        _hears(lender, ORDER, the_bank_settles())

    calm = FakeLender()
    play(calm)
    for call in range(len(calm.wire.calls)):
        lender = FakeLender()
        lender.wire.die_at(call, "after")
        lender.wire.die_at(call + 3, "after")
        play(lender)

        assert lender.bank.moved(ORDER.transaction_key) == 1
        assert lender.disbursement(ORDER).state is DisbursementState.SETTLED


def test_the_bytes_and_the_key_stay_the_same_after_a_death_in_the_send() -> None:
    lender = a_lender_with(ORDER)
    lender.wire.die_at_next("bank.send payment", "before")
    lender.hears(ORDER)
    (stored,) = (record.request for record in lender.disbursement(ORDER).steps.values() if record.request)
    lender.comes_to_rest()

    assert lender.bank.received == [stored]


def test_nobody_touches_a_payment_before_the_lease_of_a_dead_worker_is_over() -> None:
    lender = a_lender_with(ORDER)
    lender.wire.die_at_next("bank.send payment", "after")
    lender.hears(ORDER)

    lender.clock.pass_time(seconds=59)
    lender.sweeps()
    assert len(lender.bank.received) == 1
    lender.clock.pass_time(seconds=60)
    lender.sweeps()
    assert len(lender.bank.received) == 2
    assert lender.bank.moved(ORDER.transaction_key) == 1


def test_a_webhook_whose_worker_dies_again_and_again_is_parked_and_told_at_last() -> None:
    lender = a_lender_with(ORDER)
    receipt_id = lender.stores(ORDER)
    for _ in range(21):
        lender.wire.die_at_next("inbox.begin", "after")
        lender.sweeps()
        lender.clock.pass_time(seconds=31)
    lender.comes_to_rest()

    assert lender.receipt(receipt_id).reason == "too_many_attempts: begun 21 times and never finished"
    assert list(lender.sets.parked) == [f"receipt:{receipt_id}"]
    assert lender.told() == ["too_many_attempts"]


def test_a_question_that_kills_its_worker_is_asked_later_and_later_and_then_by_a_person() -> None:
    """Such a step leaves no lease behind: only the message that comes again tells of the death."""
    lender = FakeLender()
    lender.journal.move(a_disbursement(ORDER), (), lender.clock.now())
    waits = []
    while lender.disbursement(ORDER).parked is None:
        before = lender.clock.now()
        advance(lender.disbursement(ORDER).id, lender.office, worker_died=True)
        lender.clock.move_to(lender.sets.next_due() or before)
        waits.append(lender.clock.now() - before)
    parked = lender.disbursement(ORDER).parked
    assert parked is not None
    assert (parked.code, parked.step, parked.reason) == ("gave_up", Step.ROUTE, "route: its worker died")
    assert waits[0] < waits[5] < waits[10]
    assert all(waits[:-1])


def test_an_effect_whose_message_comes_again_is_left_to_its_lease() -> None:
    lender = a_lender_with(ORDER)
    lender.wire.die_at_next("bank.send", "after")
    lender.hears(ORDER)
    flow_id = lender.disbursement(ORDER).id
    advance(flow_id, lender.office, worker_died=True)
    assert lender.disbursement(ORDER).step(Step.PAY).attempts == 1
    lender.comes_to_rest()
    assert lender.bank.moved(ORDER.transaction_key) == 1
