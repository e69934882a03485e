"""D2, R1 and R2, unmatched money: any story of troubles leaves on the loan exactly what the bank's words imply."""

from contextlib import suppress
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.worker.handlers.operate import CannotBeDoneError
from shared.domain.settlement import Direction, Settlement
from shared.domain.transitions import PostingState as State
from tests.builders import a_core_loan, a_settled_credit, a_settled_debit, a_virtual_account, the_return_of
from tests.fakes.lender import FakeLender
from tests.fakes.wire import WorkerDied
from tests.unit.worker.handlers.stories import (
    ANYTHING,
    LOST,
    Fact,
    Troubles,
    always,
    parked,
    stories,
    tell,
    told_in_any_order,
    troubles,
)

ANOTHER_IBAN = "GB95CLRB04190000001114"


def settlements() -> st.SearchStrategy[Settlement]:
    """Credits become repayments, debits disbursements; they may carry an id that a payer outside repeats."""
    return st.builds(
        lambda settlement, pence, end_to_end_id: replace(settlement, amount_pence=pence, end_to_end_id=end_to_end_id),
        st.sampled_from([a_settled_credit(), a_settled_debit()]),
        st.integers(1, 10**9),
        st.sampled_from(["salary-march", "NOTPROVIDED"]),
    )


def booked(settlement: Settlement) -> tuple[str, int]:
    """The transaction on the loan that this money implies."""
    kind = "REPAYMENT" if settlement.direction is Direction.CREDIT else "DISBURSEMENT"
    return kind, settlement.amount_pence


@stories
@given(st.data(), settlements(), st.booleans(), troubles())
def test_money_that_moved_is_on_the_loan_once_and_is_off_it_again_when_it_went_back(
    data, money: Settlement, goes_back: bool, trouble: Troubles
) -> None:
    lender = FakeLender()
    lender.has_linked()
    facts = [always(money), always(the_return_of(money))] if goes_back else [always(money)]
    tell(lender, data.draw(told_in_any_order(facts)), trouble)

    posting = lender.posting(money)
    assert (posting.state, posting.parked) == (State.RETURNED if goes_back else State.POSTED, None)
    assert lender.core.posted() == ([] if goes_back else [booked(money)])
    assert len(lender.core.reversals) <= goes_back
    assert lender.bank.received == []
    assert not lender.sets.due
    assert not parked(lender)


@stories
@given(st.data(), settlements(), st.booleans(), troubles(naps=[7, 23, 30, 80]))
def test_with_workers_away_for_days_a_person_may_be_called_and_nothing_is_booked_twice(
    data, money: Settlement, goes_back: bool, trouble: Troubles
) -> None:
    lender = FakeLender()
    lender.has_linked()
    facts = [always(money), always(the_return_of(money))] if goes_back else [always(money)]
    tell(lender, data.draw(told_in_any_order(facts)), trouble)

    assert len(lender.core.posted()) <= 1
    assert parked(lender) or lender.core.posted() == ([] if goes_back else [booked(money)])
    assert not lender.sets.due


@stories
@given(st.data(), st.integers(1, 10**9), troubles())
def test_a_transfer_between_two_loans_leaves_one_transaction_on_each(data, pence: int, trouble: Troubles) -> None:
    lender = FakeLender()
    lender.has_linked()
    lender.has_linked(
        a_core_loan("LOAN2", key="other", iban=ANOTHER_IBAN, virtual_account_id="virtual-2"),
        a_virtual_account(id="virtual-2", iban=ANOTHER_IBAN),
    )
    both = {"transaction_id": "T", "scheme": "Transfer", "end_to_end_id": "one-id", "amount_pence": pence}
    sides = [always(a_settled_debit(**both)), always(a_settled_credit(on_iban=ANOTHER_IBAN, **both))]
    tell(lender, data.draw(told_in_any_order(sides)), trouble)

    assert lender.core.posted("LOAN1") == [("DISBURSEMENT", pence)]
    assert lender.core.posted("LOAN2") == [("REPAYMENT", pence)]
    assert not parked(lender)


def insists(act, lender: FakeLender, money: Settlement, *words: str) -> None:
    """An operator whose process dies looks again, and does it again only if it was not done."""
    for _ in range(4):
        if lender.posting(money).state is not State.UNMATCHED:
            return
        with suppress(WorkerDied, CannotBeDoneError):
            act(money, *words)


def unmatched(money: Settlement, trouble: Troubles, facts: list[Fact]) -> FakeLender:
    """No loan claims the money at first; troubles begin once an operator acts."""
    lender = FakeLender()
    lender.hears(money)
    lender.comes_to_rest()
    assert lender.posting(money).state is State.UNMATCHED
    lender.core.add(loan=a_core_loan("LOAN7", iban="", virtual_account_id=""))
    first_call = len(lender.wire.calls)
    trouble.deaths = [(first_call + call, when) for call, when in trouble.deaths]
    trouble.befall(lender)
    return lender


@stories
@given(st.data(), settlements(), st.booleans(), troubles())
def test_assigned_money_is_on_the_loan_once_and_is_off_it_again_when_it_went_back(
    data, money: Settlement, goes_back: bool, trouble: Troubles
) -> None:
    facts = [always(money), *([always(the_return_of(money))] if goes_back else [])]
    lender = unmatched(money, trouble, facts)
    insists(lender.assigns, lender, money, "LOAN7")
    tell(lender, data.draw(told_in_any_order(facts)), Troubles(naps=trouble.naps))

    assert lender.posting(money).state is (State.RETURNED if goes_back else State.POSTED)
    assert lender.core.posted() == ([] if goes_back else [booked(money)])
    assert not parked(lender)


@stories
@given(st.data(), st.integers(1, 10**9), troubles(ANYTHING))
def test_money_sent_back_moves_at_most_once_and_is_never_on_a_loan(data, pence: int, trouble: Troubles) -> None:
    money = a_settled_credit(amount_pence=pence)
    lender = unmatched(money, trouble, [])
    insists(lender.sends_back, lender, money, "Other")

    def its_return(lender: FakeLender):
        return the_return_of(money) if lender.bank.returns else None

    tell(lender, data.draw(told_in_any_order([always(money), its_return])), Troubles(naps=trouble.naps))

    posting = lender.posting(money)
    assert lender.core.posted() == []
    if not lender.bank.returns:  # only when the bank saw the id and lost the return
        assert LOST in trouble.bank_sends
        assert posting.state is State.RETURNING
        assert posting.parked is not None
        return
    assert lender.bank.returns == [(money.transaction_id, "Other")]
    assert (posting.state, posting.parked) == (State.RETURNED, None)
