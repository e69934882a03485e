"""D2, R1 and R2, unmatched money: any story of troubles leaves on the loan exactly what the bank's words imply."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hypothesis import given

from services.worker.handlers.operate import CannotBeDoneError
from shared.domain.meanings import Meaning
from shared.domain.settlement import Direction, Settlement
from shared.domain.transitions import PostingState as State
from tests.builders import a_core_loan, a_settled_credit, a_settled_debit, a_virtual_account, the_return_of
from tests.fakes.lender import FakeLender
from tests.fakes.wire import WorkerDied
from tests.unit.worker.handlers.stories import CHANCES, LOST, Chance, Fact, Troubles, always, parked, stories, tell

ANOTHER_IBAN = "GB95CLRB04190000001114"


def some_money(chance: Chance) -> Settlement:
    """A credit becomes a repayment, a debit a disbursement."""
    return replace(chance.choice([a_settled_credit(), a_settled_debit()]), amount_pence=chance.pence())


def told_of(money: Settlement, goes_back: bool) -> list[Fact]:
    return [always(money), always(the_return_of(money))] if goes_back else [always(money)]


def booked(money: Settlement) -> tuple[str, int]:
    """The transaction on the loan that this money implies."""
    return "REPAYMENT" if money.direction is Direction.CREDIT else "DISBURSEMENT", money.amount_pence


@stories
@given(CHANCES)
def test_money_that_moved_is_on_the_loan_once_and_is_off_it_again_when_it_went_back(chance: Chance) -> None:
    money, goes_back = some_money(chance), chance.choice([True, False])
    lender = FakeLender()
    lender.has_linked()
    tell(lender, chance.in_any_order(told_of(money, goes_back)), chance.troubles())

    posting = lender.posting(money)
    assert (posting.state, posting.parked) == (State.RETURNED if goes_back else State.POSTED, None)
    assert lender.core.posted() == ([] if goes_back else [booked(money)])
    assert len(lender.core.reversals) <= goes_back
    assert lender.bank.received == []
    assert not lender.sets.due
    assert not parked(lender)


@stories
@given(CHANCES)
def test_with_workers_away_for_days_a_person_may_be_called_and_nothing_is_booked_twice(chance: Chance) -> None:
    money, goes_back = some_money(chance), chance.choice([True, False])
    lender = FakeLender()
    lender.has_linked()
    tell(lender, chance.in_any_order(told_of(money, goes_back)), chance.troubles(naps=[7, 23, 30, 80]))

    assert len(lender.core.posted()) <= 1
    assert parked(lender) or lender.core.posted() == ([] if goes_back else [booked(money)])
    assert not lender.sets.due


@stories
@given(CHANCES)
def test_a_transfer_between_two_loans_leaves_one_transaction_on_each(chance: Chance) -> None:
    lender = FakeLender()
    lender.has_linked()
    lender.has_linked(
        a_core_loan("LOAN2", key="other", iban=ANOTHER_IBAN, virtual_account_id="virtual-2"),
        a_virtual_account(id="virtual-2", iban=ANOTHER_IBAN),
    )
    both: dict[str, Any] = {"transaction_id": "T", "scheme": "Transfer", "amount_pence": chance.pence()}
    debit, credit = replace(a_settled_debit(), **both), replace(a_settled_credit(on_iban=ANOTHER_IBAN), **both)
    tell(lender, chance.in_any_order([always(debit), always(credit)]), chance.troubles())

    assert lender.core.posted("LOAN1") == [booked(debit)]
    assert lender.core.posted("LOAN2") == [booked(credit)]
    assert not parked(lender)


def unmatched(money: Settlement, trouble: Troubles) -> FakeLender:
    """No loan claims the money at first; the troubles begin once an operator acts."""
    lender = FakeLender()
    lender.hears(money)
    lender.comes_to_rest()
    assert lender.posting(money).state is State.UNMATCHED
    lender.core.add(loan=a_core_loan("LOAN7", iban="", virtual_account_id=""))
    calm_calls = len(lender.wire.calls)
    trouble.deaths = [(calm_calls + call, when) for call, when in trouble.deaths]
    trouble.befall(lender)
    return lender


def insists(act: Callable[[], None], lender: FakeLender, money: Settlement) -> None:
    """An operator whose process dies looks again, and does it again only if it was not done."""
    for _ in range(4):
        if lender.posting(money).state is State.UNMATCHED:
            with suppress(WorkerDied, CannotBeDoneError):
                act()


@stories
@given(CHANCES)
def test_assigned_money_is_on_the_loan_once_and_is_off_it_again_when_it_went_back(chance: Chance) -> None:
    money, goes_back, trouble = some_money(chance), chance.choice([True, False]), chance.troubles()
    lender = unmatched(money, trouble)
    insists(lambda: lender.assigns(money, "LOAN7"), lender, money)
    tell(lender, chance.in_any_order(told_of(money, goes_back)), Troubles(naps=trouble.naps))

    assert lender.posting(money).state is (State.RETURNED if goes_back else State.POSTED)
    assert lender.core.posted() == ([] if goes_back else [booked(money)])
    assert not parked(lender)


@stories
@given(CHANCES)
def test_money_sent_back_moves_at_most_once_and_is_never_on_a_loan(chance: Chance) -> None:
    money, trouble = replace(a_settled_credit(), amount_pence=chance.pence()), chance.troubles()
    lender = unmatched(money, trouble)
    insists(lambda: lender.sends_back(money), lender, money)

    def its_return(lender: FakeLender) -> Meaning | None:
        return the_return_of(money) if lender.bank.returns else None

    tell(lender, chance.in_any_order([always(money), its_return]), Troubles(naps=trouble.naps))

    posting = lender.posting(money)
    assert lender.core.posted() == []
    if not lender.bank.returns:  # only when the bank saw the id and lost the return
        assert LOST in trouble.bank_sends
        assert posting.state is State.RETURNING
        assert posting.parked is not None
        return
    assert lender.bank.returns == [(money.transaction_id, "Other")]
    assert (posting.state, posting.parked) == (State.RETURNED, None)
