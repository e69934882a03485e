"""What the bank shows: accounts, transactions with filters and pages, the test call."""

from typing import Any

import pytest

from tests.sandbox.clearbank.builders import OPERATING_IBAN, POOLED_ACCOUNT_ID, chaps, fps, inbound, transfer
from tests.sandbox.clearbank.conftest import Client
from tests.sandbox.clearbank.receiver import Receiver


def ids(client: Client, query: str = "") -> list[str]:
    return [entry["endToEndIdentifier"] for entry in client.get(f"/v2/Transactions{query}")["transactions"]]


def test_a_transaction_is_listed_with_its_iso_words(client: Client) -> None:
    client.pay(fps(transfer("e2e-1", "12.50")))
    (pending,) = client.get("/v2/Transactions")["transactions"]
    client.run()
    (settled,) = client.get("/v2/Transactions")["transactions"]
    assert (pending["status"], settled["status"]) == ("PDNG", "ACSC")
    assert settled["debitCreditCode"] == "DBIT"
    assert settled["amount"] == {"instructedAmount": 12.5, "currency": "GBP"}
    assert settled["counterpartAccount"]["identification"]["sortCode"] == "601613"


def test_listings_filter_by_id_method_and_time(client: Client) -> None:
    client.pay(fps(transfer("by-fps")))
    client.pay_by_chaps(chaps("by-chaps"))
    client.run()
    assert ids(client, "?endToEndIdentifier=by-fps") == ["by-fps"]
    assert ids(client, "?paymentMethodType=Chaps") == ["by-chaps"]
    assert ids(client, "?startDateTime=2999-01-01T00:00:00Z") == []
    assert ids(client, "?endDateTime=2000-01-01T00:00:00") == []
    assert sorted(ids(client, "?startDateTime=2000-01-01T00:00:00Z")) == ["by-chaps", "by-fps"]


def test_listings_come_in_pages(client: Client) -> None:
    for number in range(5):
        client.pay(fps(transfer(f"e2e-{number}")))
    pages = [ids(client, f"?pageSize=2&pageNumber={number}") for number in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert len({name for page in pages for name in page}) == 5


@pytest.mark.parametrize(
    "query", ["pageSize=0", "pageSize=1001", "pageNumber=x", "startDateTime=soon", "paymentMethodType=Pigeon"]
)
def test_a_bad_filter_is_refused(client: Client, query: str) -> None:
    assert client.send("GET", f"/v2/Transactions?{query}").status_code == 400


def test_a_rule_makes_the_listing_late(client: Client) -> None:
    client.control("rules", match={"endToEndId": "late"}, outcome="list_late", delaySeconds=3600)
    client.pay(fps(transfer("late")))
    client.pay(fps(transfer("prompt")))
    client.run()
    assert client.ledger("late")[0]["status"] == "settled"
    assert ids(client) == ["prompt"]


def test_a_rejected_transaction_is_listed_and_one_that_failed_assessment_is_not(client: Client) -> None:
    for name, outcome in (("rejected", "reject"), ("failed", "assessment_failed")):
        client.control("rules", match={"endToEndId": name}, outcome=outcome)
        client.pay(fps(transfer(name)))
    client.run()
    (entry,) = client.get("/v2/Transactions")["transactions"]
    assert (entry["endToEndIdentifier"], entry["status"]) == ("rejected", "RJCT")


def test_one_transaction_is_found_on_its_account_only(client: Client) -> None:
    found = client.control("inbound/fps", **inbound(OPERATING_IBAN))
    client.run()
    path = f"/v2/Accounts/{client.account()['id']}/Transactions"
    assert client.get(f"{path}/{found['transactionId']}")["transaction"]["debitCreditCode"] == "CRDT"
    elsewhere = f"/v2/Accounts/{POOLED_ACCOUNT_ID}/Transactions"
    assert client.send("GET", f"{elsewhere}/{found['transactionId']}").status_code == 404
    assert client.get(elsewhere)["transactions"] == []


def test_real_accounts_show_a_balance_without_earmarked_money(client: Client) -> None:
    def balance() -> Any:
        account = client.get(f"/v3/Accounts/{client.account()['id']}")["account"]
        return account["balances"][0]["amount"]

    before = balance()
    client.control("rules", match={}, outcome="hold")
    client.pay(fps(transfer("e2e-1", "10.00")))
    client.run()
    assert balance() == before - 10
    assert len(client.get("/v3/Accounts")["accounts"]) == 2


def test_the_test_call_echoes_and_sends_a_webhook(client: Client, receiver: Receiver) -> None:
    assert client.send("GET", "/v1/Test").status_code == 200
    answer = client.send("POST", "/v1/Test", {"body": "hello world!"})
    assert (answer.status_code, answer.json) == (200, {"Message": "hello world!"})
    client.run()
    assert receiver.of_type("FITestEvent") == ["hello world!"]
