"""The webhook engine: what fires, what is sent, how often, and sending again."""

import base64
import json
from typing import Any

import pytest

from tests.sandbox.mambu.conftest import Client, error_code
from tests.sandbox.mambu.receiver import Receiver

pytestmark = pytest.mark.enable_socket
MBU = "MBU_Loan_Disbursement_FPS"


@pytest.fixture
def webhook_url(receiver: Receiver) -> str:
    return receiver.url


def disburse(client: Client, loan: Any, **given: Any) -> Any:
    return client.control(f"loans/{loan['id']}/disburse", **{"channel": MBU, **given})


def hook_of(client: Client, loan: Any) -> Any:
    [hook] = client.look(f"webhooks?loanId={loan['id']}")["webhooks"]
    return hook


def test_a_disbursement_in_the_pages_tells_the_lender(client: Client, receiver: Receiver) -> None:
    loan = client.loan(amount="1500.50", loanName="Bridge", customFields={"assignedLoanUser": "u-1"})
    said = {"creditorName": "Jane", "creditorIBAN": "GB1", "debtorIBAN": "GB2", "paymentReference": "REF"}
    done = disburse(client, loan, **said)
    client.run()
    [webhook] = receiver.received
    assert (webhook.method, webhook.path) == ("POST", "/webhooks/mambu/loan-disbursement")
    assert webhook.headers["authorization"] == "Basic " + base64.b64encode(b"mambu:sesame").decode()
    assert webhook.headers["content-type"] == "application/json"
    assert webhook.body == {
        **said,
        "debtorName": "",
        "amount": "1500.50",
        "paymentScheme": MBU,
        "transactionEncodedKey": done["encodedKey"],
        "transactionId": done["transactionId"],
        "loanAccountId": loan["id"],
        "loanName": "Bridge",
        "accountCurrency": "GBP",
        "assignedLoanUser": "u-1",
        "transactionEndToEndId": "",
    }
    assert hook_of(client, loan)["state"] == "SENT"


def test_a_group_is_named_in_its_own_template(client: Client, receiver: Receiver) -> None:
    loan = client.loan(holderType="GROUP", holder={"id": "G-1"})
    disburse(client, loan)
    client.run()
    assert receiver.received[0].body["groupId"] == "G-1"


def test_postings_of_the_connector_stay_silent_unless_every_channel_fires(client: Client, receiver: Receiver) -> None:
    channel = {"transactionDetails": {"transactionChannelId": "CB_Loan_Disbursement_FPS"}}
    client.disburse(client.loan(), **channel)
    client.run()
    assert receiver.received == []
    client.control("delivery", fireForEveryChannel=True, method="PUT", thousandSeparators=True)
    client.disburse(client.loan(amount="1500"), **channel)
    client.run()
    assert (receiver.received[0].method, receiver.received[0].body["amount"]) == ("PUT", "1,500.00")


def test_a_user_may_disburse_without_a_webhook(client: Client, receiver: Receiver) -> None:
    disburse(client, client.loan(), webhook=False)
    client.run()
    assert receiver.received == []


@pytest.mark.parametrize(("how", "event"), [("close", "LOAN_ACCOUNT_CLOSURE"), ("write-off", "LOAN_ACCOUNT_WRITE_OFF")])
def test_the_end_of_a_loan_is_told_without_amount_or_transaction(
    client: Client, receiver: Receiver, how: str, event: str
) -> None:
    loan = client.loan(state="ACTIVE", customFields={"virtualAccountId": "va-1", "ibanLoan": "GB1"})
    client.control(f"loans/{loan['id']}/{how}", comment="done")
    client.run()
    [webhook] = receiver.received
    assert webhook.path == "/webhooks/mambu/loan-closure"
    assert webhook.body == {
        "virtualAccountId": "va-1",
        "comment": "done",
        "loanAccountId": loan["id"],
        "loanCFIBAN": "GB1",
    }
    assert hook_of(client, loan)["event"] == event


def test_the_last_repayment_tells_of_the_closure(client: Client, receiver: Receiver) -> None:
    loan = client.loan(state="ACTIVE", balance="10")
    client.repay(loan, 10)
    client.run()
    assert receiver.received[0].body["loanAccountId"] == loan["id"]


def test_a_failed_delivery_is_repeated_unchanged_with_the_same_key(client: Client, receiver: Receiver) -> None:
    receiver.refuse(times=2)
    loan = client.loan()
    disburse(client, loan)
    client.run()
    assert len({(webhook.raw, webhook.key) for webhook in receiver.received}) == 1
    hook = hook_of(client, loan)
    assert (hook["state"], [attempt["status"] for attempt in hook["attempts"]]) == ("SENT", [503, 503, 200])


@pytest.mark.parametrize("status", [301, 400, 500])
def test_after_four_attempts_a_message_has_failed(client: Client, receiver: Receiver, status: int) -> None:
    receiver.refuse(status=status, headers={"Location": receiver.url})
    loan = client.loan()
    disburse(client, loan)
    client.run()
    hook = hook_of(client, loan)
    assert (hook["state"], hook["failureReason"]) == ("FAILED", "INVALID_HTTP_RESPONSE")
    assert len(receiver.received) == len(hook["attempts"]) == 4


def test_a_failed_message_is_found_and_resent_under_a_new_key(client: Client, receiver: Receiver) -> None:
    receiver.refuse(times=4)
    loan = client.loan()
    disburse(client, loan)
    client.run()
    criteria = [{"field": "state", "operator": "EQUALS", "value": "FAILED"}]
    [message] = client.send("POST", "/communications/messages:search?detailsLevel=FULL", criteria).json
    assert (message["event"], message["numRetries"]) == ("LOAN_DISBURSEMENT", 3)
    assert client.post("/communications/messages:resend", {"messages": [message["encodedKey"]]}).status_code == 202
    client.run()
    assert client.get(f"/communications/messages/{message['encodedKey']}")["state"] == "SENT"
    first, *_, last = receiver.received
    assert first.raw == last.raw
    assert first.key != last.key


def test_only_known_failed_messages_are_resent_and_each_once(client: Client) -> None:
    loan = client.loan()
    disburse(client, loan)
    client.run()
    path, key = "/communications/messages:resend", hook_of(client, loan)["id"]
    assert client.refused(path, {"messages": [key]}) == 2606
    assert client.refused(path, {"messages": [key, key]}) == 2605
    assert client.refused(path, {"messages": ["0" * 32]}) == 2607
    assert client.refused(path, {"messages": []}) == 4


def test_failed_messages_of_an_interval_are_resent(client: Client, receiver: Receiver) -> None:
    receiver.refuse(times=4)
    loan = client.loan()
    disburse(client, loan)
    client.run()
    interval = {"startDate": "2020-01-01T00:00:00+00:00", "endDate": "2099-01-01T00:00:00+00:00"}
    assert client.post("/communications/messages:resendAsyncByDate", interval).status_code == 200
    client.run()
    assert hook_of(client, loan)["state"] == "SENT"


def test_the_search_for_messages_takes_a_bare_array(client: Client) -> None:
    response = client.send("POST", "/communications/messages:search", {"filterCriteria": []})
    assert (response.status_code, error_code(response)) == (400, 4)


def test_duplicates_come_when_asked_for(client: Client, receiver: Receiver) -> None:
    client.control("delivery", duplicate=2)
    disburse(client, client.loan())
    client.run()
    assert len({webhook.key for webhook in receiver.received}) == 1
    assert len(receiver.received) == 3


@pytest.mark.parametrize(("new_key", "keys"), [(False, 1), (True, 2)])
def test_the_control_door_resends_at_once(client: Client, receiver: Receiver, new_key: bool, keys: int) -> None:
    loan = client.loan()
    disburse(client, loan)
    client.run()
    answer = client.control(f"webhooks/{hook_of(client, loan)['id']}/resend", times=3, newKey=new_key)
    assert answer["statuses"] == [200, 200, 200]
    assert len({webhook.key for webhook in receiver.received}) == keys
    assert len({webhook.raw for webhook in receiver.received}) == 1


def test_a_quote_in_a_value_breaks_the_json_and_fails_the_message(client: Client, receiver: Receiver) -> None:
    loan = client.loan()
    disburse(client, loan, creditorName='Jane "JJ" Smith')
    client.run()
    hook = hook_of(client, loan)
    assert (hook["state"], hook["failureReason"]) == ("FAILED", "INVALID_JSON_BODY_SYNTAX")
    assert receiver.received == []


def test_broken_json_is_sent_when_asked_for(client: Client, receiver: Receiver) -> None:
    client.control("delivery", sendBrokenJson=True)
    disburse(client, client.loan(), creditorName='Jane "JJ" Smith')
    client.run()
    with pytest.raises(json.JSONDecodeError):
        json.loads(receiver.received[0].raw)


@pytest.mark.parametrize("path", ["loan-closure", "/webhooks/mambu/loan-closure"])
def test_any_bytes_are_sent_once_with_any_credentials(client: Client, receiver: Receiver, path: str) -> None:
    receiver.refuse(status=401)
    answer = client.control("webhooks/raw", path=path, body="{", password="wrong", headers={"X-Own": "1"})
    assert answer["status"] == 401
    [webhook] = receiver.received
    assert (webhook.path, webhook.raw, webhook.headers["x-own"]) == ("/webhooks/mambu/loan-closure", b"{", "1")
    assert webhook.headers["authorization"] == "Basic " + base64.b64encode(b"mambu:wrong").decode()


def test_the_running_sender_reacts_at_once(client: Client, receiver: Receiver) -> None:
    client.sender.start()
    disburse(client, client.loan())
    assert receiver.wait_for(1)[0].body["paymentScheme"] == MBU
