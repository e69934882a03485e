"""Lenders whose loans pay from virtual accounts of their own, for the tests of linkage."""

from shared.domain.transitions import DisbursementState as State
from tests.builders import LOAN_IBAN, a_core_loan, a_disbursement_order, a_virtual_account, an_unlinked_loan, the_rules
from tests.fakes.lender import FakeLender

ORDER = a_disbursement_order(debtor_iban="")
ORDER_BY_IBAN = a_disbursement_order(debtor_iban=LOAN_IBAN)
WE_PICK = the_rules(links_disbursements=True)
BANK_PICKS = the_rules(links_disbursements=True, bank_picks_the_number=True)
NEW_IBAN, ANOTHER_IBAN = "GB92CLRB04190000009001", "GB95CLRB04190000001114"


def a_lender(rules=WE_PICK, order=ORDER, loan=None, accounts=None, holder=None) -> FakeLender:
    """The bank has the account of a linked loan, unless `accounts` says otherwise."""
    lender = FakeLender(rules)
    lender.books(order, loan or a_core_loan(), holder)
    lender.bank.add(*((a_virtual_account(),) if accounts is None else accounts))
    return lender


def a_lender_that_asked(rules=BANK_PICKS, order=ORDER) -> FakeLender:
    """The loan has no account, and the bank was asked to create one."""
    lender = a_lender(rules, order, an_unlinked_loan(), accounts=())
    lender.hears(order)
    assert lender.disbursement(order).state is State.LINKING
    return lender


def reference(order=ORDER, *, lender: FakeLender) -> str:
    """By what the account was asked for."""
    wanted = lender.disbursement(order).wanted
    assert wanted is not None
    return wanted.external_id or wanted.iban


def payers(lender: FakeLender) -> list[str]:
    return [movement.debtor_iban for movement in lender.bank.movements]
