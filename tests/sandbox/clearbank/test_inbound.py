"""Money that comes in, money that comes back, money that goes back."""

from typing import Any

import pytest

from tests.sandbox.clearbank.builders import OPERATING_IBAN, OUTSIDE_IBAN, chaps, fps, inbound, transfer
from tests.sandbox.clearbank.conftest import Client
from tests.sandbox.clearbank.receiver import Receiver


@pytest.mark.parametrize(("rail", "scheme"), [("fps", "FasterPayments"), ("chaps", "Chaps"), ("bacs", "Bacs")])
def test_an_inbound_payment_is_credited_and_told(client: Client, receiver: Receiver, rail: str, scheme: str) -> None:
    opening = client.account()["balancePence"]
    ids = client.control(f"inbound/{rail}", **inbound(OPERATING_IBAN, "88.52"))
    client.run()
    assert client.account()["balancePence"] == opening + 8852
    (settled,) = receiver.of_type("TransactionSettled")
    assert (settled["TransactionId"], settled["Scheme"]) == (ids["transactionId"], scheme)
    assert (settled["DebitCreditCode"], settled["IsReturn"]) == ("Credit", False)
    assert settled["CounterpartAccount"]["TransactionOwnerName"] == "John Payer"
    assert settled["EndToEndTransactionId"] == ids["endToEndId"]
    if rail == "chaps":
        assert ids["endToEndId"] == "II-" + settled["ActualEndToEndTransactionId"]
    if rail == "bacs":
        (notice,) = receiver.of_type("BacsDirectCreditInboundPaymentCreated")
        assert notice["BacsTransactionId"] == settled["BacsTransactionId"] == ids["bacsTransactionId"]


def test_money_for_a_virtual_account_lands_on_its_parent_and_names_the_virtual_iban(
    client: Client, receiver: Receiver
) -> None:
    account = client.open_virtual_account()
    client.control("inbound/fps", **inbound(account["iban"], transactionId="D9162680-7d35-7994-4e38-fa80716899a2"))
    client.run()
    (settled,) = receiver.of_type("TransactionSettled")
    assert settled["Account"]["IBAN"] == account["iban"]
    assert "Balance" not in settled["Account"]
    assert client.account(account["iban"])["balancePence"] == 0
    listed = client.get(f"/v2/Accounts/{account['parentId']}/Virtual/{account['id']}/Transactions")["transactions"]
    assert [entry["transactionId"] for entry in listed] == ["d9162680-7d35-7994-4e38-fa80716899a2"]


def test_a_held_inbound_payment_is_released_or_goes_back_in_silence(client: Client, receiver: Receiver) -> None:
    for name in ("released", "declined"):
        client.control("inbound/fps", **inbound(OPERATING_IBAN, endToEndId=name, hold=True))
    client.run()
    assert len(receiver.of_type("InboundHeldTransaction")) == 2
    assert "TransactionId" not in receiver.of_type("InboundHeldTransaction")[0]
    client.control("held/released/release")
    client.control("held/declined/decline")
    client.run()
    assert [client.ledger(name)[0]["status"] for name in ("released", "declined")] == ["settled", "rejected"]
    assert [payload["EndToEndTransactionId"] for payload in receiver.of_type("TransactionSettled")] == ["released"]
    assert receiver.of_type("TransactionRejected") == []


def test_the_payees_bank_sends_a_payment_back(client: Client, receiver: Receiver) -> None:
    opening = client.account()["balancePence"]
    client.pay(fps(transfer("e2e-1")))
    client.run()
    client.control("payments/e2e-1/return", code="AC07")
    client.run()
    debit, credit = receiver.of_type("TransactionSettled")
    assert (credit["DebitCreditCode"], credit["IsReturn"]) == ("Credit", True)
    assert credit["EndToEndTransactionId"] == debit["EndToEndTransactionId"] == "e2e-1"
    said = {entry["Name"]: entry["Value"] for entry in credit["SupplementaryData"]}
    assert said["ReturnedPaymentFpId"] == debit["ActualEndToEndTransactionId"]
    assert said["PaymentReturnCode"] == "AC07"
    assert client.account()["balancePence"] == opening
    assert client.refused_control("payments/e2e-1/return").status_code == 409


def test_a_chaps_payment_comes_back_with_a_pacs_004(client: Client, receiver: Receiver) -> None:
    client.pay_by_chaps(chaps("e2e-1"))
    client.run()
    client.control("payments/e2e-1/return", code="AC01")
    client.run()
    credit = receiver.of_type("TransactionSettled")[1]
    assert credit["IsReturn"] is True
    assert "pacs.004" in credit["Iso20022XmlDocument"]
    assert "<Cd>AC01</Cd>" in credit["Iso20022XmlDocument"]


def give_back(client: Client, transaction_id: str, reason: str = "Other") -> int:
    body = {"paymentReturnInstruction": {"TransactionId": transaction_id, "ReasonForReturn": reason}}
    return int(client.send("POST", "/v3/payments/fps/return", body).status_code)


def test_the_client_returns_an_inbound_fps_payment_once(client: Client, receiver: Receiver) -> None:
    opening = client.account()["balancePence"]
    ids = client.control("inbound/fps", **inbound(OPERATING_IBAN))
    assert give_back(client, ids["transactionId"]) == 400  # not yet settled
    client.run()
    assert give_back(client, ids["transactionId"], "NotAReason") == 400
    assert give_back(client, ids["transactionId"]) == 202
    client.run()
    returned = receiver.of_type("TransactionSettled")[1]
    assert (returned["DebitCreditCode"], returned["IsReturn"]) == ("Debit", True)
    assert client.account()["balancePence"] == opening
    assert give_back(client, ids["transactionId"]) == 400
    assert give_back(client, "d9162680-7d35-7994-4e38-fa80716899a2") == 404


def test_the_client_returns_an_inbound_chaps_payment(client: Client, receiver: Receiver) -> None:
    ids = client.control("inbound/chaps", **inbound(OPERATING_IBAN))
    client.run()
    body = {"paymentId": ids["transactionId"], "reason": "AC04", "instructionIdentification": "R-1"}
    answer = client.send("POST", "/payments/chaps/v6/return-payments", body)
    assert answer.status_code == 202
    client.run()
    returned = receiver.of_type("TransactionSettled")[1]
    assert returned["TransactionId"] == answer.json["paymentId"]
    assert (returned["DebitCreditCode"], returned["IsReturn"]) == ("Debit", True)


@pytest.mark.parametrize("settled_first", [False, True])
def test_a_recalled_bacs_credit_leaves_no_money_behind(client: Client, receiver: Receiver, settled_first: bool) -> None:
    opening = client.account()["balancePence"]
    delay = 0 if settled_first else 3600
    ids = client.control("inbound/bacs", **inbound(OPERATING_IBAN, delaySeconds=delay))
    client.run()
    client.control(f"payments/{ids['endToEndId']}/recall")
    client.run()
    (recalled,) = receiver.of_type("BacsDirectCreditRecalled")
    assert recalled["BacsTransactionId"] == ids["bacsTransactionId"]
    assert client.account()["balancePence"] == opening
    assert len(receiver.of_type("TransactionSettled")) == (2 if settled_first else 0)


def test_a_payment_entered_in_the_portal_may_leave_a_virtual_account_and_come_back(
    client: Client, receiver: Receiver
) -> None:
    account = client.open_virtual_account()
    opening = client.account()["balancePence"]
    order = {"amount": "1500.00", "debtorIban": account["iban"], "creditorIban": OUTSIDE_IBAN, "creditorName": "Jane"}
    ids = client.control("outbound/fps", **order)
    client.run()
    client.control(f"payments/{ids['endToEndId']}/return", code="AC04")
    client.run()
    left, back = receiver.of_type("TransactionSettled")
    assert [(one["DebitCreditCode"], one["IsReturn"]) for one in (left, back)] == [("Debit", False), ("Credit", True)]
    assert left["Account"]["IBAN"] == back["Account"]["IBAN"] == account["iban"]
    assert client.account()["balancePence"] == opening


def test_a_payment_entered_in_the_portal_is_not_one_of_the_client(client: Client, receiver: Receiver) -> None:
    ids = client.control(
        "outbound/chaps",
        amount="250000.00",
        debtorIban=OPERATING_IBAN,
        creditorIban="GB29NWBK60161331926819",
        creditorName="Jane Smith",
        reference="LOAN 1",
        endToEndId="portal-1",
    )
    client.run()
    (settled,) = receiver.of_type("TransactionSettled")
    assert (settled["DebitCreditCode"], settled["TransactionId"]) == ("Debit", ids["transactionId"])
    assert client.get("/_sandbox/requests?endToEndId=portal-1")["requests"] == []


def test_foreign_senders_may_repeat_an_end_to_end_id(client: Client, receiver: Receiver) -> None:
    for _ in range(2):
        client.control("inbound/fps", **inbound(OPERATING_IBAN, endToEndId="same"))
    client.run()
    assert len({payload["TransactionId"] for payload in receiver.of_type("TransactionSettled")}) == 2


@pytest.mark.parametrize(
    "spoiled", [{"amount": "1.001"}, {"amount": "0.00"}, {"debtorIban": "GB1"}, {"reference": "x" * 19}, {"x": 1}]
)
def test_the_control_door_refuses_what_it_does_not_understand(client: Client, spoiled: dict[str, Any]) -> None:
    assert client.refused_control("inbound/fps", **inbound(OPERATING_IBAN) | spoiled).status_code == 400
