"""A bad event of another bank system is refused like any other bad webhook, once its origin is proved."""

import pytest
from structlog.testing import capture_logs

from tests.unit.listener.listeners import Listener, a_umm_event, an_obp_event
from tests.unit.listener.test_bad_input import TOO_LARGE, Row, assert_refused

XML_BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<x>&b;</x>"""
LONG_ID, UNPRINTABLE_ID = "x" * 201, "e\x1f1"

IN_BOTH: dict[str, tuple[bytes, int, str, str]] = {
    "no body": (b"", 400, "not_json", "the body is not JSON"),
    "not JSON": (b"event_id=evt-1", 400, "not_json", "the body is not JSON"),
    "an XML bomb": (XML_BOMB, 400, "not_json", "the body is not JSON"),
    "not UTF-8": (b'{"event_id": "\xff"}', 400, "not_json", "the body is not JSON"),
    "not a number": (b'{"event_id": "e", "amount": NaN}', 400, "not_json", "the body is not JSON"),
    "a body that just stops": (b'{"event_id": "e"', 400, "not_json", "the body is not JSON"),
    "nested without end": (b"[" * 100_000, 400, "not_json", "the body is not JSON"),
    "a list": (b"[]", 400, "not_an_object", "not a JSON object"),
    "a text": (b'"event"', 400, "not_an_object", "not a JSON object"),
    "an id of 201 characters": (a_umm_event(event_id=LONG_ID), 400, "event_id_invalid", "longer than 200 characters"),
    "an id that cannot be printed": (a_umm_event(event_id=UNPRINTABLE_ID), 400, "event_id_invalid", "printed"),
    "an id of half a surrogate pair": (a_umm_event(event_id="\ud800"), 400, "event_id_invalid", "printed"),
    "more than 1 MiB": (TOO_LARGE, 413, "body_too_large", "larger than 1048576 bytes"),
}
FROM_UMM: dict[str, Row] = {
    name: (raw, {}, status, reason, sentence) for name, (raw, status, reason, sentence) in IN_BOTH.items()
} | {
    "no client key": (a_umm_event(), {"headers": {"client_key": ""}}, 400, "header_missing", "client_key is missing"),
    "a client key too long": (a_umm_event(), {"headers": {"client_key": "x" * 51}}, 400, "header_invalid", "1 to 50"),
    "two client keys": (a_umm_event(), {"headers": {"client_key": "A,B"}}, 400, "header_ambiguous", "more than once"),
}
FROM_OBP: dict[str, Row] = {
    name: (raw, {}, status, reason, sentence) for name, (raw, status, reason, sentence) in IN_BOTH.items()
} | {
    "no event id": (an_obp_event(event_id=None), {}, 400, "event_id_missing", "event_id is missing"),
    "an empty event id": (an_obp_event(event_id=" "), {}, 400, "event_id_missing", "event_id is missing"),
    "an event id that is a list": (an_obp_event(event_id=["e"]), {}, 400, "event_id_missing", "event_id is missing"),
    "another content type": (an_obp_event(), {"content_type": "text/xml"}, 415, "content_type", "application/json"),
}


@pytest.mark.parametrize("row", FROM_UMM.values(), ids=FROM_UMM.keys())
def test_a_bad_event_with_umms_keys_is_refused(row: Row) -> None:
    listener, (raw, changed, status, reason, sentence) = Listener(), row
    with capture_logs() as logs:
        answer = listener.from_umm(raw, **changed)
    assert_refused(listener, "umm", answer, logs, (status, reason, sentence))


@pytest.mark.parametrize("row", FROM_OBP.values(), ids=FROM_OBP.keys())
def test_a_bad_event_at_the_secret_path_is_refused(row: Row) -> None:
    listener, (raw, changed, status, reason, sentence) = Listener(), row
    with capture_logs() as logs:
        answer = listener.from_obp(raw, **changed)
    assert_refused(listener, "obp", answer, logs, (status, reason, sentence))


def test_half_a_surrogate_pair_in_what_nobody_reads_is_kept() -> None:
    listener = Listener()
    assert listener.from_umm(a_umm_event(data="\ud800")).status_code == 200
    assert listener.from_obp(an_obp_event(amount="\ud800")).status_code == 200


def test_no_depth_of_nesting_is_a_fault_of_ours() -> None:
    listener = Listener()
    for depth in range(300, 1100, 20):
        raw = a_umm_event(event_id=f"e{depth}", data="?").replace(b'"?"', b"[" * depth + b"]" * depth)
        assert {listener.from_umm(raw).status_code, listener.from_obp(raw).status_code} <= {200, 400}
