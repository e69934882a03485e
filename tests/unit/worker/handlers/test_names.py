"""Names with accents, apostrophes and emoji: sent as each side can carry them, and nothing stops for it."""

import pytest

from shared.domain.transitions import DisbursementState, PostingState
from tests.builders import LOAN_IBAN, a_disbursement_order, a_holder, a_settled_credit, an_unlinked_loan, the_rules
from tests.fakes.lender import FakeLender

NAMES = {
    "Zoë Müller-Ñandú": "Zoe Muller-Nandu",
    "Seán O'Brien": "Sean OBrien",
    "D’Arcy 🦉 Ltd": "DArcy Ltd",
    "Łukasz Żółć": "Lukasz Zolc",
    "Ada\nLovelace\t": "Ada Lovelace",
}


@pytest.mark.parametrize(("name", "sent"), NAMES.items())
def test_a_name_is_sent_as_its_scheme_can_carry_it_and_the_history_tells_what_changed(name: str, sent: str) -> None:
    order = a_disbursement_order(creditor_name=name, debtor_name=name)
    lender = FakeLender()
    lender.books(order, holder=a_holder(name=name))
    lender.hears(order)

    route = lender.disbursement(order).route
    assert route is not None
    assert (route.creditor_name, route.debtor_name) == (sent, sent)
    assert f"creditorName: {name!r} became {sent!r}" in lender.on_record()
    assert lender.disbursement(order).state is DisbursementState.SUBMITTED


@pytest.mark.parametrize("name", NAMES)
def test_a_strange_name_neither_stops_linkage_nor_repayment(name: str) -> None:
    order, money = a_disbursement_order(debtor_iban=""), a_settled_credit(counterpart_name=name, reference=name)
    lender = FakeLender(the_rules(links_disbursements=True, bank_picks_the_number=True))
    lender.books(order, an_unlinked_loan(), a_holder(name=name))
    lender.hears(order)
    wanted = lender.disbursement(order).wanted
    assert wanted is not None
    lender.hears(lender.bank.creates(wanted.external_id, LOAN_IBAN))
    lender.hears(money)

    assert lender.disbursement(order).state is DisbursementState.SUBMITTED
    assert lender.posting(money).state is PostingState.POSTED
