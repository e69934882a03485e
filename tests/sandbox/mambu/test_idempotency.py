"""Idempotency-Key: six hours, replays of status and body, nothing stored of a 400."""

import threading

from sandbox.mambu.core import Core
from tests.processes import eventually
from tests.sandbox.mambu.conftest import Client, error_code, new_key

SIX_HOURS = 6 * 3600


def is_running(core: Core) -> bool:
    with core.store.reading() as db:
        return db.execute("SELECT 1 FROM idempotency").fetchone() is not None


def repayment(loan: dict[str, str]) -> str:
    return f"/loans/{loan['id']}/repayment-transactions"


def test_a_repeat_gets_the_first_answer_and_nothing_is_posted_twice(client: Client) -> None:
    loan, key = client.loan(state="ACTIVE"), new_key()
    first, second = (client.post(repayment(loan), {"amount": 5}, key) for _ in range(2))
    assert (second.status_code, second.data) == (first.status_code, first.data) == (201, first.data)
    assert client.state(loan)[2] == "1495.00"


def test_a_replayed_204_is_a_204(client: Client) -> None:
    loan, key = client.loan(state="ACTIVE"), new_key()
    path = f"/loans/{loan['id']}:writeOff"
    assert [client.post(path, {}, key).status_code for _ in range(2)] == [204, 204]


def test_another_body_under_the_same_key_is_refused(client: Client) -> None:
    loan, key = client.loan(state="ACTIVE"), new_key()
    client.post(repayment(loan), {"amount": 5}, key)
    response = client.post(repayment(loan), {"amount": 6}, key)
    assert (response.status_code, error_code(response)) == (400, 4)
    assert client.state(loan)[2] == "1495.00"


def test_another_key_posts_again(client: Client) -> None:
    loan = client.loan(state="ACTIVE")
    assert [client.post(repayment(loan), {"amount": 5}).status_code for _ in range(2)] == [201, 201]
    assert client.state(loan)[2] == "1490.00"


def test_a_400_is_not_stored(client: Client) -> None:
    loan, key = client.loan(state="PENDING_APPROVAL"), new_key()
    path = f"/loans/{loan['id']}/disbursement-transactions"
    assert client.post(path, {}, key).status_code == 400
    client.post(f"/loans/{loan['id']}:changeState", {"action": "APPROVE"})
    assert client.post(path, {}, key).status_code == 201


def test_after_six_hours_the_same_key_is_a_new_request(client: Client) -> None:
    loan, key = client.loan(state="ACTIVE"), new_key()
    client.post(repayment(loan), {"amount": 5}, key)
    client.control("clock", offsetSeconds=SIX_HOURS - 60)
    client.post(repayment(loan), {"amount": 5}, key)
    assert client.state(loan)[2] == "1495.00"
    client.control("clock", offsetSeconds=SIX_HOURS + 60)
    client.post(repayment(loan), {"amount": 5}, key)
    assert client.state(loan)[2] == "1490.00"


def test_a_key_must_be_a_uuid_of_version_4(client: Client) -> None:
    loan = client.loan(state="ACTIVE")
    for key in ("once", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"):
        assert client.post(repayment(loan), {"amount": 5}, key).status_code == 400
    assert client.state(loan)[2] == "1500.00"


def test_a_repeat_that_comes_while_the_first_is_running_is_told_so(client: Client, core: Core) -> None:
    loan, key = client.loan(state="ACTIVE"), new_key()
    client.control("faults", on="repayment", kind="slow", hangSeconds=2)
    first = threading.Thread(target=lambda: client.post(repayment(loan), {"amount": 5}, key))
    first.start()
    eventually(lambda: is_running(core), "the first call is running")
    assert client.post(repayment(loan), {"amount": 5}, key).status_code == 102
    client.control("delivery", runningStatus=409)
    assert client.post(repayment(loan), {"amount": 5}, key).status_code == 409
    first.join()
    assert client.post(repayment(loan), {"amount": 5}, key).status_code == 201
    assert client.state(loan)[2] == "1495.00"
