"""R1: money that came in, on its way to a loan."""

from typing import Any

import pytest

from shared.domain.flows import Parked, Step
from shared.domain.transitions import PostingState as State
from tests.builders import LOAN_IBAN, OPERATING_IBAN, a_core_loan, a_settled_credit, a_virtual_account, the_rules
from tests.fakes.lender import FakeLender
from tests.fakes.replies import refuses

BY_REFERENCE = the_rules(finds_loans_by_account=False)
PRINTED = "gb33 bukb 2020 1555 5555 55"


def a_lender_that_links(**loan: Any) -> FakeLender:
    lender = FakeLender()
    lender.has_linked(a_core_loan(**loan))
    return lender


def test_a_credit_on_a_virtual_account_is_posted_to_its_loan() -> None:
    lender, money = a_lender_that_links(), a_settled_credit("88.50")
    lender.hears(money)

    assert lender.posting(money).state is State.POSTED
    assert lender.core.posted("LOAN1") == [("REPAYMENT", 8850)]
    assert lender.posting(money).core_transaction_id == f"core-{money.transaction_id}"
    assert lender.history(lender.posting(money)) == [
        "received",
        "LoanLocated",
        "post-repayment attempt 1",
        "post-repayment accepted",
    ]
    assert not lender.left_to_do()
    assert lender.notifications() == []


@pytest.mark.parametrize(("known", "told"), [(PRINTED, LOAN_IBAN), (LOAN_IBAN, PRINTED)])
def test_an_iban_is_the_same_however_it_is_printed(known: str, told: str) -> None:
    lender, money = FakeLender(), a_settled_credit(on_iban=told)
    lender.has_linked(a_core_loan(iban=known), a_virtual_account(iban=known))
    lender.hears(money)

    assert lender.posting(money).state is State.POSTED


@pytest.mark.parametrize(
    "reference",
    [
        "LOAN7",
        "repayment of LOAN7",
        "LOAN7, March 2026",
        "ref:LOAN7/2026",
        "99999 LOAN7",
        "1 1 1 1 1 1 LOAN7",
        "LOAN7 LOAN7",
        "(LOAN7)",
    ],
)
def test_a_credit_is_posted_by_the_loan_id_in_its_reference(reference: str) -> None:
    lender, money = FakeLender(BY_REFERENCE), a_settled_credit(reference=reference)
    lender.core.add(loan=a_core_loan("LOAN7"))
    lender.hears(money)

    assert lender.posting(money).state is State.POSTED
    assert lender.posting(money).loan_id == "LOAN7"


def test_a_credit_on_the_operating_account_goes_by_its_reference_even_with_virtual_accounts() -> None:
    lender = FakeLender()
    money = a_settled_credit(on_iban="GB29 NWBK 6016 1331 9268 19", reference="LOAN7")
    lender.core.add(loan=a_core_loan("LOAN7", iban=OPERATING_IBAN))
    lender.core.add(loan=a_core_loan("LOAN8", key="other", iban=OPERATING_IBAN))
    lender.hears(money)

    assert lender.core.posted("LOAN7") == [("REPAYMENT", 8850)]


def test_a_long_reference_asks_the_core_for_five_loans_at_most() -> None:
    lender = FakeLender(BY_REFERENCE)
    lender.hears(a_settled_credit(reference=" ".join(f"L{number}" for number in range(9))))

    assert lender.wire.calls.count("core.read_loan") == 5


def test_words_without_a_digit_are_not_asked_for() -> None:
    lender, money = FakeLender(BY_REFERENCE), a_settled_credit(reference="thank you")
    lender.hears(money)

    assert "core.read_loan" not in lender.wire.calls
    assert lender.posting(money).state is State.UNMATCHED


@pytest.mark.parametrize(
    ("loans", "money", "code"),
    [
        ([], a_settled_credit(), "loan_not_found"),
        ([a_core_loan("A1"), a_core_loan("B2", key="other")], a_settled_credit(), "loan_ambiguous"),
        ([a_core_loan(state="CLOSED")], a_settled_credit(), "loan_not_open"),
        ([a_core_loan(state="APPROVED")], a_settled_credit(), "loan_not_open"),
        ([a_core_loan(currency="EUR")], a_settled_credit(), "loan_currency"),
        ([a_core_loan()], a_settled_credit(currency="EUR"), "currency_not_gbp"),
        ([a_core_loan()], a_settled_credit(scheme="Bacs"), "bacs_not_configured"),
        ([a_core_loan()], a_settled_credit(scheme="Sepa"), "scheme_unknown"),
        ([a_core_loan(virtual_account_id="")], a_settled_credit(), "virtual_account_missing"),
        ([a_core_loan(virtual_account_id="gone")], a_settled_credit(), "virtual_account_unknown"),
        ([a_core_loan(virtual_account_id="of-another")], a_settled_credit(), "virtual_account_differs"),
    ],
)
def test_money_that_no_loan_takes_is_unmatched_with_the_reason(loans, money, code: str) -> None:
    lender = FakeLender()
    lender.bank.add(a_virtual_account(), a_virtual_account(id="of-another", iban="GB95CLRB04190000001114"))
    for loan in loans:
        lender.core.add(loan=loan)
    lender.hears(money)
    lender.comes_to_rest()

    assert lender.posting(money).state is State.UNMATCHED
    assert lender.posting(money).failure.startswith(f"{code}: ")
    assert lender.posting(money).parked is None
    assert lender.core.posted() == []


def test_a_reference_that_names_two_loans_is_ambiguous() -> None:
    lender, money = FakeLender(BY_REFERENCE), a_settled_credit(reference="LOAN7 LOAN8")
    lender.core.add(loan=a_core_loan("LOAN7"))
    lender.core.add(loan=a_core_loan("LOAN8", key="other"))
    lender.hears(money)

    assert lender.posting(money).failure == "loan_ambiguous: 2 loans are named by the payment's reference"


@pytest.mark.parametrize("scheme", ["FasterPayments", "Chaps", "Transfer", ""])
def test_every_scheme_of_the_bank_repays(scheme: str) -> None:
    lender, money = a_lender_that_links(), a_settled_credit(scheme=scheme)
    lender.hears(money)

    assert lender.posting(money).state is State.POSTED


def test_a_bacs_credit_is_posted_when_its_channel_is_set() -> None:
    lender, money = FakeLender(the_rules(takes_bacs=True)), a_settled_credit(scheme="Bacs")
    lender.has_linked()
    lender.hears(money)

    assert lender.posting(money).state is State.POSTED


@pytest.mark.parametrize("state", ["ACTIVE", "ACTIVE_IN_ARREARS"])
def test_open_loans_take_repayments(state: str) -> None:
    lender, money = a_lender_that_links(state=state), a_settled_credit()
    lender.hears(money)

    assert lender.posting(money).state is State.POSTED


def test_a_loan_of_a_group_takes_repayments_like_any_other() -> None:
    lender, money = a_lender_that_links(holder_type="GROUP", holder_key="group-1"), a_settled_credit()
    lender.hears(money)

    assert lender.core.posted("LOAN1") == [("REPAYMENT", 8850)]


def test_a_repayment_that_the_core_judges_impossible_becomes_unmatched() -> None:
    lender, money = a_lender_that_links(), a_settled_credit()
    lender.core.sends.then(refuses("overpayment"))
    lender.hears(money)

    assert lender.posting(money).state is State.UNMATCHED
    assert lender.posting(money).failure == "overpayment: refused: overpayment"


def test_a_repayment_refused_for_our_set_up_waits_for_a_person() -> None:
    lender, money = a_lender_that_links(), a_settled_credit()
    lender.core.sends.then(refuses("mambu_903", verdict=False))
    lender.hears(money)
    lender.comes_to_rest()

    assert lender.posting(money).state is State.POSTING
    assert lender.posting(money).parked == Parked("mambu_903", "refused: mambu_903", Step.POST_REPAYMENT)


@pytest.mark.parametrize("rules", [the_rules(), BY_REFERENCE])
def test_a_question_that_the_core_will_not_answer_waits_for_a_person(rules) -> None:
    lender, money = FakeLender(rules), a_settled_credit(reference="LOAN1")
    lender.has_linked()
    lender.core.reads.then(refuses("question_refused", verdict=False))
    lender.hears(money)

    parked = Parked("question_refused", "refused: question_refused", Step.LOCATE_LOAN)
    assert lender.posting(money).parked == parked
    assert lender.core.posted() == []


def test_a_question_that_the_bank_will_not_answer_waits_for_a_person() -> None:
    lender, money = a_lender_that_links(), a_settled_credit()
    lender.bank.reads.then(refuses("question_refused", verdict=False))
    lender.hears(money)

    parked = Parked("question_refused", "refused: question_refused", Step.LOCATE_LOAN)
    assert lender.posting(money).parked == parked


def test_the_same_end_to_end_id_from_two_payers_is_two_repayments() -> None:
    lender = a_lender_that_links()
    lender.hears(a_settled_credit("10"))
    lender.hears(a_settled_credit("20", transaction_id="another-bank-transaction"))

    assert lender.core.posted("LOAN1") == [("REPAYMENT", 1000), ("REPAYMENT", 2000)]
