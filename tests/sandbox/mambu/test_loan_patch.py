"""PATCH of a loan: custom fields, name and notes."""

from typing import Any

import pytest

from tests.sandbox.mambu.conftest import LOAN_SET, Client, error_code


def patched(client: Client, loan: Any, *operations: dict[str, Any]) -> Any:
    return client.send("PATCH", f"/loans/{loan['id']}", list(operations))


def fields_of(client: Client, loan: Any) -> Any:
    return client.get(f"/loans/{loan['id']}?detailsLevel=FULL").get(LOAN_SET)


def test_add_sets_a_field_whether_or_not_it_is_there(client: Client) -> None:
    loan = client.loan()
    for value in ("GB1", "GB2"):
        response = patched(client, loan, {"op": "ADD", "path": "/_ClearBank/ibanLoan", "value": value})
        assert (response.status_code, response.data) == (204, b"")
        assert fields_of(client, loan) == {"ibanLoan": value}


def test_remove_takes_a_field_away(client: Client) -> None:
    loan = client.loan(customFields={"ibanLoan": "GB1"})
    assert patched(client, loan, {"op": "remove", "path": "/_ClearBank/ibanLoan"}).status_code == 204
    assert fields_of(client, loan) is None


def test_replacing_a_set_drops_what_it_does_not_name(client: Client) -> None:
    loan = client.loan(customFields={"ibanLoan": "GB1", "assignedLoanUser": "u"})
    patched(client, loan, {"op": "REPLACE", "path": "/_ClearBank", "value": {"ibanLoan": "GB2"}})
    assert fields_of(client, loan) == {"ibanLoan": "GB2"}


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ({"op": "ADD", "path": "/_ClearBank/ibanLoan", "value": ""}, 4),
        ({"op": "ADD", "path": "/_ClearBank/ibanLoan"}, 4),
        ({"op": "ADD", "path": "/_ClearBank/ibanLoan", "value": 5}, 901),
        ({"op": "ADD", "path": "/_ClearBank/colour", "value": "red"}, 903),
        ({"op": "ADD", "path": "/_Other/ibanLoan", "value": "GB1"}, 987),
        ({"op": "ADD", "path": "_ClearBank.ibanLoan", "value": "GB1"}, 4),
        ({"op": "ADD", "path": "/loanAmount", "value": 5}, 4),
        ({"op": "TEST", "path": "/loanName", "value": "x"}, 4),
    ],
)
def test_a_wrong_operation_is_refused_and_none_of_its_company_done(
    client: Client, operation: dict[str, Any], code: int
) -> None:
    loan = client.loan()
    response = patched(client, loan, {"op": "ADD", "path": "/loanName", "value": "New"}, operation)
    assert (response.status_code, error_code(response)) == (400, code)
    assert client.get(f"/loans/{loan['id']}")["loanName"] == "Term loan"


def test_a_virtual_account_belongs_to_one_loan(client: Client) -> None:
    client.loan(customFields={"virtualAccountId": "va-1"})
    response = patched(client, client.loan(), {"op": "ADD", "path": "/_ClearBank/virtualAccountId", "value": "va-1"})
    assert (response.status_code, error_code(response)) == (400, 926)
