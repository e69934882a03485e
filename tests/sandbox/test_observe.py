"""How the end of a story is read, from what the doors and the store show."""

import json
from collections.abc import Mapping
from typing import Any

import fakeredis
import pytest

from sandbox.observe import Observer

JANES = {"id": "va-1", "iban": "GB1", "name": "Jane Smith", "status": "Enabled"}


class Shown:
    """What each path of each door shows."""

    def __init__(self, answers: Mapping[tuple[str, str], Any]) -> None:
        self._answers = answers

    def get(self, door: str, path: str) -> Any:
        return self._answers[door, path]


@pytest.fixture
def redis() -> fakeredis.FakeRedis:
    return fakeredis.FakeRedis(decode_responses=True)


def observer(redis: fakeredis.FakeRedis, answers: Mapping[tuple[str, str], Any] | None = None) -> Observer:
    return Observer(Shown(answers or {}), redis)


def notify(redis: fakeredis.FakeRedis, about: str, code: str, state: str = "sent") -> None:
    document = json.dumps({"notice": {"about": about, "code": code}})
    redis.hset(f"cw:flow:notification:{about}:{code}", mapping={"state": state, "doc": document})


def test_flows_are_seen_without_the_notifications_about_them(redis: fakeredis.FakeRedis) -> None:
    redis.hset("cw:flow:repayment:T1:GB1", "state", "unmatched")
    redis.hset("cw:flow:repayment:T2:GB1", "state", "posted")
    notify(redis, "repayment:T1:GB1", "unmatched:loan_not_found")
    assert observer(redis).read({"flow": "T1"}) == "flow: unmatched"
    assert observer(redis).read({"flow": "repayment:"}) == "flow: unmatched, posted"
    assert observer(redis).read({"flow": "T3"}) == "flow: nothing"


def test_told_is_what_the_channel_took(redis: fakeredis.FakeRedis) -> None:
    notify(redis, "disbursement:K", "rejected:AC04")
    notify(redis, "disbursement:K", "held")
    notify(redis, "disbursement:K", "reverse:loan_closed", state="addressed")
    assert observer(redis).read({"told": "K"}) == "told: held, rejected:AC04"
    assert observer(redis).read({"told": "L"}) == "told: nothing"


def test_a_parked_notification_is_no_parked_flow(redis: fakeredis.FakeRedis) -> None:
    redis.zadd("cw:parked", {"disbursement:K": 1, "notification:disbursement:K:held": 2, "receipt:R": 3})
    redis.hset("cw:receipt:R", "name", "TransactionSettled-K-FasterPayments")
    assert observer(redis).read({"parked": "K"}) == "parked: 2"


@pytest.mark.parametrize("named", ["va-1", "GB1", "Jane Smith"])
def test_an_account_shows_its_state_and_owner(redis: fakeredis.FakeRedis, named: str) -> None:
    other = {**JANES, "id": "va-2", "iban": "GB2", "name": "John", "status": "Disabled"}
    answers = {("bank", "/_sandbox/accounts"): {"accounts": [JANES, other]}}
    assert observer(redis, answers).read({"account": named}) == "account: Enabled Jane Smith"
    assert observer(redis, answers).read({"account": "va-3"}) == "account: nothing"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"virtualAccountId": "va-1", "ibanLoan": "GB1"}, "linked"),
        ({"virtualAccountId": "va-1", "ibanLoan": "GB2"}, "not linked"),
        ({"ibanLoan": "GB1"}, "not linked"),
        ({}, "not linked"),
    ],
)
def test_a_loan_is_linked_when_both_its_fields_name_one_account(
    redis: fakeredis.FakeRedis, fields: dict[str, str], text: str
) -> None:
    answers = {
        ("bank", "/_sandbox/accounts"): {"accounts": [JANES]},
        ("core", "/_sandbox/loans/LN1"): {"customFields": fields},
    }
    assert observer(redis, answers).read({"linkage": "LN1"}) == f"linkage: {text}"


def test_tickets_are_counted_once_however_often_they_are_sent(redis: fakeredis.FakeRedis) -> None:
    def arrival(key: str, text: str, method: str = "POST") -> dict[str, Any]:
        return {"method": method, "headers": {"Idempotency-Key": key}, "body": text}

    came = [arrival("1", "about K"), arrival("1", "about K"), arrival("2", "about L"), arrival("3", "K", "GET")]
    answers = {("sinks", "/_sandbox/sinks/zendesk"): {"arrivals": came}}
    assert observer(redis, answers).read({"tickets": "K"}) == "tickets: 1"


def test_deliveries_are_seen_by_where_they_go(redis: fakeredis.FakeRedis) -> None:
    for number, (url, trigger, state) in enumerate(
        [("http://s/sink/hub-T", "OnCreditTransaction", "SENT"), ("http://s/sink/hub-U", "OnBalanceChange", "FAILED")]
    ):
        document = json.dumps({"destination": url, "trigger": trigger})
        redis.hset(f"cw:delivery:{number}", mapping={"state": state, "doc": document})
    assert observer(redis).read({"deliveries": "hub-T"}) == "deliveries: OnCreditTransaction SENT"
    assert observer(redis).read({"deliveries": "hub-V"}) == "deliveries: nothing"


def test_what_a_sink_received_is_named_by_its_event(redis: fakeredis.FakeRedis) -> None:
    arrivals = [{"json": {"event_name": "OnCreditTransaction"}}, {"json": {"event_name": "OnCreditTransaction"}}, {}]
    answers = {("sinks", "/_sandbox/sinks/hub-T"): {"arrivals": arrivals}}
    assert observer(redis, answers).read({"received": "hub-T"}) == "received: OnCreditTransaction x2, a call"
