"""Disbursements through the API and in the lender's pages."""

from typing import Any

import pytest

from tests.sandbox.mambu.conftest import TRANSACTION_SET, Client, error_code, new_key

FPS = {"transactionDetails": {"transactionChannelId": "CB_Loan_Disbursement_FPS"}}


def test_a_term_loan_disburses_what_was_approved(client: Client) -> None:
    loan = client.loan(amount="1500.50")
    response = client.disburse(loan, **FPS, externalId="bank-1")
    assert response.status_code == 201
    assert response.json["amount"] == 1500.5
    assert response.json["parentAccountKey"] == loan["encodedKey"]
    assert client.state(loan) == ("ACTIVE", None, "1500.50")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"state": "ACTIVE"}, 3320),
        ({"state": "PENDING_APPROVAL"}, 105),
        ({"state": "CLOSED"}, 105),
        ({"subState": "LOCKED"}, 515),
        ({"revolving": True}, 101),
    ],
    ids=["disbursed already", "not approved", "closed", "locked", "revolving without amount"],
)
def test_a_loan_that_is_not_ready_refuses(client: Client, given: dict[str, Any], code: int) -> None:
    loan = client.loan(**given)
    assert client.refused(f"/loans/{loan['id']}/disbursement-transactions", FPS) == code


def test_a_term_loan_refuses_another_amount_than_the_approved_one(client: Client) -> None:
    loan = client.loan(amount="1500.00")
    path = f"/loans/{loan['id']}/disbursement-transactions"
    assert client.refused(path, {"amount": 1499.99}) == 101
    assert client.post(path, {"amount": 1500}).status_code == 201


def test_tranches_leave_the_loan_partially_disbursed_until_the_last(client: Client) -> None:
    loan = client.loan(amount="300", tranches=["100", "200"])
    assert client.disburse(loan).json["amount"] == 100
    assert client.state(loan) == ("ACTIVE", "PARTIALLY_DISBURSED", "100.00")
    assert client.disburse(loan).json["amount"] == 200
    assert client.state(loan) == ("ACTIVE", None, "300.00")
    assert client.refused(f"/loans/{loan['id']}/disbursement-transactions", {}) == 530


def test_a_partially_disbursed_loan_takes_the_rest(client: Client) -> None:
    loan = client.loan(amount="300", state="ACTIVE", subState="PARTIALLY_DISBURSED", balance="100")
    assert client.disburse(loan).json["amount"] == 200
    assert client.state(loan) == ("ACTIVE", None, "300.00")


def test_partial_disbursements_need_a_product_that_has_them(client: Client) -> None:
    loan = client.loan(amount="300", partialDisbursements=True)
    assert client.disburse(loan, amount=120.5).status_code == 201
    assert client.state(loan) == ("ACTIVE", "PARTIALLY_DISBURSED", "120.50")
    assert client.refused(f"/loans/{loan['id']}/disbursement-transactions", {"amount": 200}) == 1904


def test_revolving_credit_is_drawn_up_to_its_limit_and_again_after_repayment(client: Client) -> None:
    loan = client.loan(amount="100", revolving=True)
    assert client.disburse(loan, amount=100).status_code == 201
    assert client.refused(f"/loans/{loan['id']}/disbursement-transactions", {"amount": 1}) == 1904
    assert client.repay(loan, 100).status_code == 201
    assert client.disburse(loan, amount=40).status_code == 201
    assert client.state(loan) == ("ACTIVE", None, "40.00")


def test_an_external_id_is_taken_once_across_all_loans(client: Client) -> None:
    first, second = client.loan(), client.loan(state="ACTIVE")
    assert client.disburse(first, externalId="one").status_code == 201
    assert error_code(client.repay(second, 10, externalId="one")) == 3305
    assert client.find("externalId", where="/loans/transactions:search", value="one") == ["1000"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"externalId": "x" * 37}, 4),
        ({"externalId": "a.b"}, 4),
        ({"amount": "1500.00"}, 4),
        ({"amount": 0}, 101),
        ({"amount": 1.001}, 101),
        ({"surprise": 1}, 4),
        ({"notes": "x" * 256}, 1601),
        ({"originalCurrencyCode": "EUR"}, 4),
        ({"transactionDetails": {"transactionChannelId": "Cash"}}, 232),
        ({"transactionDetails": {**FPS["transactionDetails"], "transactionChannelKey": "0" * 32}}, 232),
        ({"bookingDate": "2024-01-01T00:00:00+00:00", "valueDate": "2024-01-02T00:00:00+00:00"}, 615),
        ({"valueDate": "2999-01-01T00:00:00+00:00"}, 125),
        ({TRANSACTION_SET: {"debtorName": "Jane"}}, 925),
        ({**FPS, "_Other": {"debtorName": "Jane"}}, 987),
        ({**FPS, TRANSACTION_SET: {"nickname": "Jane"}}, 903),
        ({**FPS, TRANSACTION_SET: {"debtorName": ""}}, 4),
        ({**FPS, TRANSACTION_SET: {"debtorName": None}}, 4),
        ({**FPS, TRANSACTION_SET: {"debtorName": 5}}, 901),
        ({**FPS, TRANSACTION_SET: {"debtorName": "x" * 2049}}, 904),
    ],
)
def test_a_wrong_field_is_refused_with_its_code(client: Client, body: dict[str, Any], code: int) -> None:
    loan = client.loan()
    assert client.refused(f"/loans/{loan['id']}/disbursement-transactions", body) == code
    assert client.look(f"loans/{loan['id']}")["transactions"] == []


def test_channel_key_and_id_must_agree(client: Client) -> None:
    [one, other, *_] = client.get("/organization/transactionChannels")
    both = {"transactionChannelId": one["id"], "transactionChannelKey": other["encodedKey"]}
    path = f"/loans/{client.loan()['id']}/disbursement-transactions"
    assert client.refused(path, {"transactionDetails": both}) == 3203


def test_custom_fields_come_back_in_full_detail_only(client: Client) -> None:
    loan = client.loan()
    created = client.disburse(loan, **FPS, **{TRANSACTION_SET: {"creditorName": "Jane Smith"}}).json
    path = f"/loans/transactions/{created['encodedKey']}"
    assert TRANSACTION_SET not in client.get(path)
    assert client.get(f"{path}?detailsLevel=FULL")[TRANSACTION_SET] == {"creditorName": "Jane Smith"}


def test_a_transaction_knows_its_channel_and_its_loan_lists_it(client: Client) -> None:
    loan = client.loan()
    done = client.control(f"loans/{loan['id']}/disburse", channel="MBU_Loan_Disbursement_FPS", creditorName="Jane")
    [row] = client.get(f"/loans/{loan['id']}/transactions")
    assert (row["encodedKey"], row["id"]) == (done["encodedKey"], done["transactionId"])
    assert row["transactionDetails"]["transactionChannelId"] == "MBU_Loan_Disbursement_FPS"
    [seen] = client.look(f"loans/{loan['id']}")["transactions"]
    assert (seen["amountPence"], seen["customFields"]) == (150000, {"creditorName": "Jane"})


def test_v1_changes_the_custom_fields_of_a_transaction(client: Client) -> None:
    loan = client.loan()
    done = client.control(f"loans/{loan['id']}/disburse", channel="MBU_Loan_Disbursement_FPS", creditorName="Jane")
    path = f"/loans/{loan['id']}/transactions/{done['encodedKey']}/custominformation"
    body = {"customInformation": [{"customFieldID": "transactionStatus", "value": "Settled"}]}
    assert client.send("PATCH", path, body).status_code == 404, "v2 has no such call"
    assert client.send("PATCH", path, body, Accept="application/json").status_code == 200
    [seen] = client.look(f"loans/{loan['id']}")["transactions"]
    assert seen["customFields"] == {"creditorName": "Jane", "transactionStatus": "Settled"}


@pytest.mark.parametrize(("field", "value", "code"), [("nickname", "x", 903), ("transactionStatus", "", 4)])
def test_v1_refuses_unknown_and_empty_fields(client: Client, field: str, value: str, code: int) -> None:
    loan = client.loan()
    done = client.control(f"loans/{loan['id']}/disburse", channel="MBU_Loan_Disbursement_FPS")
    path = f"/loans/{loan['id']}/transactions/{done['encodedKey']}/custominformation"
    body = {"customInformation": [{"customFieldID": field, "value": value}]}
    response = client.send("PATCH", path, body, Accept="application/json")
    assert (response.status_code, response.json["returnCode"]) == (400, code)


def test_a_posting_needs_no_idempotency_key(client: Client) -> None:
    loan = client.loan(state="ACTIVE")
    path = f"/loans/{loan['id']}/repayment-transactions"
    assert [client.send("POST", path, {"amount": 1}).status_code for _ in range(2)] == [201, 201]
    assert client.state(loan)[2] == "1498.00"
    assert client.post(path, {"amount": 1}, new_key()).status_code == 201


def test_a_user_takes_a_disbursement_back_in_the_pages(client: Client) -> None:
    loan = client.loan()
    done = client.control(f"loans/{loan['id']}/disburse", channel="MBU_Loan_Disbursement_FPS")
    client.control(f"transactions/{done['encodedKey']}/adjust", notes="a wrong loan")
    disbursed, adjustment = client.look(f"loans/{loan['id']}")["transactions"]
    assert disbursed["adjusted"]
    assert (adjustment["type"], adjustment["notes"]) == ("DISBURSEMENT_ADJUSTMENT", "a wrong loan")
    assert client.state(loan) == ("APPROVED", None, "0.00")
