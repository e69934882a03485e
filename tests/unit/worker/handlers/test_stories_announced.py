"""Subscribers hear of each thing that happened once, whatever the order of the webhooks and whoever dies meanwhile."""

import json
from collections import Counter
from dataclasses import replace

from hypothesis import given

from shared.domain.hub.triggers import Trigger
from shared.domain.money import pounds
from shared.domain.settlement import Direction, Settlement
from tests.builders import (
    BANK_ID,
    OPERATING_IBAN,
    a_disbursement_order,
    a_settled_credit,
    a_settled_debit,
    the_bank_returns,
    the_bank_settles,
    the_return_of,
)
from tests.fakes.lender import FakeLender
from tests.unit.worker.handlers.stories import CHANCES, NOTHING_HAPPENED, Chance, Fact, always, stories, tell

Told = tuple[str, str, str]
"""Trigger, account, and the amount or the transaction."""


def told_at_the_bank(lender: FakeLender) -> Counter[Told]:
    """What subscribers were sent of our accounts at the bank, those of loans left out."""
    return Counter(
        (each.trigger.value, each.account_id, body.get("transaction_id") or body["amount"])
        for each in lender.deliveries.in_order()
        if each.trigger.value.startswith("On") and not each.account_id.startswith("LOAN")
        for body in [json.loads(each.body)]
    )


def implied_by(*settlements: Settlement) -> Counter[Told]:
    implied = Counter[Told]()
    for money in settlements:
        is_credit = money.direction is Direction.CREDIT
        amount = f"{'' if is_credit else '-'}{pounds(money.amount_pence)} GBP"
        way = "OnCreditTransaction" if is_credit else "OnDebitTransaction"
        implied.update((trigger, money.account_iban, amount) for trigger in ("OnBalanceChange", way))
        implied["OnCreateTransaction", money.account_iban, money.transaction_id] += 1
    return implied


def event_ids(lender: FakeLender) -> set[str]:
    """Of what was told of our accounts at the bank."""
    return {
        each.event_id
        for each in lender.deliveries.in_order()
        if each.trigger.value.startswith("On") and not each.account_id.startswith("LOAN")
    }


def a_listened_lender() -> FakeLender:
    lender = FakeLender()
    lender.is_listened_to()
    lender.has_linked()
    return lender


@stories
@given(CHANCES)
def test_each_settled_transaction_is_told_exactly_once(chance: Chance) -> None:
    money = replace(chance.choice([a_settled_credit(), a_settled_debit()]), amount_pence=chance.pence())
    settlements = [money, the_return_of(money)] if chance.choice([True, False]) else [money]
    lender = a_listened_lender()
    tell(lender, chance.in_any_order([always(each) for each in settlements]), chance.troubles())

    assert told_at_the_bank(lender) == implied_by(*settlements)


@stories
@given(CHANCES)
def test_a_payment_of_ours_tells_one_story_in_whatever_order_the_bank_speaks(chance: Chance) -> None:
    order = replace(a_disbursement_order(), amount_pence=chance.pence(10**8))
    words = [the_bank_settles(order), the_bank_returns(order)]

    def once_paid(word: Settlement) -> Fact:
        return lambda lender: word if lender.bank.movements else None

    lender = a_listened_lender()
    lender.books(order)
    facts = chance.in_any_order([always(order), *(once_paid(word) for word in words)])
    tell(lender, facts, chance.troubles(NOTHING_HAPPENED))

    life = Counter(each.trigger for each in lender.deliveries.in_order() if each.trigger.value.startswith("payment."))
    assert life == Counter((Trigger.PAYMENT_SUBMITTED, Trigger.PAYMENT_SETTLED, Trigger.PAYMENT_RETURNED))
    assert told_at_the_bank(lender) == implied_by(*words)
    assert {each.bank_id for each in lender.deliveries.in_order()} == {BANK_ID}


@stories
@given(CHANCES)
def test_the_same_webhooks_in_another_order_tell_the_same_of_our_accounts(chance: Chance) -> None:
    credit, debit = a_settled_credit(amount_pence=chance.pence()), a_settled_debit(amount_pence=chance.pence())
    odd = a_settled_credit(on_iban=OPERATING_IBAN, transaction_id="T", amount_pence=chance.pence())
    facts = [always(each) for each in (credit, the_return_of(credit), debit, the_return_of(debit), odd)]
    heard = []
    for _ in range(2):
        lender = a_listened_lender()
        tell(lender, chance.in_any_order(facts), chance.troubles())
        heard.append(event_ids(lender))

    assert heard[0] == heard[1]
    assert len(heard[0]) == 3 * len(facts)


@stories
@given(CHANCES)
def test_a_delivery_is_rung_for_at_most_once_and_none_is_without_its_event(chance: Chance) -> None:
    money = replace(a_settled_credit(), amount_pence=chance.pence())
    lender = a_listened_lender()
    tell(lender, chance.in_any_order([always(money), always(the_return_of(money))]), chance.troubles())

    assert len(lender.rung) == len(set(lender.rung))
    announced = {announcement.event.id for announcement in lender.announcements()}
    assert {each.event_id for each in lender.deliveries.in_order()} == announced
