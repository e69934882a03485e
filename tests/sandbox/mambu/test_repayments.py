"""Repayments, taking postings back, and the end of a loan."""

from typing import Any

import pytest

from tests.sandbox.mambu.conftest import Client, error_code


def test_a_repayment_lowers_the_balance(client: Client) -> None:
    loan = client.loan(state="ACTIVE", balance="100.00")
    response = client.repay(loan, 30.05)
    assert response.json["accountBalances"]["totalBalance"] == 69.95
    assert client.state(loan) == ("ACTIVE", None, "69.95")


def test_the_last_repayment_closes_the_loan(client: Client) -> None:
    loan = client.loan(state="ACTIVE_IN_ARREARS", balance="100.00")
    client.repay(loan, 100)
    assert client.state(loan) == ("CLOSED", "REPAID", "0.00")


@pytest.mark.parametrize(
    ("given", "amount", "code"),
    [
        ({"state": "APPROVED"}, 1, 128),
        ({"state": "CLOSED"}, 1, 128),
        ({"state": "ACTIVE", "balance": "10"}, 10.01, 110),
        ({"state": "ACTIVE", "balance": "0"}, 1, 3620),
    ],
    ids=["approved", "closed", "too much", "nothing owed"],
)
def test_a_repayment_nobody_owes_is_refused(client: Client, given: dict[str, Any], amount: float, code: int) -> None:
    assert error_code(client.repay(client.loan(**given), amount)) == code


def test_a_product_may_accept_overpayments(client: Client) -> None:
    loan = client.loan(state="ACTIVE", balance="10", acceptsOverpayments=True)
    assert client.repay(loan, 15).status_code == 201
    assert client.state(loan) == ("ACTIVE", None, "-5.00")


def test_a_repayment_needs_an_amount_and_no_future(client: Client) -> None:
    path = f"/loans/{client.loan(state='ACTIVE')['id']}/repayment-transactions"
    assert client.refused(path, {}) == 4
    assert client.refused(path, {"amount": 1, "valueDate": "2999-01-01T00:00:00+00:00"}) == 124


def test_taking_back_the_only_disbursement_makes_the_loan_approved_again(client: Client) -> None:
    loan = client.loan()
    original = client.disburse(loan).json
    response = client.adjust(original["encodedKey"])
    assert response.status_code == 200
    assert response.json["type"] == "DISBURSEMENT_ADJUSTMENT"
    assert response.json["originalTransactionKey"] == original["encodedKey"]
    now = client.get(f"/loans/transactions/{original['id']}")
    assert now["adjustmentTransactionKey"] == response.json["encodedKey"]
    assert client.state(loan) == ("APPROVED", None, "0.00")
    assert [row["adjusted"] for row in client.look(f"loans/{loan['id']}")["transactions"]] == [True, False]


def test_a_disbursement_taken_back_can_be_made_anew(client: Client) -> None:
    loan = client.loan()
    client.adjust(client.disburse(loan).json["encodedKey"])
    assert client.disburse(loan).status_code == 201
    assert client.state(loan) == ("ACTIVE", None, "1500.00")


def test_taking_back_a_repayment_restores_what_is_owed(client: Client) -> None:
    loan = client.loan(state="ACTIVE", balance="100")
    client.adjust(client.repay(loan, 40).json["encodedKey"])
    assert client.state(loan) == ("ACTIVE", None, "100.00")


def test_a_reversal_happens_once_and_is_final(client: Client) -> None:
    key = client.disburse(client.loan()).json["encodedKey"]
    adjustment = client.adjust(key).json
    assert error_code(client.adjust(key)) == 211
    assert error_code(client.adjust(adjustment["encodedKey"])) == 2320


def test_a_later_transaction_stands_in_the_way(client: Client) -> None:
    loan = client.loan()
    disbursement = client.disburse(loan).json
    repayment = client.repay(loan, 10).json
    assert error_code(client.adjust(disbursement["encodedKey"])) == 166
    assert client.adjust(repayment["encodedKey"]).status_code == 200
    assert client.adjust(disbursement["encodedKey"]).status_code == 200


def test_a_closed_loan_must_be_opened_before_its_last_repayment_is_taken_back(client: Client) -> None:
    loan = client.loan(state="ACTIVE", balance="10")
    repayment = client.repay(loan, 10).json
    assert error_code(client.adjust(repayment["encodedKey"])) == 3610
    assert client.post(f"/loans/{loan['id']}:changeState", {"action": "UNDO_CLOSE"}).status_code == 200
    assert client.adjust(repayment["encodedKey"]).status_code == 200
    assert client.state(loan) == ("ACTIVE", None, "10.00")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 4),
        ({"notes": " "}, 4),
        ({"notes": "x" * 256}, 1601),
        ({"notes": "x", "bookingDate": "2024-01-01T00:00:00+00:00"}, 4),
        ({"notes": "x", "reason": "y"}, 4),
    ],
)
def test_an_adjustment_needs_notes_and_little_else(client: Client, body: dict[str, Any], code: int) -> None:
    key = client.disburse(client.loan()).json["encodedKey"]
    assert client.refused(f"/loans/transactions/{key}:adjust", body) == code


def test_an_unknown_transaction_is_404(client: Client) -> None:
    response = client.adjust("0" * 32)
    assert (response.status_code, error_code(response)) == (404, 164)


def test_a_loan_is_written_off_and_back(client: Client) -> None:
    loan = client.loan(state="ACTIVE", balance="100")
    assert client.post(f"/loans/{loan['id']}:writeOff", {"notes": "lost"}).status_code == 204
    assert client.state(loan) == ("CLOSED_WRITTEN_OFF", "WRITTEN_OFF", "0.00")
    assert client.post(f"/loans/{loan['id']}:undoWriteOff", {"notes": "found"}).status_code == 204
    assert client.state(loan) == ("ACTIVE", None, "100.00")


@pytest.mark.parametrize(
    ("state", "action", "reached"),
    [
        ("PENDING_APPROVAL", "APPROVE", "APPROVED"),
        ("APPROVED", "UNDO_APPROVE", "PENDING_APPROVAL"),
        ("APPROVED", "REJECT", "CLOSED_REJECTED"),
        ("APPROVED", "WITHDRAW", "CLOSED"),
    ],
)
def test_an_application_goes_through_its_states(client: Client, state: str, action: str, reached: str) -> None:
    loan = client.loan(state=state)
    assert client.post(f"/loans/{loan['id']}:changeState", {"action": action}).json["accountState"] == reached
    assert client.refused(f"/loans/{loan['id']}:changeState", {"action": action}) == 105
