import json

import pytest

from services.listener.credentials import Proof
from services.listener.umm_access import UmmAccess
from shared.store.inbox import Acceptance, NewReceipt
from tests.unit.listener.listeners import (
    API_KEYS,
    BY_API_KEYS,
    BY_BASIC,
    BY_BEARER,
    UMM,
    Listener,
    Stored,
    a_umm_event,
    basic,
    bearer,
    done,
    umm_headers,
)

RIGHT_BASIC, RIGHT_BEARER = basic("umm", "a secret: Zoë!"), bearer("4484e52dc4744374")


def listener_for(*proofs: Proof, is_strict: bool = False) -> Listener:
    return Listener(umm=UmmAccess(proofs, is_strict))


def test_an_event_is_stored_as_it_came_and_answered_with_exactly_200() -> None:
    listener, raw = Listener(), a_umm_event()
    answer = listener.from_umm(raw)
    assert (answer.status_code, answer.json) == (200, {"status": "accepted"})
    (receipt,) = listener.receipts()
    assert (receipt.source, receipt.kind, receipt.body) == ("umm", "payment.settled", raw)
    assert receipt.name == "payment.settled-CLI0910-evt-1"
    assert listener.counted("umm", "stored") == 1
    assert listener.registry.get_sample_value("causeway_listener_webhook_seconds_count", {"source": "umm"}) == 1


RIGHT = {
    "API keys": ((BY_API_KEYS,), API_KEYS),
    "API keys whose names are in another case": ((BY_API_KEYS,), {name.upper(): v for name, v in API_KEYS.items()}),
    "API keys and a scheme that nobody asked for": ((BY_API_KEYS,), API_KEYS | RIGHT_BASIC),
    "Basic": ((BY_BASIC,), RIGHT_BASIC),
    "Basic in capitals": ((BY_BASIC,), {"Authorization": RIGHT_BASIC["Authorization"].replace("Basic", "BASIC")}),
    "Basic beside API keys": ((BY_API_KEYS, BY_BASIC), API_KEYS | RIGHT_BASIC),
    "a token": ((BY_BEARER,), RIGHT_BEARER),
    "the token that follows it": ((BY_BEARER,), bearer("next~token+/==")),
    "a token beside API keys": ((BY_API_KEYS, BY_BEARER), API_KEYS | RIGHT_BEARER),
}


@pytest.mark.parametrize(("proofs", "shown"), RIGHT.values(), ids=RIGHT.keys())
def test_each_scheme_that_was_agreed_is_taken(proofs: tuple[Proof, ...], shown: dict[str, str]) -> None:
    listener = listener_for(*proofs)
    assert listener.from_umm(a_umm_event(), shown).status_code == 200
    assert len(listener.receipts()) == 1


BOTH = f"{RIGHT_BASIC['Authorization']}, {RIGHT_BEARER['Authorization']}"
WRONG: dict[str, tuple[tuple[Proof, ...], dict[str, str], str]] = {
    "nothing": ((BY_API_KEYS,), {}, "api_key_invalid"),
    "one key of two": ((BY_API_KEYS,), {"test_header1": "value, one"}, "api_key_invalid"),
    "a wrong key": ((BY_API_KEYS,), API_KEYS | {"X-Second": "value3"}, "api_key_invalid"),
    "a key that goes on": ((BY_API_KEYS,), API_KEYS | {"X-Second": "value22"}, "api_key_invalid"),
    "a key twice": ((BY_API_KEYS,), API_KEYS | {"X-Second": "value2,value2"}, "api_key_invalid"),
    "a wrong key beside the right Basic": (
        (BY_API_KEYS, BY_BASIC),
        {"test_header1": "x"} | RIGHT_BASIC,
        "api_key_invalid",
    ),
    "a wrong password": ((BY_BASIC,), basic("umm", "guess"), "credentials_invalid"),
    "a wrong user": ((BY_BASIC,), basic("mmu", "a secret: Zoë!"), "credentials_invalid"),
    "the right keys beside a wrong password": ((BY_API_KEYS, BY_BASIC), API_KEYS, "credentials_invalid"),
    "broken Base64": ((BY_BASIC,), {"Authorization": "Basic %%%"}, "credentials_invalid"),
    "Base64 outside of ASCII": ((BY_BASIC,), {"Authorization": "Basic Zoë"}, "credentials_invalid"),
    "no Base64 at all": ((BY_BASIC,), {"Authorization": "Basic"}, "credentials_invalid"),
    "a token instead of Basic": ((BY_BASIC,), RIGHT_BEARER, "credentials_invalid"),
    "Basic instead of a token": ((BY_BEARER,), RIGHT_BASIC, "token_invalid"),
    "the right Basic under another name": (
        (BY_BASIC,),
        {"Authorization": RIGHT_BASIC["Authorization"].replace("Basic", "Bearer")},
        "credentials_invalid",
    ),
    "the right token under another name": (
        (BY_BEARER,),
        {"Authorization": "Basic 4484e52dc4744374"},
        "token_invalid",
    ),
    "a wrong token": ((BY_BEARER,), bearer("4484e52dc4744375"), "token_invalid"),
    "a token outside of ASCII": ((BY_BEARER,), bearer("Zoë"), "token_invalid"),
    "an empty token": ((BY_BEARER,), bearer(""), "token_invalid"),
    "two schemes at once, for Basic": ((BY_BASIC,), {"Authorization": BOTH}, "credentials_invalid"),
    "two schemes at once, for a token": ((BY_BEARER,), {"Authorization": BOTH}, "token_invalid"),
}


@pytest.mark.parametrize(("proofs", "shown", "reason"), WRONG.values(), ids=WRONG.keys())
def test_whatever_else_is_shown_is_refused_and_nothing_stored(
    proofs: tuple[Proof, ...], shown: dict[str, str], reason: str
) -> None:
    listener = listener_for(*proofs)
    answer = listener.from_umm(a_umm_event(), shown)
    assert (answer.status_code, answer.json) == (401, {"errorMessage": "AUTHORIZATION ERROR"})
    assert listener.counted("umm", reason) == 1
    assert listener.receipts() == []


def test_the_origin_is_proved_before_anything_is_read() -> None:
    answer = Listener().client.post(UMM, data=b"<xml/>", content_type="text/xml")
    assert answer.status_code == 401


def test_an_event_posted_again_is_a_duplicate_whatever_its_time_and_key() -> None:
    listener = Listener()
    for changed in ({}, {"timestamp": "2026-09-18T18:31:34.000-05:30", "idempotent_request_key": "another"}):
        assert listener.from_umm(a_umm_event(), headers=changed).status_code == 200
    assert [receipt.duplicates for receipt in listener.receipts()] == [1]


def test_one_event_id_of_two_clients_is_two_events() -> None:
    listener = Listener()
    for client_key in ("CLI1", "CLI2"):
        assert listener.from_umm(a_umm_event(), headers={"client_key": client_key}).status_code == 200
    assert len(listener.receipts()) == 2


def test_one_event_that_says_two_things_is_a_conflict_and_answered() -> None:
    listener = Listener()
    for data in ("one", "another"):
        assert listener.from_umm(a_umm_event(data=data)).status_code == 200
    assert listener.counted("umm", "conflict") == 1


@pytest.mark.parametrize("changed", [{"event_id": None}, {"event_id": " "}, {"event_id": {}}, {"event_id": True}])
def test_an_event_without_an_id_is_known_by_its_request_key(changed: dict[str, object]) -> None:
    listener = Listener()
    for key in ("key-1", "key-1", "key-2"):
        answer = listener.from_umm(a_umm_event(**changed), headers={"idempotent_request_key": key})
        assert answer.status_code == 200
    assert {receipt.name: receipt.duplicates for receipt in listener.receipts()} == {
        "payment.settled-CLI0910-key-1": 1,
        "payment.settled-CLI0910-key-2": 0,
    }


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ({"id": "a", "type": "b"}, "b-CLI0910-a"),
        ({"eventId": 17, "eventType": "b"}, "b-CLI0910-17"),
        ({"event_id": "", "id": None, "eventId": "a", "event_name": "b"}, "b-CLI0910-a"),
        ({"event_id": "a"}, "Event-CLI0910-a"),
        ({"event_id": "a", "event_type": "x" * 101}, "Event-CLI0910-a"),
        ({"event_id": "a", "event_type": "\ud800"}, "Event-CLI0910-a"),
    ],
)
def test_id_and_type_are_found_by_the_names_in_use(event: dict[str, object], name: str) -> None:
    listener = Listener()
    assert listener.from_umm(json.dumps(event).encode()).status_code == 200
    assert [receipt.name for receipt in listener.receipts()] == [name]


def test_its_headers_and_our_remarks_are_kept_with_it() -> None:
    kept: list[NewReceipt] = []

    def publish(receipt: NewReceipt) -> Stored:
        kept.append(receipt)
        return done((Acceptance.STORED, "a name"))

    Listener(publish=publish).from_umm(a_umm_event(), headers={"client_key": "CLIAAADDD0910"})
    assert kept[0].evidence == umm_headers(client_key="CLIAAADDD0910") | {
        "timestamp_utc": "2026-09-18T23:01:34+00:00",
        "remarks": "client_key is not as documented",
    }


@pytest.mark.parametrize(("is_strict", "status"), [(False, 200), (True, 400)])
def test_a_header_that_breaks_its_pattern_is_refused_by_a_strict_door_alone(is_strict: bool, status: int) -> None:
    listener = listener_for(BY_API_KEYS, is_strict=is_strict)
    answer = listener.from_umm(a_umm_event(), headers={"timestamp": "2026-09-18T17:31:34Z"})
    assert answer.status_code == status
    assert listener.counted("umm", "header_invalid") == is_strict


@pytest.mark.parametrize(("is_strict", "status"), [(False, 200), (True, 415)])
def test_json_under_another_content_type_is_refused_by_a_strict_door_alone(is_strict: bool, status: int) -> None:
    listener = listener_for(BY_API_KEYS, is_strict=is_strict)
    assert listener.from_umm(a_umm_event(), content_type="text/plain").status_code == status


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_no_other_method_is_taken(method: str) -> None:
    assert Listener().client.open(UMM, method=method).status_code == 405


@pytest.mark.parametrize(("address", "status"), [("192.0.2.7", 200), ("192.0.2.8", 401)])
def test_the_fence_stands_in_front_of_its_credentials_too(address: str, status: int) -> None:
    listener = Listener(allowed_senders="umm=192.0.2.7")
    answer = listener.from_umm(a_umm_event(), environ_overrides={"REMOTE_ADDR": address})
    assert answer.status_code == status
    assert listener.counted("umm", "sender_not_allowed") == (status == 401)
