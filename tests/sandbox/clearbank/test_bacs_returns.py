"""Bacs credits that the client sends back by API."""

from datetime import datetime
from typing import Any

import pytest

from sandbox.clearbank.bacs_returns import last_moment
from tests.sandbox.clearbank.builders import OPERATING_IBAN, POOLED_ACCOUNT_ID, inbound
from tests.sandbox.clearbank.conftest import Client
from tests.sandbox.clearbank.receiver import Receiver

UNKNOWN = "d9162680-7d35-7994-4e38-fa80716899a2"


def credited(client: Client, iban: str) -> Any:
    ids = client.control("inbound/bacs", **inbound(iban))
    client.run()
    return ids


def give_back(client: Client, path: str, transaction_id: str, reason: str = "5") -> int:
    body = {"returns": [{"transactionId": transaction_id, "reasonCode": reason}]}
    return int(client.send("POST", f"/v1/Accounts/{path}Transactions/Returns", body).status_code)


def test_a_credit_goes_back_with_a_notice_and_a_debit(client: Client, receiver: Receiver) -> None:
    opening = client.account()["balancePence"]
    ids = credited(client, OPERATING_IBAN)
    path = f"{client.account()['id']}/"
    assert give_back(client, path, ids["transactionId"]) == 202
    client.run()
    (notice,) = receiver.of_type("BacsDirectCreditReturnCreated")
    assert (notice["ReasonCode"], notice["OriginalBacsTransactionId"]) == ("5", ids["bacsTransactionId"])
    returned = receiver.of_type("TransactionSettled")[1]
    assert (returned["DebitCreditCode"], returned["IsReturn"], returned["Scheme"]) == ("Debit", True, "Bacs")
    assert returned["BacsTransactionId"] == notice["BacsTransactionId"] != ids["bacsTransactionId"]
    assert client.account()["balancePence"] == opening
    assert give_back(client, path, ids["transactionId"]) == 400, "it went back already"


@pytest.mark.parametrize("form", ["{pooled}/", "{pooled}/Virtual/{virtual}/"])
def test_what_came_to_a_virtual_account_goes_back_by_either_form(client: Client, form: str) -> None:
    account = client.open_virtual_account()
    ids = credited(client, account["iban"])
    path = form.format(pooled=POOLED_ACCOUNT_ID, virtual=account["id"])
    assert give_back(client, path, ids["transactionId"]) == 202
    client.run()
    assert [row["direction"] for row in client.ledger(ids["endToEndId"])] == ["credit", "debit"]


def test_only_settled_bacs_credits_of_that_account_go_back(client: Client) -> None:
    path = f"{client.account()['id']}/"
    fps = client.control("inbound/fps", **inbound(OPERATING_IBAN))
    elsewhere = credited(client, client.open_virtual_account()["iban"])
    coming = client.control("inbound/bacs", **inbound(OPERATING_IBAN, delaySeconds=3600))
    client.run()
    for transaction_id in (UNKNOWN, fps["transactionId"], elsewhere["transactionId"]):
        assert give_back(client, path, transaction_id) == 404
    assert give_back(client, path, coming["transactionId"]) == 400


@pytest.mark.parametrize("body", [{}, {"returns": []}, {"returns": [{"transactionId": UNKNOWN, "reasonCode": "X"}]}])
def test_a_wrong_body_is_refused(client: Client, body: Any) -> None:
    path = f"/v1/Accounts/{client.account()['id']}/Transactions/Returns"
    assert client.send("POST", path, body).status_code == 400


@pytest.mark.parametrize(
    ("settled", "until"),
    [
        ("2026-11-19T09:00:00+00:00", "2026-11-20T15:30:00+00:00"),
        ("2026-11-20T09:00:00+00:00", "2026-11-23T15:30:00+00:00"),  # a Friday: the weekend does not count
    ],
)
def test_a_credit_may_go_back_until_the_next_working_afternoon(settled: str, until: str) -> None:
    assert last_moment(datetime.fromisoformat(settled).timestamp()) == datetime.fromisoformat(until).timestamp()
