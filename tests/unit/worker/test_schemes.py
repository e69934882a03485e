"""Every scheme that the handlers let through must have a channel in the adapter, or the posting could not be built."""

import pytest

from services.worker.adapters.mambu.postings import posting_request
from services.worker.handlers.decisions.locate_loan import locate_loan
from shared.domain.events import LoanLocated, LoanNotLocated
from tests.builders import a_core_loan, a_repayment, a_settled_credit, the_rules
from tests.fakes.lender import FakeLender
from tests.unit.worker.adapters.mambus import names


@pytest.mark.parametrize("scheme", ["", "Transfer", "FasterPayments", "Chaps"])
def test_what_is_located_can_be_posted(scheme: str) -> None:
    lender = FakeLender()
    lender.has_linked()
    repayment = a_repayment(a_settled_credit(scheme=scheme), loan_id="LOAN1")
    assert isinstance(locate_loan(repayment, lender.office), LoanLocated)
    assert posting_request(repayment, names()).path == "/loans/LOAN1/repayment-transactions"


@pytest.mark.parametrize("scheme", ["Cheque", "SEPA", "fasterpayments"])
def test_money_of_a_scheme_nobody_knows_is_unmatched(scheme: str) -> None:
    lender = FakeLender(the_rules(takes_bacs=True))
    lender.core.add(loan=a_core_loan())
    decision = locate_loan(a_repayment(a_settled_credit(scheme=scheme)), lender.office)
    assert isinstance(decision, LoanNotLocated)
    assert decision.code == "scheme_unknown"
