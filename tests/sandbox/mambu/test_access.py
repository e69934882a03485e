"""Who may call, in which version, and how a refusal reads."""

import base64

import pytest

from tests.sandbox.mambu.conftest import PASSWORD, USER, Client, error_code


@pytest.mark.parametrize(
    "headers",
    [{"apikey": ""}, {"apikey": "wrong"}, {"apikey": "", "Authorization": "Basic d3Jvbmc6d3Jvbmc="}],
    ids=["nothing", "wrong key", "wrong password"],
)
def test_without_good_credentials_nothing_is_answered(client: Client, headers: dict[str, str]) -> None:
    response = client.send("GET", "/loans/LN1", **headers)
    assert (response.status_code, error_code(response)) == (401, 2)


def test_a_user_with_a_password_may_call(client: Client) -> None:
    loan = client.loan()
    basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    response = client.send("GET", f"/loans/{loan['id']}", apikey="", Authorization=f"Basic {basic}")
    assert response.status_code == 200


def test_without_the_v2_accept_header_a_call_is_a_v1_call(client: Client) -> None:
    response = client.send("GET", f"/loans/{client.loan()['id']}", Accept="application/json")
    assert response.status_code == 400
    assert response.json["returnCode"] == 4


def test_an_unknown_loan_is_404_with_its_code(client: Client) -> None:
    response = client.send("GET", "/loans/none")
    assert (response.status_code, error_code(response)) == (404, 100)


def test_a_body_that_is_not_json_is_refused(client: Client) -> None:
    response = client.send("POST", "/loans:search", b'{"filterCriteria": [')
    assert (response.status_code, error_code(response)) == (400, 26)


def test_records_are_found_by_id_and_by_encoded_key(client: Client) -> None:
    loan = client.loan()
    assert client.get(f"/loans/{loan['id']}") == client.get(f"/loans/{loan['encodedKey']}")
    holder = loan["holder"]
    assert client.get(f"/clients/{holder['id']}") == client.get(f"/clients/{holder['encodedKey']}")


def test_basic_detail_hides_custom_fields_and_addresses(client: Client) -> None:
    loan = client.loan(customFields={"ibanLoan": "GB1"})
    assert "_ClearBank" not in client.get(f"/loans/{loan['id']}")
    assert client.get(f"/loans/{loan['id']}?detailsLevel=FULL")["_ClearBank"] == {"ibanLoan": "GB1"}
    assert "addresses" not in client.get(f"/clients/{loan['accountHolderKey']}")
    assert client.get(f"/clients/{loan['accountHolderKey']}?detailsLevel=FULL")["addresses"][0]["country"] == "GB"


def test_an_id_is_given_once(client: Client) -> None:
    client.loan(id="LN1", holder={"id": "C-1"})
    for path, body in (("loans", {"id": "LN1"}), ("clients", {"id": "C-1"}), ("loans", {"holder": {"id": "C-1"}})):
        with pytest.raises(AssertionError, match="DUPLICATE_ID"):
            client.control(path, **body)


def test_a_group_is_read_at_its_own_address(client: Client) -> None:
    loan = client.loan(holderType="GROUP", holder={"groupName": "Quay Ltd"})
    assert client.get(f"/groups/{loan['accountHolderKey']}")["groupName"] == "Quay Ltd"
    assert client.send("GET", f"/clients/{loan['accountHolderKey']}").status_code == 404
