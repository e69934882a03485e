"""Searches and pages."""

from typing import Any

import pytest

from tests.sandbox.mambu.conftest import Client, error_code

IBAN = "_ClearBank.ibanLoan"
TRANSACTIONS = "/loans/transactions:search"


def test_a_loan_is_found_by_its_iban(client: Client) -> None:
    loan = client.loan(customFields={"ibanLoan": "GB33BUKB20201555555555"})
    client.loan(customFields={"ibanLoan": "GB94BARC10201530093459"})
    client.loan()
    assert client.find(IBAN, value="gb33bukb20201555555555") == [loan["id"]]
    assert client.find(IBAN, "EQUALS_CASE_SENSITIVE", value="gb33bukb20201555555555") == []
    assert client.find(IBAN, "EQUALS_CASE_SENSITIVE", value="GB33BUKB20201555555555") == [loan["id"]]


@pytest.mark.parametrize(
    ("field", "operator", "slots", "found"),
    [
        ("accountState", "EQUALS", {"value": "ACTIVE"}, ["B"]),
        ("accountState", "IN", {"values": ["ACTIVE", "CLOSED"]}, ["B", "C"]),
        ("id", "DIFFERENT_THAN", {"value": "A"}, ["B", "C"]),
        ("loanName", "STARTS_WITH", {"value": "bri"}, ["A"]),
        ("loanName", "STARTS_WITH_CASE_SENSITIVE", {"value": "bri"}, []),
        ("loanAmount", "MORE_THAN", {"value": 200}, ["C"]),
        ("loanAmount", "BETWEEN", {"value": "100", "secondValue": "200"}, ["A", "B"]),
        ("closedDate", "EMPTY", {}, ["A", "B"]),
        ("closedDate", "NOT_EMPTY", {}, ["C"]),
        ("creationDate", "TODAY", {}, ["A", "B", "C"]),
        ("creationDate", "AFTER", {"value": "2020-01-01T00:00:00+00:00"}, ["A", "B", "C"]),
        ("creationDate", "BEFORE", {"value": "2020-01-01T00:00:00+00:00"}, []),
        ("accountHolderId", "EQUALS", {"value": "C-1"}, ["B"]),
        ("totalDue", "EQUALS", {"value": 200}, ["B"]),
    ],
)
def test_operators_mean_what_they_say(
    client: Client, field: str, operator: str, slots: dict[str, Any], found: list[str]
) -> None:
    client.loan(id="A", amount="100", loanName="Bridge")
    client.loan(id="B", amount="200", state="ACTIVE", holder={"id": "C-1"})
    client.loan(id="C", amount="300", state="CLOSED")
    assert client.find(field, operator, **slots) == found


@pytest.mark.parametrize(
    ("criterion", "code"),
    [
        ({"field": "colour", "operator": "EQUALS", "value": "x"}, 4),
        ({"field": "_Other.ibanLoan", "operator": "EQUALS", "value": "x"}, 987),
        ({"field": "_ClearBank.colour", "operator": "EQUALS", "value": "x"}, 903),
        ({"field": "/_ClearBank/ibanLoan", "operator": "EQUALS", "value": "x"}, 4),
        ({"field": "id", "operator": "LIKE", "value": "x"}, 4),
        ({"field": "id", "operator": "EQUALS"}, 4),
        ({"field": "id", "operator": "EQUALS", "value": "x", "secondValue": "y"}, 4),
        ({"field": "id", "operator": "IN", "value": "x"}, 4),
        ({"field": "loanAmount", "operator": "MORE_THAN", "value": "much"}, 4),
        ("id", 4),
    ],
)
def test_a_wrong_criterion_is_refused(client: Client, criterion: object, code: int) -> None:
    client.loan()
    response = client.send("POST", "/loans:search", {"filterCriteria": [criterion]})
    assert (response.status_code, error_code(response)) == (400, code)


def test_transactions_are_found_by_what_they_carry(client: Client) -> None:
    loan = client.loan(state="ACTIVE")
    channel = {"transactionDetails": {"transactionChannelId": "CB_Loan_Repayment_FPS"}}
    fields = {"_ClearBank_Transaction_By_Channe": {"transactionEndToEndId": "e2e-1"}}
    one = client.repay(loan, 1, externalId="bank-1", **channel, **fields).json
    two = client.repay(loan, 2).json
    adjusted = client.adjust(two["encodedKey"]).json

    def found(field: str, value: object) -> list[str]:
        return client.find(field, where=TRANSACTIONS, value=value)

    assert found("externalId", "bank-1") == [one["id"]]
    assert found("_ClearBank_Transaction_By_Channe.transactionEndToEndId", "e2e-1") == [one["id"]]
    assert found("transactionDetails.transactionChannelId", "CB_Loan_Repayment_FPS") == [one["id"]]
    assert found("parentAccountID", loan["id"]) == [one["id"], two["id"], adjusted["id"]]
    assert found("wasAdjusted", "true") == [two["id"]]
    assert found("originalTransactionKey", two["encodedKey"]) == [adjusted["id"]]
    assert found("amount", 2) == [two["id"], adjusted["id"]]


def test_some_fields_are_searched_by_equality_alone(client: Client) -> None:
    criterion = {"field": "transactionDetails.transactionChannelId", "operator": "STARTS_WITH", "value": "CB"}
    response = client.send("POST", TRANSACTIONS, {"filterCriteria": [criterion]})
    assert (response.status_code, error_code(response)) == (400, 4)


def test_a_page_holds_fifty_unless_told_and_counts_when_asked(client: Client) -> None:
    for number in range(52):
        client.loan(id=f"L{number:02}")
    assert len(client.send("POST", "/loans:search", {}).json) == 50
    body = {"sortingCriteria": {"field": "id", "order": "ASC"}}
    response = client.send("POST", "/loans:search?limit=3&offset=50&paginationDetails=ON", body)
    assert [row["id"] for row in response.json] == ["L50", "L51"]
    assert [response.headers[f"Items-{name}"] for name in ("Limit", "Offset", "Total")] == ["3", "50", "52"]


def test_the_order_is_descending_unless_asked_otherwise(client: Client) -> None:
    for name in "BAC":
        client.loan(id=name)
    response = client.send("POST", "/loans:search", {"sortingCriteria": {"field": "id"}})
    assert [row["id"] for row in response.json] == ["C", "B", "A"]


def test_a_cursor_leads_through_all_rows(client: Client) -> None:
    for name in "ABCDE":
        client.loan(id=name)
    cursor, seen = "_", []
    while cursor:
        response = client.send("POST", f"/loans:search?limit=2&cursor={cursor}", {})
        seen += [row["id"] for row in response.json]
        cursor = response.headers["Items-Next-Cursor"]
    assert seen == list("ABCDE")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=1001", 14),
        ("limit=0", 14),
        ("limit=many", 13),
        ("offset=-1", 12),
        ("offset=x", 11),
        ("detailsLevel=ALL", 4),
        ("paginationDetails=YES", 4),
        ("cursor=stale", 4),
    ],
)
def test_a_wrong_page_is_refused(client: Client, query: str, code: int) -> None:
    response = client.send("POST", f"/loans:search?{query}", {})
    assert (response.status_code, error_code(response)) == (400, code)
