"""Having failed messages sent again: some by their keys, many by a job."""

import uuid
from collections.abc import Sequence
from typing import Any

import pytest

from shared.domain.hub.delivery import FailureReason
from shared.domain.hub.delivery_states import DeliveryState
from shared.messages import tasks
from tests.builders.console import Console
from tests.unit.console.communications.logs import FAILED, LOG, a_console, a_logged

RESEND, BY_KEYS = "/communications/messages:resend", "/communications/messages:resendAsyncByKeys"
BY_DATE = "/communications/messages:resendAsyncByDate"
GONE, BROKEN = LOG["gone"].id, LOG["broken"].id
KEY = "6bc5f0f4-9ee2-412a-93b0-596d6a3c4eca"
DAY = {"startDate": "2026-03-02", "endDate": "2026-03-02"}


@pytest.fixture
def console() -> Console:
    return a_console()


def keys(*ids: str) -> dict[str, Sequence[str]]:
    return {"messages": ids}


def stored(console: Console, delivery_id: str) -> Any:
    return console.deliveries.load(delivery_id)


@pytest.mark.parametrize(("path", "status"), [(RESEND, 202), (BY_KEYS, 200)])
def test_failed_messages_are_queued_again_under_a_new_key(console: Console, path: str, status: int) -> None:
    answer = console.ask("POST", path, keys(BROKEN, GONE), "resender")
    assert answer.status_code == status
    broken = stored(console, BROKEN)
    assert (broken.state, broken.round, broken.tries) == (DeliveryState.QUEUED, 2, 0)
    assert broken.key != LOG["broken"].key
    assert broken.body == LOG["broken"].body
    assert set(console.publisher.enqueued) == {(tasks.REDELIVER, BROKEN), (tasks.REDELIVER, GONE)}
    (entry,) = console.deliveries.history(BROKEN)
    assert (entry.what, entry.cause) == ("resent", "resender by Mambu's API")


def test_with_the_broker_away_they_are_due_all_the_same(console: Console) -> None:
    console.publisher.away = True
    assert console.ask("POST", RESEND, keys(BROKEN), "resender").status_code == 202
    assert stored(console, BROKEN).due_at == console.now()


BROKEN_BODY = a_logged(7, **FAILED | {"failure_reason": FailureReason.INVALID_JSON_BODY_SYNTAX, "body": ""})
BROKEN_URL = a_logged(8, destination="https://receiver.example/{LOAN_ID}", **FAILED)
REFUSED: dict[str, tuple[Any, int, int]] = {
    "none at all": (keys(), 400, 2607),
    "no list": ({"messages": BROKEN}, 400, 4),
    "numbers": ({"messages": [1]}, 400, 4),
    "no object": ([BROKEN], 400, 4),
    "a key twice": (keys(BROKEN, GONE, BROKEN), 400, 2605),
    "an unknown key": (keys(BROKEN, "none"), 404, 2608),
    "one that was taken": (keys(BROKEN, LOG["taken"].id), 400, 2606),
    "one that is on its way": (keys(BROKEN, LOG["new"].id), 400, 2606),
    "one whose body could not be rendered": (keys(BROKEN, BROKEN_BODY.id), 400, 2440),
    "one whose address could not be rendered": (keys(BROKEN, BROKEN_URL.id), 400, 2440),
    "over a thousand": (keys(*(f"{number}" for number in range(1001))), 400, 2602),
}


@pytest.mark.parametrize("path", [RESEND, BY_KEYS])
@pytest.mark.parametrize(("body", "status", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_either_all_can_be_resent_or_none_is(console: Console, path: str, body: Any, status: int, code: int) -> None:
    console.deliveries.begin([BROKEN_BODY, BROKEN_URL])
    answer = console.ask("POST", path, body, "resender")
    told: Any = answer.json
    assert (answer.status_code, told["errors"][0]["errorCode"]) == (status, code)
    assert stored(console, BROKEN).state is DeliveryState.FAILED
    assert console.publisher.enqueued == []


@pytest.mark.parametrize("who", ["reader", "ann", "nobody"])
@pytest.mark.parametrize("path", [RESEND, BY_KEYS, BY_DATE])
def test_resending_needs_its_own_role(console: Console, path: str, who: str) -> None:
    answer = console.ask("POST", path, keys(BROKEN), who)
    assert answer.status_code == 403
    assert console.publisher.enqueued == []


def test_all_that_failed_of_an_interval_goes_to_a_job_with_its_count(console: Console) -> None:
    answer = console.ask("POST", BY_DATE, DAY, "resender")
    told: Any = answer.json
    assert (answer.status_code, told["messages"], told["isMore"]) == (200, 2, False)
    job = console.resends.load(told["resendId"])
    assert job is not None
    assert (job.counted, job.requested_by, set(job.query.states)) == (2, "resender", {DeliveryState.FAILED})
    assert console.publisher.enqueued == [(tasks.RESEND, job.id)]
    assert stored(console, BROKEN).state is DeliveryState.FAILED


@pytest.mark.parametrize(
    "body",
    [
        {"startDate": "2026-03-03", "endDate": "2026-03-04"},
        {"startDate": "2026-03-02T08:04:00Z", "endDate": "2026-03-02T09:00:00Z"},
        DAY | {"templateTypes": ["EMAIL"]},
    ],
)
def test_nothing_to_resend_makes_no_job(console: Console, body: dict[str, Any]) -> None:
    answer = console.ask("POST", BY_DATE, body, "resender")
    assert (answer.status_code, answer.json) == (200, {"resendId": "", "messages": 0, "isMore": False})
    assert console.resends.recent(10) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"startDate": "2026-03-02"},
        {"startDate": "x", "endDate": "2026-03-02"},
        {"startDate": 1, "endDate": 2},
        {"startDate": "2026-03-03", "endDate": "2026-03-02"},
        DAY | {"templateTypes": "WEB_HOOK"},
        [],
    ],
)
def test_an_interval_that_is_none_is_refused(console: Console, body: Any) -> None:
    answer = console.ask("POST", BY_DATE, body, "resender")
    told: Any = answer.json
    assert (answer.status_code, told["errors"][0]["errorCode"]) == (400, 4)


class TestIdempotency:
    def test_a_repeat_is_answered_alike_and_resends_nothing(self, console: Console) -> None:
        first = console.ask("POST", RESEND, keys(BROKEN), "resender", Idempotency_Key=KEY)
        fail_again(console, BROKEN)
        again = console.ask("POST", RESEND, keys(BROKEN), "resender", Idempotency_Key=KEY)
        assert (again.status_code, again.data) == (first.status_code, first.data) == (202, b"{}")
        assert stored(console, BROKEN).state is DeliveryState.FAILED
        assert len(console.publisher.enqueued) == 1

    def test_a_repeat_by_date_makes_no_second_job(self, console: Console) -> None:
        answers = [console.ask("POST", BY_DATE, DAY, "resender", Idempotency_Key=KEY.upper()) for _ in range(2)]
        assert answers[0].json == answers[1].json
        assert len(console.resends.recent(10)) == 1

    def test_without_a_key_or_with_another_it_is_another_request(self, console: Console) -> None:
        for headers in ({}, {}, {"Idempotency_Key": KEY}, {"Idempotency_Key": str(uuid.uuid4())}):
            console.ask("POST", BY_DATE, DAY, "resender", **headers)
        assert len(console.resends.recent(10)) == 4

    def test_the_key_of_another_request_is_refused(self, console: Console) -> None:
        console.ask("POST", RESEND, keys(BROKEN), "resender", Idempotency_Key=KEY)
        for path, body in ((RESEND, keys(GONE)), (BY_KEYS, keys(BROKEN))):
            answer = console.ask("POST", path, body, "resender", Idempotency_Key=KEY)
            assert answer.status_code == 400
            assert "belongs to another request" in answer.text
        assert stored(console, GONE).state is DeliveryState.FAILED

    def test_what_was_refused_may_be_sent_again_under_its_key(self, console: Console) -> None:
        refused = console.ask("POST", RESEND, keys(BROKEN_BODY.id), "resender", Idempotency_Key=KEY)
        assert refused.status_code == 404
        assert console.ask("POST", RESEND, keys(BROKEN), "resender", Idempotency_Key=KEY).status_code == 202

    @pytest.mark.parametrize("key", ["", "one", "6bc5f0f49ee2412a93b0596d6a3c4eca", str(uuid.UUID(int=1))])
    def test_a_key_is_a_uuid_of_version_4(self, console: Console, key: str) -> None:
        answer = console.ask("POST", RESEND, keys(BROKEN), "resender", Idempotency_Key=key)
        assert (answer.status_code, "UUID" in answer.text) == (400, True)
        assert stored(console, BROKEN).state is DeliveryState.FAILED


def fail_again(console: Console, delivery_id: str) -> None:
    queued = stored(console, delivery_id)
    console.deliveries.move(queued.failed(FailureReason.OTHER, "again"))
