"""The core agrees with its webhook, or nothing is paid: each difference on its own."""

from typing import Any

import pytest

from shared.domain.confirmation import ConfirmationRefused, confirm
from shared.domain.events import Confirmed
from tests.builders import (
    LOAN_KEY,
    a_core_loan,
    a_core_transaction,
    a_disbursement_order,
    a_holder,
    a_route,
    an_address,
)

ORDER, ROUTE = a_disbursement_order(), a_route()


def test_an_order_that_the_core_agrees_with_is_confirmed() -> None:
    answer = confirm(
        a_disbursement_order(), a_route(), a_core_transaction(), a_core_loan(), a_holder(), an_address(town="York")
    )

    assert answer == Confirmed(
        transaction_id="1234",
        loan_id="LOAN1",
        loan_key=LOAN_KEY,
        holder_name="Ada Lovelace",
        debtor_name=ROUTE.debtor_name,
        creditor_address=an_address(),
        debtor_address=an_address(town="York"),
    )


@pytest.mark.parametrize("transaction_type", ["DISBURSEMENT", "DISBURSMENT"])
def test_both_spellings_of_a_disbursement_are_known(transaction_type: str) -> None:
    transaction = a_core_transaction(type=transaction_type)

    assert isinstance(confirm(ORDER, ROUTE, transaction, a_core_loan(), a_holder(), None), Confirmed)


def test_the_order_may_name_the_loan_by_its_key() -> None:
    order = a_disbursement_order(loan_id=LOAN_KEY)

    assert isinstance(confirm(order, a_route(), a_core_transaction(), a_core_loan(), a_holder(), None), Confirmed)


@pytest.mark.parametrize(
    ("transaction", "loan", "code"),
    [
        ({"key": "another"}, {}, "transaction_differs"),
        ({"type": "REPAYMENT"}, {}, "not_a_disbursement"),
        ({"adjusted": True}, {}, "already_reversed"),
        ({"amount_pence": 150_001}, {}, "amount_differs"),
        ({"amount_pence": 149_999}, {}, "amount_differs"),
        ({"channel": "cash"}, {}, "channel_differs"),
        ({"loan_key": "another"}, {}, "loan_differs"),
        ({}, {"key": "another"}, "loan_differs"),
        ({}, {"id": "LOAN2"}, "loan_differs"),
        ({}, {"currency": "EUR"}, "currency_differs"),
        ({}, {"state": "PENDING_APPROVAL"}, "loan_not_open"),
        ({}, {"state": "CLOSED"}, "loan_not_open"),
        ({}, {"state": "CLOSED_WRITTEN_OFF"}, "loan_not_open"),
    ],
)
def test_any_difference_refuses(transaction: dict[str, Any], loan: dict[str, Any], code: str) -> None:
    order = a_disbursement_order("1500.00")
    answer = confirm(order, a_route(), a_core_transaction(order, **transaction), a_core_loan(**loan), a_holder(), None)

    assert isinstance(answer, ConfirmationRefused)
    assert answer.code == code


@pytest.mark.parametrize("state", ["APPROVED", "ACTIVE", "ACTIVE_IN_ARREARS"])
def test_a_loan_that_can_have_been_disbursed_just_now_is_confirmed(state: str) -> None:
    answer = confirm(ORDER, ROUTE, a_core_transaction(), a_core_loan(state=state), a_holder(), None)

    assert isinstance(answer, Confirmed)


def test_the_first_of_several_differences_decides() -> None:
    transaction = a_core_transaction(adjusted=True, amount_pence=1)
    answer = confirm(ORDER, ROUTE, transaction, a_core_loan(state="CLOSED"), a_holder(address=None), None)

    assert isinstance(answer, ConfirmationRefused)
    assert answer.code == "already_reversed"


def test_without_the_lenders_address_the_holders_stands_in() -> None:
    answer = confirm(ORDER, ROUTE, a_core_transaction(), a_core_loan(), a_holder(), None)

    assert isinstance(answer, Confirmed)
    assert answer.debtor_address == answer.creditor_address == an_address()


def test_an_address_that_nobody_has_refuses() -> None:
    answer = confirm(
        a_disbursement_order(), a_route(), a_core_transaction(), a_core_loan(), a_holder(address=None), None
    )

    assert isinstance(answer, ConfirmationRefused)
    assert answer.code == "address_missing"
    assert "Ada Lovelace" in answer.reason


def test_an_address_in_one_line_leaves_out_what_is_missing() -> None:
    assert an_address().one_line() == "GB, Leeds, Park Row, 12, LS1 4AP"
    assert an_address(street="", building="").one_line() == "GB, Leeds, LS1 4AP"


def test_the_holders_name_stands_in_for_a_debtor_without_one() -> None:
    route = a_route(debtor_name="")
    answer = confirm(a_disbursement_order(), route, a_core_transaction(), a_core_loan(), a_holder(name="Zoë"), None)

    assert isinstance(answer, Confirmed)
    assert answer.debtor_name == "Zoe"


def test_a_debtor_whose_name_the_scheme_cannot_carry_refuses() -> None:
    route = a_route(debtor_name="")
    answer = confirm(a_disbursement_order(), route, a_core_transaction(), a_core_loan(), a_holder(name="李"), None)

    assert isinstance(answer, ConfirmationRefused)
    assert answer.code == "debtor_name_missing"
