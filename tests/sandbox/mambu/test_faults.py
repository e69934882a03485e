"""Faults: before the effect nothing happens, after it the answer lies."""

import pytest

from tests.sandbox.mambu.conftest import Client, new_key


def test_a_refusal_before_the_effect_leaves_nothing_behind(client: Client) -> None:
    loan, key = client.loan(state="ACTIVE"), new_key()
    client.control("faults", on="repayment", kind="status_503", retryAfterSeconds=7)
    path = f"/loans/{loan['id']}/repayment-transactions"
    response = client.post(path, {"amount": 5}, key)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "7")
    assert client.state(loan)[2] == "1500.00"
    assert client.post(path, {"amount": 5}, key).status_code == 201


@pytest.mark.parametrize("kind", ["status_102", "status_409", "status_500_after"])
def test_after_the_effect_a_repeat_learns_what_happened(client: Client, kind: str) -> None:
    loan, key = client.loan(state="ACTIVE"), new_key()
    client.control("faults", on="repayment", kind=kind, times=2)
    path = f"/loans/{loan['id']}/repayment-transactions"
    statuses = [client.post(path, {"amount": 5}, key).status_code for _ in range(3)]
    assert statuses == [int(kind.split("_")[1])] * 2 + [201]
    assert client.state(loan)[2] == "1495.00"


@pytest.mark.parametrize("kind", ["timeout_after", "reset_after"])
def test_a_lost_answer_is_an_effect_all_the_same(client: Client, kind: str) -> None:
    loan, key = client.loan(state="ACTIVE"), new_key()
    client.control("faults", on="repayment", kind=kind, hangSeconds=0)
    path = f"/loans/{loan['id']}/repayment-transactions"
    with pytest.raises(ConnectionAbortedError):
        client.post(path, {"amount": 5}, key)
    assert client.state(loan)[2] == "1495.00"
    assert client.post(path, {"amount": 5}, key).status_code == 201
    assert client.state(loan)[2] == "1495.00"


def test_a_timeout_before_the_effect_prevents_it(client: Client) -> None:
    loan = client.loan(state="ACTIVE")
    client.control("faults", on="any", kind="timeout_before", hangSeconds=0)
    with pytest.raises(ConnectionAbortedError):
        client.repay(loan, 5)
    assert client.state(loan)[2] == "1500.00"


def test_a_fault_meets_the_loan_it_names_however_it_is_reached(client: Client) -> None:
    loan, other = client.loan(), client.loan()
    done = client.control(f"loans/{loan['id']}/disburse", channel="MBU_Loan_Disbursement_FPS", webhook=False)
    for area in ("loan-read", "transaction-read", "adjust"):
        client.control("faults", on=area, kind="status_500", times=None, match={"loanId": loan["id"]})
    path = f"/loans/transactions/{done['encodedKey']}"
    assert client.send("GET", f"/loans/{loan['encodedKey']}").status_code == 500
    assert client.send("GET", path).status_code == 500
    assert client.adjust(done["encodedKey"]).status_code == 500
    assert client.send("GET", f"/loans/{other['id']}").status_code == 200


def test_a_fault_meets_the_body_it_names(client: Client) -> None:
    loan = client.loan(state="ACTIVE")
    client.control("faults", on="repayment", kind="status_500", match={"externalId": "bank-1"})
    assert client.repay(loan, 1, externalId="bank-2").status_code == 201
    assert client.repay(loan, 1, externalId="bank-1").status_code == 500


def test_a_misspelt_fault_is_refused(client: Client) -> None:
    with pytest.raises(AssertionError, match="Must be one of"):
        client.control("faults", on="repayments", kind="status_500")


def test_every_call_is_on_record(client: Client) -> None:
    loan, key = client.loan(state="ACTIVE"), new_key()
    client.post(f"/loans/{loan['id']}/repayment-transactions", {"amount": 5}, key)
    [call] = client.look(f"requests?path={loan['id']}/repayment")["requests"]
    assert (call["method"], call["status"], call["idempotencyKey"]) == ("POST", 201, key)
    assert call["body"] == '{"amount": 5}'
