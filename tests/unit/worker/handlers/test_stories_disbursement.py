"""D1, with linkage and without: any story of troubles ends as the bank's words say, and no pound moves twice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hypothesis import given

from services.worker.handlers.office import Rules
from shared.domain.bank_records import VirtualAccount
from shared.domain.core_records import CoreLoan
from shared.domain.disbursement import DisbursementOrder
from shared.domain.meanings import Meaning
from shared.domain.transitions import DisbursementState as State
from tests.builders import (
    LOAN_IBAN,
    OPERATING_IBAN,
    a_core_loan,
    a_disbursement_order,
    a_virtual_account,
    an_unlinked_loan,
    the_bank_holds,
    the_bank_rejects,
    the_bank_returns,
    the_bank_settles,
    the_rules,
)
from tests.fakes.lender import FakeLender
from tests.fakes.replies import refuses
from tests.unit.worker.handlers.stories import (
    CHANCES,
    LOST,
    NOTHING_HAPPENED,
    Chance,
    Fact,
    always,
    parked,
    stories,
    tell,
)

Word = Literal["settles", "rejects", "returns", "holds"]
FATES: list[tuple[list[Word], State]] = [
    (["settles"], State.SETTLED),
    (["holds", "settles"], State.SETTLED),
    (["rejects"], State.REVERSED),
    (["holds", "rejects"], State.REVERSED),
    (["settles", "returns"], State.RETURNED),
    (["holds", "settles", "returns"], State.RETURNED),
]
NEW_IBAN = "GB92CLRB04190000009001"
LINKED, ACCOUNT = a_core_loan(), a_virtual_account()


@dataclass(frozen=True)
class Linkage:
    """The set-up, the loan and the account as they are before; `payer` is the account that must pay in the end."""

    rules: Rules
    payer: str
    loan: CoreLoan = LINKED
    account: VirtualAccount = ACCOUNT
    debtor_iban: str = ""
    is_created: bool = False


WE_PICK = the_rules(links_disbursements=True)
BANK_PICKS = the_rules(links_disbursements=True, bank_picks_the_number=True)
ELSEWHERE = a_virtual_account(id="of-another-loan", iban="GB95CLRB04190000001114")
WITHOUT = Linkage(the_rules(), OPERATING_IBAN)
LINKAGES = [
    WITHOUT,
    Linkage(WE_PICK, LOAN_IBAN),
    Linkage(WE_PICK, LOAN_IBAN, account=a_virtual_account(owner_name="A Byron")),
    Linkage(WE_PICK, LOAN_IBAN, loan=an_unlinked_loan(), debtor_iban=LOAN_IBAN),
    Linkage(WE_PICK, LOAN_IBAN, an_unlinked_loan(), ELSEWHERE, LOAN_IBAN, is_created=True),
    Linkage(BANK_PICKS, NEW_IBAN, an_unlinked_loan(), ELSEWHERE, is_created=True),
]


def an_order(chance: Chance, debtor_iban: str = "") -> DisbursementOrder:
    order = a_disbursement_order(scheme=chance.choice(["FPS", "CHAPS"]), debtor_iban=debtor_iban)
    return replace(order, amount_pence=chance.pence(100_000_000))


def a_lender(linkage: Linkage, order: DisbursementOrder) -> FakeLender:
    lender = FakeLender(linkage.rules)
    lender.books(order, linkage.loan)
    lender.bank.add(linkage.account)
    return lender


def spoken(word: Word, order: DisbursementOrder) -> Fact:
    """The bank's word about a payment that it has; one that it rejects it also shows as rejected."""
    meanings: dict[Word, Meaning] = {
        "settles": the_bank_settles(order),
        "rejects": the_bank_rejects(order),
        "returns": the_bank_returns(order),
        "holds": the_bank_holds(order),
    }

    def fact(lender: FakeLender) -> Meaning | None:
        if not lender.bank.moved(order.transaction_key):
            return None
        if word == "rejects":
            lender.bank.reject(order.transaction_key)
        return meanings[word]

    return fact


def the_account_is_created(lender: FakeLender) -> Meaning | None:
    orders = lender.bank.orders
    return lender.bank.creates(orders[0].reference, NEW_IBAN) if orders else None


def facts_of(linkage: Linkage, order: DisbursementOrder, words: Sequence[Word]) -> list[Fact]:
    created = [the_account_is_created] if linkage.is_created else []
    return [always(order), *created, *(spoken(word, order) for word in words)]


def let_the_lease_run_out(lender: FakeLender) -> None:
    lender.clock.pass_time(seconds=61)
    lender.sweeps()


@stories
@given(CHANCES)
def test_a_disbursement_ends_as_the_banks_words_say(chance: Chance) -> None:
    linkage, (words, end), trouble = chance.choice(LINKAGES), chance.choice(FATES), chance.troubles()
    order = an_order(chance, linkage.debtor_iban)
    lender = a_lender(linkage, order)
    if chance.random() < 0.3:
        lender.bank.during_send = lambda: let_the_lease_run_out(lender)
    tell(lender, chance.in_any_order(facts_of(linkage, order, words)), trouble)

    payment, statuses = lender.disbursement(order), lender.core.statuses.get(order.transaction_key, [])
    if not lender.bank.movements:  # only when the bank saw the id and lost the payment
        assert LOST in trouble.bank_sends
        assert payment.state is State.SUBMITTING
        assert payment.parked is not None
        assert (payment.parked.code, lender.core.reversals, statuses) == ("gave_up", [], [])
        return
    (movement,) = lender.bank.movements
    assert (movement.amount_pence, movement.debtor_iban) == (order.amount_pence, linkage.payer)
    assert len(lender.bank.orders) == linkage.is_created
    assert (payment.state, payment.parked) == (end, None)
    assert lender.core.reversals == ([] if end is State.SETTLED else [order.transaction_key])
    if end is not State.RETURNED:
        assert statuses[-1] == ("Settled" if end is State.SETTLED else "Rejected")
    assert "Held" not in statuses[statuses.index("Settled") :] if "Settled" in statuses else True
    assert not lender.sets.due
    assert not parked(lender)


@stories
@given(CHANCES)
def test_with_workers_away_for_days_a_person_may_be_called_and_no_pound_moves_twice(chance: Chance) -> None:
    linkage, (words, end) = chance.choice(LINKAGES), chance.choice(FATES)
    order = an_order(chance, linkage.debtor_iban)
    lender = a_lender(linkage, order)
    facts = chance.in_any_order(facts_of(linkage, order, words))
    tell(lender, facts, chance.troubles(naps=[7, 23.9, 25, 80]))

    payment = lender.disbursement(order)
    assert len(lender.bank.movements) <= 1
    assert len(lender.core.reversals) <= (0 if end is State.SETTLED else 1)
    assert payment.parked is not None or payment.state is end
    assert not lender.sets.due


@stories
@given(CHANCES)
def test_a_payment_that_the_bank_refuses_is_reversed_once_and_nothing_moves(chance: Chance) -> None:
    order, trouble = an_order(chance), chance.troubles(NOTHING_HAPPENED)
    lender = a_lender(WITHOUT, order)
    lender.bank.sends.always = refuses()
    trouble.bank_sends = [reply for reply in trouble.bank_sends if not reply.happens]
    tell(lender, chance.in_any_order([always(order)]), trouble)

    assert lender.bank.movements == []
    assert (lender.disbursement(order).state, lender.disbursement(order).parked) == (State.REVERSED, None)
    assert lender.core.reversals == [order.transaction_key]
    assert lender.core.statuses[order.transaction_key][-1] == "Rejected"


NOT_TO_BE_LINKED = [
    Linkage(WE_PICK, "", debtor_iban=OPERATING_IBAN),  # not the loan's
    Linkage(BANK_PICKS, "", loan=an_unlinked_loan(), debtor_iban=LOAN_IBAN),  # given, and the bank is to pick one
    Linkage(WE_PICK, "", loan=an_unlinked_loan()),  # neither given nor known
]


@stories
@given(CHANCES)
def test_an_order_that_cannot_be_paid_is_reversed_once_and_nothing_moves(chance: Chance) -> None:
    linkage = chance.choice([WITHOUT, *NOT_TO_BE_LINKED])
    order = replace(an_order(chance, linkage.debtor_iban), currency="EUR" if linkage is WITHOUT else "GBP")
    lender = a_lender(linkage, order)
    tell(lender, chance.in_any_order([always(order)]), chance.troubles())

    assert lender.bank.received == []
    assert lender.disbursement(order).state is State.REVERSED
    assert lender.core.reversals == [order.transaction_key]


@stories
@given(CHANCES)
def test_two_disbursements_of_one_loan_get_one_account_and_are_paid_once_each(chance: Chance) -> None:
    first, second = (replace(an_order(chance), transaction_key=letter * 32) for letter in "ab")
    lender = FakeLender(BANK_PICKS)
    for order in (first, second):
        lender.books(order, an_unlinked_loan())
    settled = [spoken("settles", order) for order in (first, second)]
    facts = chance.in_any_order([always(first), always(second), the_account_is_created, *settled])
    tell(lender, facts, chance.troubles(NOTHING_HAPPENED))

    assert len(lender.bank.orders) == 1
    assert [movement.debtor_iban for movement in lender.bank.movements] == [NEW_IBAN, NEW_IBAN]
    assert {lender.disbursement(order).state for order in (first, second)} == {State.SETTLED}
