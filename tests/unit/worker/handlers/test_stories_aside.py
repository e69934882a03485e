"""Beside the payments: accounts of closed loans are disabled, people are told, and neither holds up money."""

from dataclasses import replace

from hypothesis import given

from shared.domain.flows import Step
from shared.domain.meanings import Meaning
from shared.domain.transitions import ClosureState, NotificationState, PostingState
from tests.builders import (
    VIRTUAL_ACCOUNT_ID,
    a_core_loan,
    a_disbursement_order,
    a_loan_closure,
    a_settled_credit,
    the_bank_holds,
    the_bank_rejects,
    the_rules,
)
from tests.fakes.lender import FakeLender
from tests.fakes.replies import refuses
from tests.unit.worker.handlers.stories import (
    ANYTHING,
    CHANCES,
    Chance,
    Fact,
    always,
    long_stories,
    parked,
    stories,
    tell,
)


@stories
@given(CHANCES)
def test_the_loan_that_a_repayment_closes_keeps_one_repayment_and_loses_its_account(chance: Chance) -> None:
    """The core closes the loan because of our own repayment, and its webhook about that comes back to us."""
    money = replace(a_settled_credit(), amount_pence=chance.pence())
    lender = FakeLender()
    lender.has_linked()

    def closed(lender: FakeLender) -> Meaning | None:
        if not lender.core.posted("LOAN1"):
            return None
        lender.core.add(loan=a_core_loan(state="CLOSED"))
        return a_loan_closure()

    tell(lender, chance.in_any_order([always(money), closed]), chance.troubles())

    assert lender.core.posted() == [("REPAYMENT", money.amount_pence)]
    assert lender.posting(money).state is PostingState.POSTED
    assert {closure.state for closure in lender.closures()} == {ClosureState.DISABLED}
    assert set(lender.bank.disabled) == {VIRTUAL_ACCOUNT_ID}
    assert not lender.bank.accounts[VIRTUAL_ACCOUNT_ID].is_enabled
    assert not parked(lender)


@stories
@given(CHANCES)
def test_the_account_of_a_loan_that_is_not_over_is_never_disabled(chance: Chance) -> None:
    """The core's webhooks are unsigned, and one may come late: the loan may have been opened again."""
    lender = FakeLender()
    lender.has_linked(a_core_loan(state=chance.choice(["ACTIVE", "ACTIVE_IN_ARREARS", "APPROVED"])))
    tell(lender, chance.in_any_order([always(a_loan_closure())]), chance.troubles())

    assert {closure.state for closure in lender.closures()} == {ClosureState.KEPT}
    assert lender.bank.received == []


@stories
@given(CHANCES)
def test_people_are_told_of_each_problem_at_most_once(chance: Chance) -> None:
    order, trouble = a_disbursement_order(), chance.troubles()
    lender = FakeLender(the_rules(tells_by_task=chance.choice([True, False])))
    lender.books(order)
    trouble.notifier_sends = chance.some(ANYTHING, 8)
    facts = [always(order), once_paid(the_bank_holds()), once_paid(the_bank_rejects())]
    tell(lender, chance.in_any_order(facts), trouble)

    assert len(lender.notifier.messages) == len({message.id for message in lender.notifier.messages})
    for notification in lender.notifications():
        assert notification.state is NotificationState.SENT, notification
    if lender.bank.movements:
        assert "rejected:AC04" in lender.told()


@long_stories
@given(CHANCES)
def test_a_channel_that_never_takes_anything_holds_up_no_payment(chance: Chance) -> None:
    order, trouble = a_disbursement_order(), chance.troubles()
    calm, lender = FakeLender(), FakeLender()
    lender.notifier.sends.always = chance.choice([*ANYTHING, refuses("no_such_group")])
    facts = chance.in_any_order([always(order), once_paid(the_bank_rejects())])
    trouble.deaths, trouble.notifier_sends = [], []
    for each in (calm, lender):
        each.books(order)
        tell(each, facts, trouble)

    assert lender.bank.received == calm.bank.received
    assert lender.core.received == calm.core.received
    assert lender.disbursement(order).state is calm.disbursement(order).state
    assert {flow.parked.step for flow in lender.notifications() if flow.parked} <= {Step.SEND}


def once_paid(word: Meaning) -> Fact:
    return lambda lender: word if lender.bank.movements else None
