"""Our own subscription API and Mambu's communications API by a real console, with a real worker behind them."""

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3

from services.console.api import MAX_BODY_BYTES
from shared.domain.hub.webhook_signature import sign
from shared.store.connection import connect
from shared.store.users import User, Users
from tests.integration.conftest import is_ready
from tests.integration.deliveries import running_beat, running_deliveries, settings
from tests.processes import eventually, free_port, running
from tests.unit.worker.adapters.subscribers.receivers import OK, answer, receiving

pytestmark = pytest.mark.enable_socket

BANK = "bank.one"
ROLES = (
    f"CanManageSubscriptions@{BANK}",
    "CanManageSubscriptions",
    "CanSendTestWebhook",
    "CanReadCommunications",
    "CanResendCommunications",
)
TOKEN, NO_ROLES = "token-of-ann", "token-of-nobody"
SUBSCRIPTIONS, MESSAGES = "/v1/subscriptions", "/communications/messages"
GONE = answer(410)  # what fails at once and for good


@dataclass(frozen=True)
class Api:
    url: str
    redis_url: str
    log_file: Path

    def ask(self, method: str, path: str, body: Any = None, token: str = TOKEN, **headers: str) -> Any:
        """(status, JSON or None)"""
        answered = self.answer(method, path, body, Authorization=f"Bearer {token}", **headers)
        return answered.status, answered.json() if answered.data else None

    def answer(self, method: str, path: str, body: Any = None, **headers: str) -> urllib3.BaseHTTPResponse:
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return urllib3.request(method, self.url + path, body=raw, headers=given, retries=False, timeout=10)

    def subscribe(self, url: str, **changed: Any) -> str:
        """The id of a new one at the bank, whose deliveries are tried once."""
        wanted = {"level": "bank", "bank_id": BANK, "trigger": "payment.settled", "url": url} | changed
        status, told = self.ask("POST", SUBSCRIPTIONS, {"retry": {"waits_seconds": []}} | wanted)
        assert status == 201, told
        return str(told["id"])

    def try_out(self, subscription_id: str, state: str) -> str:
        """The key of a test message, once it has come to that state."""
        status, told = self.ask("POST", f"{SUBSCRIPTIONS}/{subscription_id}/test")
        assert status == 202, told
        self.comes_to(told["key"], state)
        return str(told["key"])

    def comes_to(self, key: str, state: str) -> None:
        eventually(lambda: self.ask("GET", f"{MESSAGES}/{key}")[1]["state"] == state, f"{key} is {state}")

    def found(self, *filters: dict[str, Any], query: str = "") -> list[str]:
        status, told = self.ask("POST", f"{MESSAGES}:search{query}", list(filters))
        assert status == 200, told
        return [message["encodedKey"] for message in told]


def of(subscription_id: str) -> dict[str, str]:
    """A filter."""
    return {"field": "templateKey", "operator": "EQUALS", "value": subscription_id}


@pytest.fixture(scope="module")
def api(valkey: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Console, worker and beat for all tests of this file."""
    folder, port = tmp_path_factory.mktemp("console"), free_port()
    given = settings(folder, valkey) | {"API_PORT": str(port), "BANKS": BANK}
    url = f"http://127.0.0.1:{port}"
    with connect(valkey) as redis:
        redis.flushdb()
        Users(redis).add(User(str(uuid.uuid4()), "ann", frozenset(ROLES), datetime.now(UTC)), TOKEN)
        Users(redis).add(User(str(uuid.uuid4()), "nobody", frozenset(), datetime.now(UTC)), NO_ROLES)
    with (
        running(["-m", "services.console", "api"], folder, given, lambda: is_ready(url), "console.log"),
        running_deliveries(folder, given),
        running_beat(folder, given),
    ):
        yield Api(url, valkey, folder / "console.log")


def test_what_was_subscribed_to_arrives_as_it_was_wanted(api: Api) -> None:
    with receiving(OK) as receiver:
        wanted = {
            "level": "system",
            "trigger": "payment.settled",
            "url": receiver.url("/hooks/{EVENT_NAME}"),
            "method": "PUT",
            "content_type": "application/xml",
            "template": "<event id='{EVENT_ID}' amount='{AMOUNT}'/>",
            "headers": [{"name": "X-Static", "value": "hidden header"}],
            "authentication": {
                "api_keys": [{"name": "test_header1", "value": "hidden key"}],
                "basic": {"username": "user", "password": "hidden password"},
            },
            "signing_secret": "generate",
        }
        status, told = api.ask("POST", SUBSCRIPTIONS, wanted)
        assert status == 201, told
        status, changed = api.ask("PATCH", f"{SUBSCRIPTIONS}/{told['id']}", {"url": receiver.url("/{EVENT_ID}")})
        assert (status, changed["headers"]) == (200, [{"name": "X-Static", "value": "***"}])
        key = api.try_out(told["id"], "SENT")
    [came] = receiver.came
    message = api.ask("GET", f"{MESSAGES}/{key}?detailsLevel=FULL")[1]
    assert came.line.split()[:2] == ["PUT", f"/{message['referenceId']}"]
    assert came.body.decode() == message["body"] == f"<event id='{message['referenceId']}' amount='1.00'/>"
    assert (came["X-Static"], came["test_header1"]) == ("hidden header", "hidden key")
    stamp = int(came["webhook-timestamp"])
    assert came["webhook-signature"] == sign(told["signing_secret"], came["webhook-id"], stamp, came.body)
    assert [attempt["status"] for attempt in message["attempts"]] == [200]
    with connect(api.redis_url) as redis:
        stored = b"".join(redis.dump(name) or b"" for name in redis.scan_iter("cw:*"))
    shown = api.answer("GET", SUBSCRIPTIONS, Authorization=f"Bearer {TOKEN}").data
    log = api.log_file.read_bytes()
    for secret in (b"hidden", told["signing_secret"].encode(), TOKEN.encode()):
        assert secret not in stored + shown + log


def test_what_failed_is_found_and_goes_again_by_hand(api: Api) -> None:
    with receiving(GONE, OK) as receiver:
        subscription_id = api.subscribe(receiver.url())
        key = api.try_out(subscription_id, "FAILED")
        failed = [of(subscription_id), {"field": "state", "operator": "EQUALS", "value": "FAILED"}]
        assert api.found(*failed) == [key]
        assert api.ask("POST", f"{MESSAGES}:resend", {"messages": [key]}) == (202, {})
        api.comes_to(key, "SENT")
    first, second = receiver.came
    assert first.body == second.body
    name = "x-notifications-idempotency-key"
    assert first[name] != second[name]
    attempts = api.ask("GET", f"{MESSAGES}/{key}?detailsLevel=FULL")[1]["attempts"]
    assert [(line["number"], line["status"]) for line in attempts] == [(1, 410), (2, 200)]
    [act] = api.ask("GET", f"/v1/deliveries/{key}")[1]["history"]
    assert (act["what"], act["cause"]) == ("resent", "ann by Mambu's API")
    assert api.found(*failed) == []
    refused = api.ask("POST", f"{MESSAGES}:resend", {"messages": [key]})
    assert (refused[0], refused[1]["errors"][0]["errorCode"]) == (400, 2606)


def test_one_key_sent_by_many_at_once_resends_once(api: Api) -> None:
    with receiving(GONE, OK) as receiver:
        key = api.try_out(api.subscribe(receiver.url()), "FAILED")
        idempotency_key = str(uuid.uuid4())

        def resend(_: int) -> int:
            body = {"messages": [key]}
            return int(api.ask("POST", f"{MESSAGES}:resendAsyncByKeys", body, Idempotency_Key=idempotency_key)[0])

        with ThreadPoolExecutor(8) as pool:
            statuses = Counter(pool.map(resend, range(16)))
        assert statuses[200] >= 1
        assert statuses.keys() <= {200, 409}
        api.comes_to(key, "SENT")
    assert len(receiver.came) == 2


def test_many_are_counted_first_and_then_resent_by_a_job(api: Api) -> None:
    with receiving(GONE) as receiver:
        subscription_id = api.subscribe(receiver.url())
        keys = {api.try_out(subscription_id, "FAILED") for _ in range(3)}
        receiver.answering[:] = [OK]
        asked: dict[str, Any] = {"query": {"subscription_id": subscription_id}}
        assert api.ask("POST", "/v1/resends", asked) == (200, {"count": 3, "is_more": False, "resend": None})
        status, told = api.ask("POST", "/v1/resends", asked | {"reason": "it was down", "confirm": True})
        assert (status, told["count"]) == (202, 3)
        for key in keys:
            api.comes_to(key, "SENT")

        def has_finished() -> bool:
            return bool(api.ask("GET", f"/v1/resends/{told['resend']['id']}")[1]["finished_at"])

        eventually(has_finished, "the job is finished")
    assert api.ask("GET", f"/v1/resends/{told['resend']['id']}")[1]["resent"] == 3


def test_those_of_a_day_are_resent_by_a_job(api: Api) -> None:
    today = datetime.now(UTC).date().isoformat()
    with receiving(GONE, OK) as receiver:
        key = api.try_out(api.subscribe(receiver.url()), "FAILED")
        status, told = api.ask("POST", f"{MESSAGES}:resendAsyncByDate", {"startDate": today, "endDate": today})
        assert (status, told["messages"]) == (200, 1)
        api.comes_to(key, "SENT")


def test_the_log_is_searched_by_page_state_date_and_order(api: Api) -> None:
    with receiving(OK) as receiver:
        subscription_id = api.subscribe(receiver.url())
        oldest, middle, newest = (api.try_out(subscription_id, "SENT") for _ in range(3))
    ours = of(subscription_id)
    assert api.found(ours) == [newest, middle, oldest]
    assert api.found(ours, query="?offset=1&limit=1") == [middle]
    created_at = api.ask("GET", f"{MESSAGES}/{middle}")[1]["creationDate"]
    for operator, expected in (("AFTER", [newest]), ("BEFORE", [oldest]), ("EQUALS", [middle])):
        assert api.found(ours, {"field": "creationDate", "operator": operator, "value": created_at}) == expected
    assert api.found(ours, {"field": "sendDate", "operator": "TODAY"}) == [newest, middle, oldest]
    assert api.found({"field": "encodedKey", "operator": "IN", "values": [oldest, newest]}) == [newest, oldest]
    body = {"filterCriteria": [ours], "sortingCriteria": {"field": "creationDate", "order": "ASC"}}
    status, told = api.ask("POST", f"{MESSAGES}:searchSorted?limit=2", body)
    assert (status, [message["encodedKey"] for message in told]) == (200, [oldest, middle])
    paged = api.answer(
        "POST", f"{MESSAGES}:search?paginationDetails=ON", [ours], apikey=TOKEN, Accept="application/vnd.mambu.v2+json"
    )
    items = {name: paged.headers.get(f"Items-{name}") for name in ("Total", "Limit", "Offset")}
    assert items == {"Total": "3", "Limit": "50", "Offset": "0"}


def test_a_subscription_is_listed_and_gone_when_it_is_deleted(api: Api) -> None:
    with receiving(OK) as receiver:
        subscription_id = api.subscribe(receiver.url(), trigger="virtual_account.failed")
    listed = f"{SUBSCRIPTIONS}?bank={BANK}&trigger=virtual_account.failed"
    status, told = api.ask("GET", listed)
    assert (status, [each["id"] for each in told["subscriptions"]], told["total"]) == (200, [subscription_id], 1)
    assert api.ask("DELETE", f"{SUBSCRIPTIONS}/{subscription_id}") == (204, None)
    assert api.ask("GET", f"{SUBSCRIPTIONS}/{subscription_id}")[0] == 404
    assert api.ask("GET", listed)[1]["total"] == 0


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://10.0.0.1/", "no address on the internet"),
        ("https://user:password@receiver.example/", "has credentials"),
        ("https://[::ffff:169.254.169.254]/", "no address on the internet"),
        ("https://receiver.example/{COLOUR}", "no {COLOUR} for payment.settled"),
    ],
)
def test_a_wrong_url_is_refused_at_set_up(api: Api, url: str, words: str) -> None:
    wanted = {"level": "bank", "bank_id": BANK, "trigger": "payment.settled", "url": url}
    status, told = api.ask("POST", SUBSCRIPTIONS, wanted)
    assert (status, told["errors"][0]["field"]) == (400, "url")
    assert words in told["errors"][0]["reason"]
    assert "password" not in json.dumps(told)


REFUSED: dict[str, tuple[str, str, Any, str, int]] = {
    "no token": ("GET", SUBSCRIPTIONS, None, "", 401),
    "a wrong token": ("GET", SUBSCRIPTIONS, None, "guess", 401),
    "no role": ("GET", SUBSCRIPTIONS, None, NO_ROLES, 403),
    "no role for the log": ("GET", "/v1/deliveries", None, NO_ROLES, 403),
    "no such path": ("GET", "/v1/nothing", None, TOKEN, 404),
    "no such method": ("PUT", SUBSCRIPTIONS, None, TOKEN, 405),
    "no JSON": ("POST", SUBSCRIPTIONS, b"{", TOKEN, 400),
    "too much": ("POST", SUBSCRIPTIONS, b'"' + b"x" * MAX_BODY_BYTES + b'"', TOKEN, 413),
}
MAMBU_REFUSED: dict[str, tuple[str, str, Any, str, int, int]] = {
    "no token": ("POST", f"{MESSAGES}:search", [], "", 401, 2),
    "no role": ("POST", f"{MESSAGES}:search", [], NO_ROLES, 403, 15),
    "no JSON": ("POST", f"{MESSAGES}:search", b"[", TOKEN, 400, 26),
    "no such field": ("POST", f"{MESSAGES}:search", [{"field": "x", "operator": "EMPTY"}], TOKEN, 400, 4),
    "no such message": ("GET", f"{MESSAGES}/none", None, TOKEN, 404, 2608),
    "no such message to resend": ("POST", f"{MESSAGES}:resend", {"messages": ["none"]}, TOKEN, 404, 2608),
    "a message twice": ("POST", f"{MESSAGES}:resend", {"messages": ["one", "one"]}, TOKEN, 400, 2605),
    "no such path": ("GET", "/communications/letters", None, TOKEN, 404, 29),
    "too much": ("POST", f"{MESSAGES}:search", b'"' + b"x" * MAX_BODY_BYTES + b'"', TOKEN, 413, 4),
}


@pytest.mark.parametrize(("method", "path", "body", "token", "status"), REFUSED.values(), ids=REFUSED.keys())
def test_our_own_api_refuses_in_one_form(api: Api, method: str, path: str, body: Any, token: str, status: int) -> None:
    answered, told = api.ask(method, path, body, token)
    assert answered == status
    assert [set(fault) for fault in told["errors"]] == [{"field", "reason"}]
    assert told["errors"][0]["reason"]


@pytest.mark.parametrize(
    ("method", "path", "body", "token", "status", "code"), MAMBU_REFUSED.values(), ids=MAMBU_REFUSED.keys()
)
def test_communications_refuse_in_mambus_form(
    api: Api, method: str, path: str, body: Any, token: str, status: int, code: int
) -> None:
    answered, told = api.ask(method, path, body, token)
    assert (answered, told["errors"][0]["errorCode"]) == (status, code)
    assert set(told["errors"][0]) == {"errorCode", "errorSource", "errorReason"}


def test_the_document_and_its_page_name_every_path(api: Api) -> None:
    document = api.answer("GET", "/openapi.json").json()
    page = api.answer("GET", "/docs").data.decode()
    for path in (SUBSCRIPTIONS, "/v1/triggers", "/v1/deliveries", "/v1/resends", f"{MESSAGES}:searchSorted"):
        assert path in document["paths"]
        assert path in page
