"""Virtual accounts: created by webhook, amended, disabled, never forgotten."""

import pytest

from sandbox.clearbank.accounts import is_uk_iban
from tests.sandbox.clearbank.builders import OPERATING_IBAN, POOLED_ACCOUNT_ID, inbound, new_virtual_account
from tests.sandbox.clearbank.conftest import Client
from tests.sandbox.clearbank.receiver import Receiver

CREATE = f"/v2/Accounts/{POOLED_ACCOUNT_ID}/Virtual"


def test_creation_answers_without_an_id_and_the_webhook_brings_it(client: Client, receiver: Receiver) -> None:
    answer = client.send("POST", CREATE, new_virtual_account(externalIdentifier="loan-1"))
    assert (answer.status_code, answer.json) == (202, {"halLinks": []})
    assert client.get(CREATE)["accounts"] == []
    client.run()
    (webhook,) = [received.body for received in receiver.received]
    assert (webhook["Type"], webhook["Version"]) == ("VirtualAccountCreated", 3)
    identifier = webhook["Payload"]["AccountIdentifier"]
    assert identifier["ExternalIdentifier"] == "loan-1"
    assert is_uk_iban(identifier["Iban"])
    one = client.get(f"{CREATE}/{webhook['Payload']['VirtualAccountId']}")["account"]
    assert one["iban"] == identifier["Iban"]
    assert "externalIdentifier" not in one
    (listed,) = client.get("/v1/accounts/virtual")["accounts"]
    assert "label" not in listed


def test_a_rule_asks_for_the_older_shape(client: Client, receiver: Receiver) -> None:
    client.control("rules", match={"externalId": "loan-1"}, outcome="created_v2")
    client.send("POST", CREATE, new_virtual_account(externalIdentifier="loan-1"))
    client.run()
    (webhook,) = [received.body for received in receiver.received]
    assert webhook["Version"] == 2
    assert webhook["Payload"]["ClientMoneyAccountId"] == POOLED_ACCOUNT_ID
    assert is_uk_iban(webhook["Payload"]["VirtualAccountIdentifiers"]["IBAN"])


@pytest.mark.parametrize(
    ("outcome", "errors"),
    [
        ("creation_failed", {"AccountName": "No"}),
        ("creation_failed_v3", {"AccountName": "No"}),
        ("creation_failed_v2", ["AccountName"]),
    ],
)
def test_a_rule_makes_creation_fail(client: Client, receiver: Receiver, outcome: str, errors: object) -> None:
    client.control("rules", match={"externalId": "loan-1"}, outcome=outcome, code="AccountName", reason="No")
    client.send("POST", CREATE, new_virtual_account(externalIdentifier="loan-1"))
    client.run()
    (failed,) = receiver.of_type("VirtualAccountCreationFailed")
    assert failed["Errors"] == errors
    assert client.get(CREATE)["accounts"] == []


def test_a_rule_lets_an_order_for_an_account_sink_without_a_word(client: Client, receiver: Receiver) -> None:
    client.control("rules", match={"creditorName": "Jane Lost"}, outcome="none")
    assert client.send("POST", CREATE, new_virtual_account("Jane Lost", externalIdentifier="loan-1")).status_code == 202
    client.run()
    assert receiver.received == []
    assert client.get(CREATE)["accounts"] == []


def test_the_control_door_finds_accounts_by_their_owner(client: Client) -> None:
    account = client.open_virtual_account(owner_name="Jane Jones")
    client.open_virtual_account()
    (found,) = client.get("/_sandbox/accounts?ownerName=Jane%20Jones")["accounts"]
    assert (found["id"], found["externalId"]) == (account["id"], account["externalId"])


def test_the_same_external_identifier_fails_the_second_time(client: Client, receiver: Receiver) -> None:
    for _ in range(2):
        client.send("POST", CREATE, new_virtual_account(externalIdentifier="loan-1"))
    client.run()
    (failed,) = receiver.of_type("VirtualAccountCreationFailed")
    assert list(failed["Errors"]) == ["ExternalVirtualAccountIdNotUnique"]


@pytest.mark.parametrize(
    ("iban", "code"),
    [
        ("GB00CLRB04190012345678", "AccountIban"),
        ("GB29NWBK60161331926819", "SortCodeDoesNotBelongToInstitution"),
        (OPERATING_IBAN, "AccountIdentifiers"),
        ("nonsense", "AccountIdentifiers"),
    ],
)
def test_a_number_that_cannot_be_given_fails_by_webhook(
    client: Client, receiver: Receiver, iban: str, code: str
) -> None:
    assert client.send("POST", CREATE, new_virtual_account(iban=iban)).status_code == 202
    client.run()
    assert list(receiver.of_type("VirtualAccountCreationFailed")[0]["Errors"]) == [code]


def test_amending_changes_the_owner_and_keeps_the_number(client: Client) -> None:
    account = client.open_virtual_account()
    path = f"/v1/accounts/{POOLED_ACCOUNT_ID}/virtual/{account['id']}"
    joint = {"legalOwnerType": "Business", "relationshipType": "Joint"}
    assert client.send("PATCH", path, joint).status_code == 400
    changes = {"ownerName": "Jane Jones", "legalOwnerType": "Personal", "relationshipType": "Single"}
    assert client.send("PATCH", path, changes).status_code == 204
    assert client.account(account["iban"])["name"] == "Jane Jones"


def test_a_disabled_account_stays_listed_and_takes_no_money(client: Client) -> None:
    account = client.open_virtual_account()
    path = f"/v1/accounts/{POOLED_ACCOUNT_ID}/virtual/{account['id']}"
    assert client.send("DELETE", path, DigitalSignature="").status_code == 204
    assert client.get(CREATE)["accounts"][0]["status"] == "Disabled"
    assert client.refused_control("inbound/fps", **inbound(account["iban"])).status_code == 409
    assert client.send("PATCH", path, {"ownerName": "Jane"}).status_code == 409


def test_virtual_accounts_live_under_the_pooled_account_only(client: Client) -> None:
    operating = client.account()["id"]
    assert client.send("POST", f"/v2/Accounts/{operating}/Virtual", new_virtual_account()).status_code == 400
    assert client.send("POST", "/v2/Accounts/unknown/Virtual", new_virtual_account()).status_code == 404
    assert client.send("GET", f"{CREATE}/unknown").status_code == 404
