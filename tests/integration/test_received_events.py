"""Events of other bank systems through the real listener, and on to those who subscribed to them.

UMM Services Webhooks: authentication, request headers, delivery. Open Bank Project: account webhooks.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3
from redis import Redis

from shared.domain.hub.subscription import Level
from shared.domain.hub.triggers import Trigger
from shared.messages import queues
from shared.store.connection import connect
from shared.store.inbox import Inbox
from shared.store.subscriptions import Subscriptions
from tests.builders.hub import a_subscription, an_act
from tests.integration.conftest import LISTENER, is_ready, settings_of
from tests.integration.deliveries import DELIVERIES_WORKER, running_beat
from tests.integration.deliveries import settings as worker_settings
from tests.integration.workers import running_worker
from tests.processes import eventually, free_port, python_environment, running
from tests.unit.listener.listeners import OBP, OBP_TOKEN, UMM, a_umm_event, an_obp_event, basic, bearer, umm_headers
from tests.unit.worker.adapters.subscribers.receivers import OK, receiving

pytestmark = pytest.mark.enable_socket

FIVE_KEYS = {f"test_header{number}": f"value{number}" for number in range(1, 6)}
BASIC, BEARER = basic("username", "a: Zoë"), bearer("4484e52dc4744374aced826a4543cd28948816ff")
API_KEYS = "\n".join(f"{name}: {value}" for name, value in FIVE_KEYS.items())
DOORS = {
    "keys": {"UMM_WEBHOOK_API_KEYS": API_KEYS, "OBP_WEBHOOK_TOKEN": OBP_TOKEN},
    "basic": {"UMM_WEBHOOK_USERNAME": "username", "UMM_WEBHOOK_PASSWORD": "a: Zoë"},
    "bearer": {
        "UMM_WEBHOOK_API_KEYS": API_KEYS,
        "UMM_WEBHOOK_BEARER_TOKEN": "4484e52dc4744374aced826a4543cd28948816ff",
        "UMM_WEBHOOK_HEADERS": "strict",
    },
}
RIGHT = {"keys": FIVE_KEYS, "basic": BASIC, "bearer": FIVE_KEYS | BEARER}
TAKEN, NOT_PROVED = (200, {"status": "accepted"}), (401, {"errorMessage": "AUTHORIZATION ERROR"})


@dataclass(frozen=True)
class Doors:
    """One listener per way to prove who one is; "bearer" is strict about headers, the others are tolerant."""

    urls: dict[str, str]
    processes: dict[str, "subprocess.Popen[bytes]"]
    redis: Redis

    def ask(
        self,
        raw: bytes,
        door: str = "keys",
        path: str = UMM,
        method: str = "POST",
        shown: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        """`shown` is what proves the origin; `headers` are the five. UMM's right ones unless told."""
        if path == UMM:
            given = (RIGHT[door] if shown is None else shown) | (umm_headers() if headers is None else headers)
        else:
            given = {"Content-Type": "application/json"}
        answer = urllib3.request(method, self.urls[door] + path, body=raw, headers=given, retries=False, timeout=10)
        return answer.status, answer.json()

    def names(self) -> set[str]:
        """Of the receipts that are queued."""
        inbox, found = Inbox(self.redis), set()
        for element in self.redis.lrange(queues.INBOUND, 0, -1):
            receipt_id = json.loads(element)["headers"]["argsrepr"].strip("(',)")
            receipt = inbox.load(receipt_id)
            assert receipt is not None
            found.add(receipt.name)
        return found


@pytest.fixture(scope="module")
def open_doors(valkey: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    urls, processes = {}, {}
    with ExitStack() as stack:
        redis = stack.enter_context(connect(valkey))
        for door, access in DOORS.items():
            folder, port = tmp_path_factory.mktemp(door), free_port()
            url = urls[door] = f"http://127.0.0.1:{port}"
            given = settings_of(folder, valkey, (port, free_port())) | access

            def ready(url: str = url) -> bool:
                return is_ready(url)

            processes[door] = stack.enter_context(running(LISTENER, folder, given, ready, "listener.log"))
        yield Doors(urls, processes, redis)


@pytest.fixture
def doors(open_doors: Doors) -> Doors:
    """The same listeners for all tests of this file, an empty store for each."""
    open_doors.redis.flushdb()
    return open_doors


@pytest.mark.parametrize("door", DOORS)
def test_each_way_to_prove_the_origin_is_taken_by_exactly_200(doors: Doors, door: str) -> None:
    assert doors.ask(a_umm_event(), door) == TAKEN
    assert doors.names() == {"payment.settled-CLI0910-evt-1"}


UNPROVED: dict[str, tuple[str, dict[str, str]]] = {
    **{
        f"all keys but the {name[-1]}.": ("keys", {key: value for key, value in FIVE_KEYS.items() if key != name})
        for name in FIVE_KEYS
    },
    "a wrong key": ("keys", FIVE_KEYS | {"test_header5": "value6"}),
    "a key of another's": ("keys", FIVE_KEYS | {"test_header1": "value2"}),
    "Basic instead of keys": ("keys", BASIC),
    "no Basic": ("basic", {}),
    "a wrong password": ("basic", basic("username", "guess")),
    "a password cut at its colon": ("basic", basic("username", "a")),
    "a wrong user": ("basic", basic("user", "a: Zoë")),
    "keys instead of Basic": ("basic", FIVE_KEYS),
    "no Base64": ("basic", {"Authorization": "Basic ***"}),
    "the keys without the token": ("bearer", FIVE_KEYS),
    "the token without the keys": ("bearer", BEARER),
    "a wrong token": ("bearer", FIVE_KEYS | bearer("4484e52dc4744374aced826a4543cd28948816fe")),
    "a token as Basic": ("bearer", FIVE_KEYS | {"Authorization": BEARER["Authorization"].replace("Bearer", "Basic")}),
}


@pytest.mark.parametrize(("door", "shown"), UNPROVED.values(), ids=UNPROVED.keys())
def test_whoever_proves_nothing_is_refused_and_nothing_stored(doors: Doors, door: str, shown: dict[str, str]) -> None:
    assert doors.ask(a_umm_event(), door, shown=shown) == NOT_PROVED
    assert doors.redis.dbsize() == 0


def test_names_of_keys_and_schemes_are_the_same_in_any_case(doors: Doors) -> None:
    upper = {name.upper(): value for name, value in FIVE_KEYS.items()}
    scheme = {"Authorization": BEARER["Authorization"].replace("Bearer", "BEARER")}
    assert doors.ask(a_umm_event(), "keys", shown=upper) == TAKEN
    assert doors.ask(a_umm_event(), "bearer", shown=upper | scheme) == TAKEN


KEPT: dict[str, dict[str, str]] = {
    "a client key of 13, as in UMM's example": {"client_key": "CLIAAADDD0910"},
    "a client key of 50": {"client_key": "x" * 50},
    "a product that is new": {"product": "gold transfers & more"},
    "a channel that is new": {"payment_channel": "carrier.pigeon"},
    "a key that is a UUID": {"idempotent_request_key": "6bc5f0f4-9ee2-412a-93b0-596d6a3c4eca"},
    "a key in base64url": {"idempotent_request_key": "a8XwVA_-m0kqk7BZbWo8Tg=="},
    "a key in plain base64": {"idempotent_request_key": "a8XwVA/+m0kqk7BZbWo8Tg=="},
    "a time in UTC": {"timestamp": "2020-09-18T17:31:34.000+00:00"},
    "a time with Z": {"timestamp": "2020-09-18T17:31:34.000Z"},
    "a time with z": {"timestamp": "2020-09-18t17:31:34z"},
    "an offset that no zone has": {"timestamp": "2020-09-18T17:31:34.000-05:30"},
    "the largest offset": {"timestamp": "2020-09-18T17:31:34.000+23:59"},
    "no decimals": {"timestamp": "2020-09-18T17:31:34+01:00"},
    "nine decimals": {"timestamp": "2020-09-18T17:31:34.123456789+01:00"},
    "a time years ago": {"timestamp": "1999-01-01T00:00:00.000+00:00"},
    "a time to come": {"timestamp": "2099-01-01T00:00:00.000+00:00"},
    "a time that is none": {"timestamp": "yesterday"},
    "a day that never was": {"timestamp": "2020-02-30T17:31:34.000+00:00"},
    "a value of 200 characters": {"product": "x" * 200},
}
LITERAL = {
    "a key that is a UUID",
    "a key in base64url",
    "a time in UTC",
    "an offset that no zone has",
    "the largest offset",
    "a time years ago",
    "a time to come",
    "a product that is new",
    "a channel that is new",
}


@pytest.mark.parametrize("name", KEPT)
def test_a_strange_header_is_kept_by_a_tolerant_door_and_judged_by_its_pattern_at_a_strict_one(
    doors: Doors, name: str
) -> None:
    headers = umm_headers(**KEPT[name])
    assert doors.ask(a_umm_event(), headers=headers) == TAKEN
    assert doors.names() != set()
    assert doors.ask(a_umm_event(), "bearer", headers=headers)[0] == (200 if name in LITERAL else 400)


FIVE = tuple(umm_headers())
BROKEN_HEADERS: dict[str, dict[str, str]] = {
    **{f"no {name}": umm_headers(**{name: None}) for name in FIVE},
    **{f"an empty {name}": umm_headers(**{name: ""}) for name in FIVE},
    **{f"{name} over 200 characters": umm_headers(**{name: "x" * 201}) for name in FIVE},
    **{f"a tab in {name}": umm_headers(**{name: "a\tb"}) for name in FIVE},
    "a client key of 51": umm_headers(client_key="x" * 51),
    "a client key of other letters": umm_headers(client_key="CLI-0910"),
    "one name in two spellings": umm_headers() | {"client-key": "CLI2"},
    "another name in two spellings": umm_headers() | {"idempotent-request-key": "another"},
}


@pytest.mark.parametrize("headers", BROKEN_HEADERS.values(), ids=BROKEN_HEADERS.keys())
@pytest.mark.parametrize("door", ["keys", "bearer"])
def test_a_header_that_cannot_be_kept_is_refused(doors: Doors, door: str, headers: dict[str, str]) -> None:
    status, told = doors.ask(a_umm_event(), door, headers=headers)
    assert (status, "header" in told["errorMessage"]) == (400, True)
    assert doors.redis.dbsize() == 0


def test_an_event_posted_again_is_answered_by_200_again_and_kept_once(doors: Doors) -> None:
    later = {"timestamp": "2026-09-21T17:31:34.000-05:30", "idempotent_request_key": "another"}
    for headers in (umm_headers(), umm_headers(), umm_headers(**later)):
        assert doors.ask(a_umm_event(), headers=headers) == TAKEN
    assert len(doors.redis.lrange(queues.INBOUND, 0, -1)) == 1


def test_events_are_told_apart_by_client_and_id_and_taken_in_any_order(doors: Doors) -> None:
    for event_id in ("evt-2", "evt-1"):
        for client_key in ("CLI1", "CLI2"):
            headers = umm_headers(client_key=client_key)
            assert doors.ask(a_umm_event(event_id=event_id), headers=headers) == TAKEN
    assert doors.names() == {
        f"payment.settled-{client_key}-{event_id}" for client_key in ("CLI1", "CLI2") for event_id in ("evt-1", "evt-2")
    }


def test_what_says_another_thing_under_the_same_id_is_answered_too(doors: Doors) -> None:
    assert [doors.ask(a_umm_event(data=data)) for data in ("one", "another")] == [TAKEN, TAKEN]


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ({"id": "a", "type": "b"}, "b-CLI0910-a"),
        ({"eventId": 17, "event_name": "b", "more": [1, {"x": None}]}, "b-CLI0910-17"),
        (
            {"event_type": "a.type.that.nobody.knows"},
            "a.type.that.nobody.knows-CLI0910-6bc5f0f49ee2412a93b0596d6a3c4eca",
        ),
        ({}, "Event-CLI0910-6bc5f0f49ee2412a93b0596d6a3c4eca"),
    ],
)
def test_any_json_object_is_kept_whatever_its_fields(doors: Doors, event: dict[str, Any], name: str) -> None:
    assert doors.ask(json.dumps(event).encode()) == TAKEN
    assert doors.names() == {name}


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
XML_BOMB = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "boom">{ENTITIES}]><x>&e11;</x>'.encode()
BAD_BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "an XML bomb": (XML_BOMB, 400),
    "a form": (b"event_id=evt-1", 400),
    "a list": (b"[]", 400),
    "a number that is none": (b'{"event_id": "e", "amount": Infinity}', 400),
    "not UTF-8": (b'{"event_id": "\xff"}', 400),
    "nested without end": (b'{"a":' * 100_000, 400),
    "over 1 MiB": (b'{"a":"' + b"x" * 1024 * 1024 + b'"}', 413),
}


@pytest.mark.parametrize(("raw", "status"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_bad_body_is_refused_at_either_door_and_nothing_stored(doors: Doors, raw: bytes, status: int) -> None:
    assert doors.ask(raw)[0] == status
    assert doors.ask(raw, path=OBP)[0] == status
    assert doors.redis.dbsize() == 0
    assert doors.ask(a_umm_event()) == TAKEN


def test_a_bomb_costs_no_memory(doors: Doors) -> None:
    process = doors.processes["keys"]
    doors.ask(b"<x/>")
    before = most_memory_kib(process)
    for raw in (XML_BOMB, b"[" * 1_000_000, b'{"a":' * 170_000):
        for path in (UMM, OBP):
            assert doors.ask(raw, path=path)[0] == 400
    assert most_memory_kib(process) < before + 64 * 1024


def most_memory_kib(process: "subprocess.Popen[bytes]") -> int:
    """The most that the process and its children ever held."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    statuses = [Path(f"/proc/{pid}/status").read_text() for pid in (process.pid, *children)]
    return sum(int(line.split()[1]) for status in statuses for line in status.splitlines() if line[:6] == "VmHWM:")


def test_what_obp_repeats_is_kept_once_by_whatever_method_it_comes(doors: Doors) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert doors.ask(an_obp_event(), path=OBP, method=method) == TAKEN
    assert doors.names() == {"OnCreditTransaction-9ca9a7e4-6d02-40e3-a129-0b2bf89de9b1"}


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/webhooks/obp", "POST", 401),
        (OBP[:-1], "POST", 401),
        (f"{OBP}x", "PUT", 401),
        (OBP, "GET", 400),
        (OBP, "PATCH", 405),
        (f"{OBP}/more", "POST", 404),
    ],
)
def test_obps_door_is_its_secret_path_alone(doors: Doors, path: str, method: str, status: int) -> None:
    assert doors.ask(an_obp_event(), path=path, method=method)[0] == status
    assert doors.redis.dbsize() == 0


def test_a_sixth_key_stops_the_listener_at_its_start(tmp_path: Path) -> None:
    given = settings_of(tmp_path, "redis://127.0.0.1:1", (free_port(), free_port()))
    given["UMM_WEBHOOK_API_KEYS"] = f"{API_KEYS}\ntest_header6: value6"
    ended = subprocess.run(
        [sys.executable, *LISTENER], cwd=tmp_path, env=python_environment(**given), capture_output=True, check=False
    )
    assert ended.returncode == 2
    assert b"UMM_WEBHOOK_API_KEYS has 6 keys: UMM sends 5 at most." in ended.stderr
    assert b"value6" not in ended.stderr


def test_what_was_received_goes_on_to_those_who_subscribed(doors: Doors, valkey: str, tmp_path: Path) -> None:
    umm, news = a_umm_event(data={"amount": 12.50}), an_obp_event(event_name="OnNews", event_id="news-1")
    credit = an_obp_event(bank_id="causeway", account_id="one")
    with receiving(OK) as of_umm, receiving(OK) as of_news, receiving(OK) as of_credit:
        subscribe(doors.redis, Trigger.UMM_RECEIVED, of_umm.url("/{ORIGINAL_ID}/{ORIGINAL_TYPE}"))
        subscribe(doors.redis, Trigger.OBP_RECEIVED, of_news.url())
        subscribe(doors.redis, Trigger.ON_CREDIT_TRANSACTION, of_credit.url("/{AMOUNT}"))
        given = worker_settings(tmp_path, valkey)
        every_queue = ("-Q", ",".join(queues.ALL))
        with running_worker(tmp_path, given, (*DELIVERIES_WORKER, *every_queue)), running_beat(tmp_path, given):
            assert [doors.ask(umm), doors.ask(umm)] == [TAKEN, TAKEN]
            assert [doors.ask(raw, path=OBP) for raw in (news, credit)] == [TAKEN, TAKEN]
            receivers = (of_umm, of_news, of_credit)
            eventually(lambda: all(receiver.came for receiver in receivers), "each has its event")
    assert [(came.line.split()[1], came.body) for came in of_umm.came] == [("/evt-1/payment.settled", umm)]
    assert [came.body for came in of_news.came] == [news]
    assert [(came.line.split()[1], came.body) for came in of_credit.came] == [("/50.00", credit)]


def subscribe(redis: Redis, trigger: Trigger, url: str) -> None:
    """To all there is of it."""
    subscription = a_subscription(trigger.value, level=Level.SYSTEM, trigger=trigger, url=url)
    Subscriptions(redis).add(subscription, an_act())
