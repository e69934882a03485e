"""The webhook sender: what counts as delivered, what is repeated, what a rule makes of it."""

import json
import threading
from collections.abc import Callable

import pytest

from sandbox.clearbank.delivery import MOST_FAILURES
from tests.sandbox.clearbank.builders import OPERATING_IBAN, fps, inbound, transfer
from tests.sandbox.clearbank.conftest import Client
from tests.sandbox.clearbank.receiver import Answer, Received, Receiver, signature_of

Misbehaviour = Callable[[Receiver, Received], Answer]


def signed(receiver: Receiver, body: bytes, status: int = 200, content_type: str = "application/json") -> Answer:
    return status, {"Content-Type": content_type, "DigitalSignature": signature_of(body, receiver.client_key)}, body


def nonce_of(webhook: Received) -> bytes:
    return json.dumps({"Nonce": webhook.body["Nonce"]}).encode()


MISBEHAVIOURS: dict[str, tuple[str, Misbehaviour]] = {
    "another status": ("HTTP", lambda r, w: signed(r, nonce_of(w), status=202)),
    "no signature": ("Non-repudiation", lambda r, w: (200, {"Content-Type": "application/json"}, nonce_of(w))),
    "another body signed": (
        "Non-repudiation",
        lambda r, w: (*signed(r, nonce_of(w))[:2], nonce_of(w) + b" "),
    ),
    "another nonce": ("Payload / Response Format", lambda r, w: signed(r, b'{"Nonce": 1}')),
    "nonce in lower case": (
        "Payload / Response Format",
        lambda r, w: signed(r, nonce_of(w).replace(b"Nonce", b"nonce")),
    ),
    "nonce as text": (
        "Payload / Response Format",
        lambda r, w: signed(r, json.dumps({"Nonce": str(w.body["Nonce"])}).encode()),
    ),
    "plain text": ("Payload / Response Format", lambda r, w: signed(r, nonce_of(w), content_type="text/plain")),
    "no json": ("Payload / Response Format", lambda r, w: signed(r, b"OK")),
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_a_wrong_answer_is_repeated_with_its_reason_until_a_good_one(
    client: Client, receiver: Receiver, name: str
) -> None:
    reason, misbehave = MISBEHAVIOURS[name]
    receiver.answers = lambda webhook: misbehave(receiver, webhook)
    client.pay(fps(transfer("e2e-1")))
    client.sender.run_due()
    receiver.answers = receiver.good_answer
    client.run()
    first, second = receiver.received
    assert first.raw == second.raw
    assert (first.headers["x-delivery-attempt"], second.headers["x-delivery-attempt"]) == ("1", "2")
    assert "x-retry-reason" not in first.headers
    assert second.headers["x-retry-reason"] == reason
    (webhook,) = client.get("/_sandbox/webhooks?endToEndId=e2e-1")["webhooks"]
    assert webhook["state"] == "delivered"
    assert [(attempt["ok"], attempt["reason"]) for attempt in webhook["attempts"]] == [(False, reason), (True, "")]


def test_nobody_listening_is_a_connection_failure_and_loses_nothing(client: Client, receiver: Receiver) -> None:
    receiver.close()
    client.pay(fps(transfer("e2e-1")))
    client.sender.run_due()
    (webhook,) = client.get("/_sandbox/webhooks")["webhooks"]
    assert webhook["state"] == "waiting"
    assert [attempt["reason"] for attempt in webhook["attempts"]] == ["Connection"]


def test_the_bank_gives_up_after_a_days_worth_of_failures(client: Client, receiver: Receiver) -> None:
    client.control("delivery", loseFirst=MOST_FAILURES)
    client.pay(fps(transfer("e2e-1")))
    while client.sender.run_due():
        pass
    (webhook,) = client.get("/_sandbox/webhooks")["webhooks"]
    assert (webhook["state"], len(webhook["attempts"])) == ("given_up", MOST_FAILURES)
    assert receiver.received == []


def test_a_delivery_rule_sends_copies_that_carry_no_retry_reason(client: Client, receiver: Receiver) -> None:
    client.control("delivery", match={"type": "TransactionSettled"}, duplicate=2)
    client.pay(fps(transfer("e2e-1")))
    client.run()
    assert len(receiver.received) == 3
    assert len({webhook.raw for webhook in receiver.received}) == 1
    assert all("x-retry-reason" not in webhook.headers for webhook in receiver.received)


def test_a_delivery_rule_loses_the_first_attempts(client: Client, receiver: Receiver) -> None:
    client.control("delivery", loseFirst=2)
    client.pay(fps(transfer("e2e-1")))
    client.run()
    (only,) = receiver.received
    assert only.headers["x-delivery-attempt"] == "3"


def test_a_delivery_rule_shuffles_the_order_the_same_way_for_the_same_seed(client: Client) -> None:
    def order() -> list[str]:
        client.control("reset", seed=5)
        client.control("delivery", reorder=True, reorderWithinSeconds=1000)
        for number in range(8):
            client.control("inbound/fps", **inbound(OPERATING_IBAN, endToEndId=f"in-{number}"))
        client.sender.run_due()
        with client.bank.store.reading() as db:
            rows = db.execute("SELECT subject FROM webhooks ORDER BY next_attempt_at").fetchall()
        return [json.loads(row["subject"])["endToEndId"][0] for row in rows]

    assert order() == order() != [f"in-{number}" for number in range(8)]


def test_every_webhook_has_its_own_wide_nonce(client: Client, receiver: Receiver) -> None:
    for number in range(20):
        client.control("inbound/fps", **inbound(OPERATING_IBAN, endToEndId=f"in-{number}"))
    client.run()
    nonces = {webhook.body["Nonce"] for webhook in receiver.received}
    assert len(nonces) == 20
    assert all(0 <= nonce < 2**63 for nonce in nonces)
    assert max(nonces) > 2**53


@pytest.mark.parametrize(
    ("signature", "status"), [("good", 200), ("forged", 401), ("missing", 401), ("of_other_body", 401)]
)
def test_a_webhook_is_sent_with_any_signature_on_request(
    client: Client, receiver: Receiver, signature: str, status: int
) -> None:
    answer = client.control("webhooks", type="FITestEvent", payload="test me", signature=signature, nonce=8553416320)
    assert (answer["status"], answer["nonceOk"], answer["signatureOk"]) == (status, status == 200, status == 200)


def test_a_raw_body_is_sent_as_it_is(client: Client, receiver: Receiver) -> None:
    client.control("webhooks", rawBody='{ "Type":"Odd",  "Version":1,"Payload":{},"Nonce":7 }', nonce=7)
    assert receiver.received[0].raw == b'{ "Type":"Odd",  "Version":1,"Payload":{},"Nonce":7 }'


def test_a_queued_webhook_goes_through_the_normal_sender(client: Client, receiver: Receiver) -> None:
    client.control("webhooks", type="Unheard.Of", version=9, payload={"Amount": 1.5}, queue=True)
    assert receiver.received == []
    client.run()
    assert receiver.of_type("Unheard.Of") == [{"Amount": 1.5}]


def test_a_webhook_is_sent_again_many_times_at_once(client: Client, receiver: Receiver) -> None:
    client.pay(fps(transfer("e2e-1")))
    client.run()
    (webhook,) = client.get("/_sandbox/webhooks")["webhooks"]
    everybody_is_here = threading.Barrier(5, timeout=20)

    def answer_together(received: Received) -> Answer:
        everybody_is_here.wait()
        return receiver.good_answer(received)

    receiver.answers = answer_together
    assert client.control(f"webhooks/{webhook['id']}/resend", times=5)["statuses"] == [200] * 5
    assert len({received.raw for received in receiver.received}) == 1
    assert client.refused_control("webhooks/unknown/resend").status_code == 404


def test_up_to_eight_webhooks_are_in_flight_at_once(client: Client, receiver: Receiver) -> None:
    together = threading.Barrier(8, timeout=4)

    def answer_together(received: Received) -> Answer:
        together.wait()
        return receiver.good_answer(received)

    receiver.answers = answer_together
    client.sender.start()
    for number in range(8):
        client.control("inbound/fps", **inbound(OPERATING_IBAN, endToEndId=f"in-{number}"))
    assert len(receiver.wait_for(8)) == 8


def test_the_running_sender_reacts_without_polling(client: Client, receiver: Receiver) -> None:
    client.sender.start()
    client.pay(fps(transfer("e2e-1")))
    assert receiver.wait_for(1)[0].body["Payload"]["EndToEndTransactionId"] == "e2e-1"
