"""What the bank remembers, what it forgets when asked to, and what it needs to start."""

import pytest

from sandbox.clearbank.bank import open_bank
from sandbox.clearbank.delivery import Sender
from sandbox.clearbank.settings import Settings, SettingsError, settings_from
from tests.sandbox.clearbank.builders import OPERATING_IBAN, fps, inbound, transfer
from tests.sandbox.clearbank.conftest import Client, Keys
from tests.sandbox.clearbank.receiver import Receiver


def test_a_reset_forgets_everything_and_the_same_seed_plays_the_same_story(client: Client, receiver: Receiver) -> None:
    def story() -> list[bytes]:
        client.control("reset", seed=7)
        assert client.get("/_sandbox/ledger")["transactions"] == []
        receiver.received.clear()
        account = client.open_virtual_account("loan-1")
        client.control("inbound/fps", **inbound(account["iban"]))
        client.pay(fps(transfer("e2e-1")))
        client.run()
        return sorted(
            str((webhook.body["Nonce"], webhook.body["Payload"].get("TransactionId"))).encode()
            for webhook in receiver.received
        )

    assert story() == story()


def test_a_bank_opened_again_knows_everything(settings: Settings, receiver: Receiver, keys: Keys) -> None:
    first = open_bank(settings)
    client = Client(first, Sender(first), keys.client)
    client.control("rules", match={"endToEndId": "e2e-2"}, outcome="reject")
    client.pay(fps(transfer("e2e-1")), request_id="same")
    client.sender.stop()
    first.store.close()

    second = open_bank(settings)
    client = Client(second, Sender(second), keys.client)
    assert client.pay(fps(transfer("e2e-1")), request_id="same").status_code == 409
    client.pay(fps(transfer("e2e-2")))
    client.run()
    assert [client.ledger(name)[0]["status"] for name in ("e2e-1", "e2e-2")] == ["settled", "rejected"]
    assert len(receiver.received) == 2
    client.sender.stop()
    second.store.close()


def test_all_missing_settings_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        settings_from({"SANDBOX_CLEARBANK_RETRY_SECONDS": "soon", "SANDBOX_CLEARBANK_OPERATING_IBAN": "GB00"})
    for name in ("DATA", "TOKEN", "CLIENT_KEY_FILE", "SIGNING_KEY_FILE", "WEBHOOK_URL", "POOLED_ACCOUNT_ID"):
        assert f"SANDBOX_CLEARBANK_{name} is missing" in str(refused.value)
    assert "SANDBOX_CLEARBANK_RETRY_SECONDS must be" in str(refused.value)
    assert "SANDBOX_CLEARBANK_OPERATING_IBAN must be" in str(refused.value)


def test_requests_are_remembered_with_what_was_answered(client: Client) -> None:
    client.pay(fps(transfer("e2e-1")), request_id="first")
    client.pay(fps(transfer("e2e-1")), request_id="first")
    client.send("GET", "/v2/Transactions?endToEndIdentifier=e2e-1")
    seen = client.get("/_sandbox/requests?endToEndId=e2e-1")["requests"]
    assert [(entry["method"], entry["status"]) for entry in seen] == [("POST", 202), ("POST", 409), ("GET", 200)]
    assert seen[0]["requestId"] == "first"


def test_the_ledger_is_searched_by_reference(client: Client) -> None:
    client.control("inbound/fps", **inbound(OPERATING_IBAN, reference="LOAN 777"))
    (entry,) = client.get("/_sandbox/ledger?reference=LOAN%20777")["transactions"]
    assert (entry["direction"], entry["status"], entry["settledAt"]) == ("credit", "pending", None)
