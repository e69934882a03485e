"""Faults: silence, cut connections and refusals, before or after the effect."""

from typing import Any

import pytest

from tests.sandbox.clearbank.builders import chaps, fps, transfer
from tests.sandbox.clearbank.conftest import Client


def last_request(client: Client) -> Any:
    return client.get("/_sandbox/requests")["requests"][-1]


@pytest.mark.parametrize(("kind", "payments_made"), [("timeout_before", 0), ("timeout_after", 1), ("reset_after", 1)])
def test_a_connection_is_cut_before_or_after_the_effect(client: Client, kind: str, payments_made: int) -> None:
    client.control("faults", on="fps", kind=kind, times=1, hangSeconds=0)
    with pytest.raises(ConnectionAbortedError):
        client.pay(fps(transfer("e2e-1")), request_id="same")
    assert len(client.ledger("e2e-1")) == payments_made
    assert last_request(client)["status"] == 0
    repeat = client.pay(fps(transfer("e2e-1")), request_id="same")
    assert repeat.status_code == (409 if payments_made else 202)
    assert len(client.ledger("e2e-1")) == 1


@pytest.mark.parametrize(("kind", "status"), [("status_429", 429), ("status_500", 500), ("status_503", 503)])
def test_a_refusal_has_no_effect_and_does_not_use_the_request_id_up(client: Client, kind: str, status: int) -> None:
    client.control("faults", on="any", kind=kind)
    answer = client.pay(fps(transfer("e2e-1")), request_id="same")
    assert answer.status_code == status
    assert "Retry-After" not in answer.headers
    assert client.ledger("e2e-1") == []
    assert last_request(client)["status"] == status
    assert client.pay(fps(transfer("e2e-1")), request_id="same").status_code == 202


def test_a_429_has_the_body_that_was_seen(client: Client) -> None:
    client.control("faults", on="fps", kind="status_429")
    assert client.pay(fps(transfer("e2e-1"))).json == {
        "statusCode": 429,
        "message": "Rate limit is exceeded. Try again in 30 seconds.",
    }


def test_a_503_says_when_to_come_back_if_asked_to(client: Client) -> None:
    client.control("faults", on="fps", kind="status_503", retryAfterSeconds=2)
    assert client.pay(fps(transfer("e2e-1"))).headers["Retry-After"] == "2"


def test_a_500_may_come_after_the_effect(client: Client) -> None:
    client.control("faults", on="fps", kind="status_500_after")
    assert client.pay(fps(transfer("e2e-1"))).status_code == 500
    assert len(client.ledger("e2e-1")) == 1


def test_a_fault_strikes_its_area_and_its_match_as_often_as_it_says(client: Client) -> None:
    client.control("faults", on="fps", kind="status_503", times=2, match={"endToEndId": "unlucky"})
    assert client.pay_by_chaps(chaps("unlucky")).status_code == 202
    assert client.pay(fps(transfer("lucky"))).status_code == 202
    statuses = [client.pay(fps(transfer("unlucky"))).status_code for _ in range(3)]
    assert statuses == [503, 503, 202]


def test_a_lookup_can_be_struck_by_its_end_to_end_id(client: Client) -> None:
    client.control("faults", on="transactions", kind="status_503", match={"endToEndId": "e2e-1"})
    path = "/v2/Transactions?endToEndIdentifier=e2e-1"
    assert [client.send("GET", path).status_code for _ in range(2)] == [503, 200]
