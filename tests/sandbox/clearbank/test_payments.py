"""Payments from the order to the ledger and the webhooks."""

from datetime import datetime
from typing import Any

import pytest

from sandbox.clearbank.payments_fps import standing_orders_run
from tests.sandbox.clearbank.builders import OPERATING_IBAN, OUTSIDE_IBAN, chaps, fps, fresh, transfer
from tests.sandbox.clearbank.conftest import Client
from tests.sandbox.clearbank.receiver import Receiver


def test_an_fps_payment_settles_and_moves_its_money_once(client: Client, receiver: Receiver) -> None:
    opening = client.account()["balancePence"]
    answer = client.pay(fps(transfer("e2e-1", "12.50")))
    assert (answer.status_code, answer.json) == (
        202,
        {"transactions": [{"endToEndIdentification": "e2e-1", "response": "Accepted"}], "halLinks": []},
    )
    assert client.account()["balancePence"] == opening
    assert client.account()["earmarkedPence"] == 1250
    client.run()
    assert client.account()["balancePence"] == opening - 1250
    assert client.account()["earmarkedPence"] == 0
    (entry,) = client.ledger("e2e-1")
    assert (entry["status"], entry["direction"], entry["amountPence"]) == ("settled", "debit", 1250)
    (settled,) = receiver.of_type("TransactionSettled")
    assert settled["EndToEndTransactionId"] == "e2e-1"
    assert settled["DebitCreditCode"] == "Debit"
    assert settled["IsReturn"] is False
    assert settled["Account"]["IBAN"] == OPERATING_IBAN
    assert settled["CounterpartAccount"]["IBAN"] == OUTSIDE_IBAN
    assert b'"Amount":12.50,' in receiver.received[0].raw


OUTCOMES = {
    "settle": ("settled", ["TransactionSettled"]),
    "reject": ("rejected", ["TransactionRejected"]),
    "hold": ("held", ["OutboundHeldTransaction"]),
    "hold_then_settle": ("settled", ["OutboundHeldTransaction", "TransactionSettled"]),
    "hold_then_reject": ("rejected", ["OutboundHeldTransaction", "TransactionRejected"]),
    "assessment_failed": ("rejected", ["PaymentMessageAssesmentFailed"]),
    "validation_failed": ("rejected", ["PaymentMessageValidationFailed"]),
    "settle_then_return": ("settled", ["TransactionSettled", "TransactionSettled"]),
    "none": ("pending", []),
}


@pytest.mark.parametrize("rail", ["fps", "chaps"])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_rule_decides_where_a_payment_ends(client: Client, receiver: Receiver, rail: str, outcome: str) -> None:
    opening = client.account()["balancePence"]
    client.control("rules", match={"endToEndId": "e2e-1"}, outcome=outcome)
    if rail == "fps":
        assert client.pay(fps(transfer("e2e-1", "10.00"))).status_code == 202
    else:
        assert client.pay_by_chaps(chaps("e2e-1", 10.00)).status_code == 202
    client.run()
    status, webhooks = OUTCOMES[outcome]
    payment = client.ledger("e2e-1")[0]
    assert payment["status"] == status
    assert sorted(webhook.body["Type"] for webhook in receiver.received) == webhooks
    account = client.account()
    assert account["earmarkedPence"] == (1000 if status in ("held", "pending") else 0)
    moved = 1000 if (status == "settled" and outcome != "settle_then_return") else 0
    assert account["balancePence"] == opening - moved


def test_a_rule_is_used_as_often_as_it_says(client: Client) -> None:
    client.control("rules", match={"reference": "LOAN 12345"}, outcome="reject", times=1)
    client.pay(fps(transfer("first")))
    client.pay(fps(transfer("second")))
    client.run()
    assert [client.ledger(name)[0]["status"] for name in ("first", "second")] == ["rejected", "settled"]


def test_a_rejection_carries_the_code_and_reason_of_its_rule(client: Client, receiver: Receiver) -> None:
    client.control("rules", match={}, outcome="reject", code="AC07", reason="Account closed")
    client.pay(fps(transfer("e2e-1")))
    client.run()
    (rejected,) = receiver.of_type("TransactionRejected")
    assert (rejected["CancellationCode"], rejected["CancellationReason"]) == ("AC07", "Account closed")


def test_rejected_in_a_202_has_no_webhook(client: Client, receiver: Receiver) -> None:
    client.control("rules", match={"endToEndId": "e2e-1"}, outcome="rejected_in_202")
    answer = client.pay(fps(transfer("e2e-1")))
    client.run()
    assert answer.status_code == 202
    assert answer.json["transactions"] == [{"endToEndIdentification": "e2e-1", "response": "Rejected"}]
    assert client.ledger("e2e-1")[0]["status"] == "rejected"
    assert receiver.received == []


def test_a_batch_is_accepted_in_part(client: Client) -> None:
    foreign = transfer("foreign")
    foreign["amount"]["currency"] = "USD"
    answer = client.pay(fps(transfer("good"), foreign))
    assert answer.status_code == 202
    assert [line["response"] for line in answer.json["transactions"]] == ["Accepted", "InvalidCurrency"]
    assert client.ledger("foreign") == []


@pytest.mark.parametrize(
    ("body", "response"),
    [
        (fps(transfer("e2e-1"), debtor_iban=OUTSIDE_IBAN), "InvalidAccount"),
        (fps(transfer("e2e-1", "999999999999.00")), "InsufficientFunds"),
    ],
)
def test_a_batch_of_failures_alone_is_a_400_of_its_own_shape(
    client: Client, body: dict[str, Any], response: str
) -> None:
    answer = client.pay(body)
    assert answer.status_code == 400
    assert answer.json == {"transactions": [{"endToEndIdentification": "e2e-1", "response": response}]}


def test_a_repeated_end_to_end_id_is_accepted_and_then_fails_assessment(client: Client, receiver: Receiver) -> None:
    client.pay(fps(transfer("e2e-1")))
    assert client.pay(fps(transfer("e2e-1"))).status_code == 202
    client.run()
    assert len(client.ledger("e2e-1")) == 1
    (failed,) = receiver.of_type("PaymentMessageAssesmentFailed")
    assert failed["AssesmentFailure"] == [
        {"EndToEndId": "e2e-1", "Reasons": ["Duplicate transaction has been detected"]}
    ]


@pytest.mark.parametrize(
    ("spoiled", "kind", "reason"),
    [
        ({"amount": "1000000.01"}, "PaymentMessageAssesmentFailed", "Scheme amount limit exceeded. 1000000.01"),
        ({"creditor_name": "Zoë Smith"}, "PaymentMessageValidationFailed", "Creditor name must only contain"),
        ({"reference": "LOAN_1"}, "PaymentMessageValidationFailed", "Payments-0[0].Reference"),
        ({"creditor_iban": "FR1420041010050500013M02606"}, "PaymentMessageValidationFailed", "Payments-0[0].Creditor"),
        ({"creditor_iban": "GB00NWBK60161331926819"}, "PaymentMessageAssesmentFailed", "Modulus check failed"),
        ({"creditor_iban": "GB68CLRB04190000001115"}, "PaymentMessageAssesmentFailed", "No internal account located"),
    ],
)
def test_what_is_wrong_with_the_content_is_told_after_the_202(
    client: Client, receiver: Receiver, spoiled: dict[str, str], kind: str, reason: str
) -> None:
    assert client.pay(fps(transfer("e2e-1", **spoiled))).status_code == 202
    client.run()
    (webhook,) = [received.body for received in receiver.received]
    assert webhook["Type"] == kind
    payload = webhook["Payload"]
    (failure,) = payload.get("AssesmentFailure") or payload["ValidationFailure"]
    assert failure["Reasons"][0].startswith(reason)
    assert client.ledger("e2e-1")[0]["status"] == "rejected"
    assert client.account()["earmarkedPence"] == 0


def test_the_banks_own_trigger_name_holds_a_payment_until_staff_decide(client: Client, receiver: Receiver) -> None:
    for name in ("released", "declined"):
        client.pay(fps(transfer(name, creditor_name="6a41a29eafcf455493")))
    client.run()
    assert [client.ledger(name)[0]["status"] for name in ("released", "declined")] == ["held", "held"]
    client.control("held/released/release")
    client.control("held/declined/decline")
    client.run()
    assert [client.ledger(name)[0]["status"] for name in ("released", "declined")] == ["settled", "rejected"]
    assert receiver.of_type("TransactionRejected")[0]["CancellationCode"] == "HOPRJ"


def test_a_payee_held_here_makes_it_a_transfer_with_two_webhooks(client: Client, receiver: Receiver) -> None:
    payee = client.open_virtual_account()
    receiver.received.clear()
    client.pay(fps(transfer("e2e-1", "10.00", creditor_iban=payee["iban"])))
    client.run()
    settled = receiver.of_type("TransactionSettled")
    assert {payload["Scheme"] for payload in settled} == {"Transfer"}
    assert sorted(payload["DebitCreditCode"] for payload in settled) == ["Credit", "Debit"]
    assert {payload["EndToEndTransactionId"] for payload in settled} == {"e2e-1"}
    credited = next(payload for payload in settled if payload["DebitCreditCode"] == "Credit")
    assert credited["Account"]["IBAN"] == payee["iban"]
    assert "Balance" not in credited["Account"]


def test_a_payment_forced_to_the_scheme_stays_faster_payments(client: Client, receiver: Receiver) -> None:
    payee = client.open_virtual_account()
    receiver.received.clear()
    forced = transfer("e2e-1", creditor_iban=payee["iban"]) | {"enforceSendToScheme": True}
    client.pay(fps(forced))
    client.run()
    assert {payload["Scheme"] for payload in receiver.of_type("TransactionSettled")} == {"FasterPayments"}


def test_a_virtual_account_pays_with_the_money_of_its_parent(client: Client, receiver: Receiver) -> None:
    virtual = client.open_virtual_account()
    parent_iban = next(
        a["iban"] for a in client.get("/_sandbox/accounts")["accounts"] if a["id"] == virtual["parentId"]
    )
    before = client.account(parent_iban)["balancePence"]
    client.pay(fps(transfer("e2e-1", "10.00"), debtor_iban=virtual["iban"]))
    client.run()
    assert client.account(parent_iban)["balancePence"] == before - 1000
    assert receiver.of_type("TransactionSettled")[0]["Account"]["IBAN"] == virtual["iban"]


def test_a_chaps_payment_settles_with_its_iso_document(client: Client, receiver: Receiver) -> None:
    answer = client.pay_by_chaps(chaps("e2e-1"))
    assert answer.status_code == 202
    assert set(answer.json) == {"paymentId"}
    client.run()
    (settled,) = receiver.of_type("TransactionSettled")
    assert (settled["Scheme"], settled["Amount"]) == ("Chaps", 1_500_000)
    assert settled["ActualEndToEndTransactionId"] == "I-2"
    assert "pacs.008" in settled["Iso20022XmlDocument"]


def test_chaps_from_an_unknown_account_fails_assessment(client: Client, receiver: Receiver) -> None:
    client.pay_by_chaps(chaps("e2e-1", sourceAccount={"iban": OUTSIDE_IBAN}))
    client.run()
    (failed,) = receiver.of_type("PaymentMessageAssesmentFailed")
    assert failed["AssesmentFailure"][0]["Reasons"] == ["Account not found"]


def test_chaps_version_5_is_gone(client: Client) -> None:
    answer = client.send("POST", "/payments/chaps/v5/customer-payments", {})
    assert (answer.status_code, answer.json["status"]) == (410, "410")


def test_paths_work_in_any_case(client: Client) -> None:
    assert client.send("POST", "/V3/Payments/FPS", fps(transfer(fresh("e2e")))).status_code == 202


@pytest.mark.parametrize(
    ("moment", "run"),
    [
        ("2026-11-23T00:00:59+00:00", False),
        ("2026-11-23T00:01:00+00:00", True),
        ("2026-11-23T05:59:59+00:00", True),
        ("2026-11-23T06:00:00+00:00", False),
        ("2026-07-06T05:30:00+00:00", False),  # half past six in a London summer
        ("2026-11-21T03:00:00+00:00", False),  # Saturday
    ],
)
def test_standing_orders_run_on_weekday_mornings_in_london(moment: str, run: bool) -> None:
    assert standing_orders_run(datetime.fromisoformat(moment).timestamp()) is run


def test_a_rule_gives_a_chaps_payment_no_answer_that_only_fps_has(client: Client) -> None:
    client.control("rules", match={}, outcome="rejected_in_202")
    client.pay_by_chaps(chaps("e2e-1"))
    client.run()
    assert client.ledger("e2e-1")[0]["status"] == "settled"
