"""D1 with linkage: the loan pays from the virtual account that it is tied to."""

import pytest

from shared.domain.flows import Parked, Step, StepOutcome
from shared.domain.transitions import DisbursementState as State
from tests.builders import (
    LOAN_IBAN,
    VIRTUAL_ACCOUNT_ID,
    a_core_loan,
    a_disbursement_order,
    a_virtual_account,
    an_unlinked_loan,
    the_bank_settles,
)
from tests.fakes.replies import refuses, says_try_later
from tests.unit.worker.handlers.linking import ANOTHER_IBAN, BANK_PICKS, ORDER, ORDER_BY_IBAN, WE_PICK, a_lender, payers


@pytest.mark.parametrize("rules", [WE_PICK, BANK_PICKS])
@pytest.mark.parametrize("debtor_iban", ["", LOAN_IBAN, "gb33 bukb 2020 1555 5555 55"])
def test_a_loan_that_is_linked_pays_from_its_own_account(rules, debtor_iban: str) -> None:
    order = a_disbursement_order(debtor_iban=debtor_iban)
    lender = a_lender(rules, order)
    lender.hears(order)
    lender.hears(the_bank_settles(order, account_iban=LOAN_IBAN))

    assert lender.disbursement(order).state is State.SETTLED
    assert payers(lender) == [LOAN_IBAN]
    assert (lender.bank.orders, lender.bank.amended, lender.core.linkages) == ([], [], [])


def test_an_account_that_is_there_already_is_written_to_a_loan_that_does_not_hold_it() -> None:
    lender = a_lender(WE_PICK, ORDER_BY_IBAN, an_unlinked_loan())
    lender.hears(ORDER_BY_IBAN)

    assert lender.bank.orders == []
    assert lender.core.linkages == [("LOAN1", VIRTUAL_ACCOUNT_ID, LOAN_IBAN)]
    assert payers(lender) == [LOAN_IBAN]


@pytest.mark.parametrize(
    ("rules", "debtor_iban", "loan", "code"),
    [
        (WE_PICK, ANOTHER_IBAN, a_core_loan(), "loan_iban_differs"),
        (BANK_PICKS, ANOTHER_IBAN, a_core_loan(), "loan_iban_differs"),
        (BANK_PICKS, LOAN_IBAN, an_unlinked_loan(), "linkage_conflict"),
        (WE_PICK, "", an_unlinked_loan(), "iban_missing"),
        (BANK_PICKS, "", a_core_loan(iban=ANOTHER_IBAN, virtual_account_id=""), "virtual_account_missing"),
    ],
)
def test_an_iban_that_cannot_be_the_loans_reverses_the_disbursement(rules, debtor_iban, loan, code: str) -> None:
    order = a_disbursement_order(debtor_iban=debtor_iban)
    lender = a_lender(rules, order, loan)
    lender.hears(order)
    lender.comes_to_rest()

    assert lender.disbursement(order).state is State.REVERSED
    assert lender.disbursement(order).failure.startswith(f"{code}: ")
    assert lender.core.reversals == [order.transaction_key]
    assert lender.core.statuses[order.transaction_key] == ["Rejected"]
    assert (lender.bank.received, lender.core.linkages) == ([], [])
    assert lender.told() == [f"not_linked:{code}"]


def test_the_iban_of_another_loan_reverses_the_disbursement() -> None:
    lender = a_lender(WE_PICK, ORDER_BY_IBAN, an_unlinked_loan())
    lender.core.add(loan=a_core_loan("LOAN2", key="another"))
    lender.hears(ORDER_BY_IBAN)

    failure = f"iban_of_another_loan: debtorIBAN {LOAN_IBAN} is tied to another loan than LOAN1"
    assert lender.disbursement(ORDER_BY_IBAN).failure == failure
    assert lender.core.reversals == [ORDER_BY_IBAN.transaction_key]
    assert lender.bank.received == []


@pytest.mark.parametrize(
    ("loan", "account", "code"),
    [
        (a_core_loan(), a_virtual_account(is_enabled=False), "virtual_account_disabled"),
        (a_core_loan(), a_virtual_account(iban=ANOTHER_IBAN), "virtual_account_differs"),
        (a_core_loan(), a_virtual_account(id="another"), "not_found"),
    ],
)
def test_an_account_that_the_bank_shows_otherwise_waits_for_a_person(loan, account, code: str) -> None:
    lender = a_lender(WE_PICK, ORDER, loan, accounts=(account,))
    lender.hears(ORDER)
    lender.comes_to_rest()

    parked = lender.disbursement(ORDER).parked
    assert parked is not None
    assert (parked.code, parked.step) == (code, Step.LINK)
    assert (lender.bank.received, lender.core.reversals) == ([], [])
    assert lender.told() == [f"link:{code}"]


def test_a_look_up_that_the_bank_refuses_waits_for_a_person_and_a_busy_bank_is_asked_again() -> None:
    refused, busy = a_lender(), a_lender()
    refused.bank.reads.then(refuses("question_refused", verdict=False))
    busy.bank.reads.then(says_try_later())
    for lender in (refused, busy):
        lender.hears(ORDER)
        lender.comes_to_rest()

    parked = Parked("question_refused", "refused: question_refused", Step.LINK)
    assert refused.disbursement(ORDER).parked == parked
    assert busy.disbursement(ORDER).state is State.SUBMITTED


def test_an_owner_whose_name_differs_is_amended_before_the_payment() -> None:
    lender = a_lender(accounts=(a_virtual_account(owner_name="A Byron"),))
    lender.hears(ORDER)

    assert lender.bank.amended == [(VIRTUAL_ACCOUNT_ID, "Ada Lovelace")]
    assert [request.path for request in lender.bank.received] == ["owner-name", "payment"]


@pytest.mark.parametrize("reply", [refuses("name_invalid"), refuses("http_404", verdict=False)])
def test_a_name_that_the_bank_will_not_take_stops_nothing_and_is_told(reply) -> None:
    lender = a_lender(accounts=(a_virtual_account(owner_name="A Byron"),))
    lender.bank.sends.then(reply)
    lender.hears(ORDER)
    lender.comes_to_rest()

    assert lender.disbursement(ORDER).state is State.SUBMITTED
    assert lender.disbursement(ORDER).step(Step.AMEND_OWNER).outcome is StepOutcome.REFUSED
    assert lender.told() == ["amend-owner:refused"]
