"""One call, as the receiver sees it and as the log keeps it."""

import base64
import gzip
import hashlib
import hmac
import socket
import threading
from collections.abc import Iterator

import pytest

from services.worker.hub_ports import Called
from shared.domain.hub.delivery import FailureReason, Missed, Taken
from shared.domain.hub.subscription import (
    ApiKeys,
    Authentication,
    Basic,
    HeaderProfile,
    UmmTerms,
)
from tests.unit.worker.adapters.subscribers.calls import a_delivery, a_subscription, client
from tests.unit.worker.adapters.subscribers.receivers import OK, answer, drip, receiving

pytestmark = pytest.mark.enable_socket

UMM = UmmTerms("CLIAAADDD0", "retail_transfers", "online")
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Set when the test ends: a receiver that drips stops then."""
    event = threading.Event()
    yield event
    event.set()


def missed(called: Called) -> Missed:
    assert isinstance(called.result, Missed)
    return called.result


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_body_goes_out_as_it_was_rendered(method: str) -> None:
    with receiving() as receiver:
        called = client().call(a_delivery(receiver.url("/hook?a=b"), method=method), a_subscription())
    [came] = receiver.came
    assert called.result == Taken(status=200, answer="taken")
    assert (came.line, came.body) == (f"{method} /hook?a=b HTTP/1.1", b'{"amount":"50.00"}')
    assert came["Content-Type"] == "application/json; charset=utf-8"
    assert came["x-notifications-idempotency-key"] == "a" * 32
    assert (came["webhook-id"], came["webhook-timestamp"]) == ("d" * 32, "1772442000")
    assert (came["Host"], came["Connection"]) == (f"127.0.0.1:{receiver.port}", "close")
    assert "webhook-signature" not in came.names


@pytest.mark.parametrize("method", ["GET", "get", "PURGE"])
def test_a_method_that_carries_nothing_has_no_body_and_no_type(method: str) -> None:
    with receiving() as receiver:
        client().call(a_delivery(receiver.url(), method=method), a_subscription())
    [came] = receiver.came
    assert (came.line, came.body) == ("GET /hook HTTP/1.1", b"")
    assert {"Content-Type", "Content-Length"}.isdisjoint(came.names)


def test_a_signature_can_be_checked_with_the_secret_alone() -> None:
    with receiving() as receiver:
        client().call(a_delivery(receiver.url()), a_subscription(signing_secret=SECRET))
    [came] = receiver.came
    signed = f"{came['webhook-id']}.{came['webhook-timestamp']}.".encode() + came.body
    expected = base64.b64encode(hmac.digest(bytes(range(32)), signed, hashlib.sha256)).decode()
    assert came["webhook-signature"] == f"v1,{expected}"


def test_umm_gets_its_five_headers_spelt_as_documented() -> None:
    subscription = a_subscription(header_profile=HeaderProfile.UMM, umm=UMM)
    with receiving() as receiver:
        client().call(a_delivery(receiver.url()), subscription)
    [came] = receiver.came
    names = ("client_key", "product", "payment_channel", "idempotent_request_key", "timestamp")
    assert [came[name] for name in names] == [
        "CLIAAADDD0",
        "retail_transfers",
        "online",
        "a" * 32,
        "2026-03-02T09:00:00.250+00:00",
    ]


def test_five_api_keys_go_beside_basic_and_neither_is_shown() -> None:
    keys = ApiKeys(tuple((f"test_header{number}", f"hidden{number}") for number in range(1, 6)))
    proof = Authentication(api_keys=keys, basic=Basic("user", "pass:wörd"))
    with receiving() as receiver:
        called = client().call(
            a_delivery(receiver.url()), a_subscription(authentication=proof, headers=(("X-Tenant", "hidden too"),))
        )
    [came] = receiver.came
    assert [came[f"test_header{number}"] for number in range(1, 6)] == [f"hidden{number}" for number in range(1, 6)]
    assert base64.b64decode(came["Authorization"].removeprefix("Basic ")) == "user:pass:wörd".encode()
    assert came["X-Tenant"] == "hidden too"
    shown = dict(called.headers)
    assert shown.keys() <= set(came.names)
    assert [shown[name] for name in ("test_header1", "Authorization", "X-Tenant")] == ["***"] * 3
    assert "hidden" not in repr(called)


def test_a_receiver_that_repeats_what_it_was_sent_brings_no_secret_into_the_log() -> None:
    def echo(connected: socket.socket) -> None:
        headers = receiver.came[-1].headers
        sent = "".join(f"{name}: {value}\n" for name, value in headers)
        understood = "".join(value.removeprefix("Basic ") for name, value in headers if name == "Authorization")
        connected.sendall(answer(200, (sent + understood).encode()))

    proof = Authentication(api_keys=ApiKeys((("X-Key", "hidden"),)), basic=Basic("user", "hidden too"))
    with receiving(echo) as receiver:
        called = client().call(
            a_delivery(receiver.url()), a_subscription(authentication=proof, headers=(("X-Tenant", "hidden as well"),))
        )
    [came] = receiver.came
    assert "X-Key: ***\n" in called.result.answer
    assert "User-Agent: Causeway\n" in called.result.answer
    for secret in ("hidden", came["Authorization"].removeprefix("Basic ")):
        assert secret not in called.result.answer


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_success(status: int) -> None:
    with receiving(answer(status)) as receiver:
        assert client().call(a_delivery(receiver.url()), a_subscription()).result == Taken(status=status)


@pytest.mark.parametrize(("status", "is_taken"), [(200, True), (201, False), (202, False), (204, False)])
def test_for_umm_200_alone_is_success(status: int, is_taken: bool) -> None:
    subscription = a_subscription(header_profile=HeaderProfile.UMM, umm=UMM)
    with receiving(answer(status)) as receiver:
        result = client().call(a_delivery(receiver.url()), subscription).result
    assert isinstance(result, Taken) is is_taken


def test_a_redirect_is_a_failure_and_is_not_followed() -> None:
    with receiving() as elsewhere, receiving(answer(307, location=elsewhere.url())) as receiver:
        why = missed(client().call(a_delivery(receiver.url()), a_subscription()))
    assert (why.status, why.reason) == (307, FailureReason.INVALID_HTTP_RESPONSE)
    assert "redirect" in why.cause
    assert elsewhere.connections == 0


def test_410_stops_except_for_umms_hourly_posts() -> None:
    with receiving(answer(410)) as receiver:
        assert missed(client().call(a_delivery(receiver.url()), a_subscription())).is_gone
        hourly = a_subscription(retry_profile="hourly")
        assert not missed(client().call(a_delivery(receiver.url()), hourly)).is_gone


@pytest.mark.parametrize(
    ("status", "told", "after_seconds"),
    [
        (429, "120", 120.0),
        (503, "Mon, 02 Mar 2026 09:01:00 GMT", 59.75),
        (503, "Mon, 02 Mar 2020 09:01:00 GMT", 0.0),
        (503, "soon", None),
        (503, "-5", None),
        (500, "120", None),
    ],
)
def test_a_wait_that_is_asked_for_is_heard(status: int, told: str, after_seconds: float | None) -> None:
    with receiving(answer(status, retry_after=told)) as receiver:
        assert missed(client().call(a_delivery(receiver.url()), a_subscription())).after_seconds == after_seconds


def test_of_a_huge_answer_only_the_beginning_is_read() -> None:
    huge = answer(500, b"x" * 50_000_000)
    with receiving(huge) as receiver:
        why = missed(client().call(a_delivery(receiver.url()), a_subscription()))
    assert (why.status, why.answer) == (500, "x" * 500)


def test_of_headers_without_end_only_the_beginning_is_read() -> None:
    headers = {f"x_{number}": "x" * 60_000 for number in range(90)}
    with receiving(answer(200, b"after them", **headers)) as receiver:
        assert client().call(a_delivery(receiver.url()), a_subscription()).result == Taken(status=200)


def test_a_receiver_that_says_without_end_that_it_will_go_on_gives_no_answer() -> None:
    with receiving(b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000 + OK) as receiver:
        why = missed(client().call(a_delivery(receiver.url()), a_subscription()))
    assert (why.status, why.reason) == (None, FailureReason.HTTP_ERROR_WHILE_SENDING)


def test_a_receiver_is_asked_to_pack_nothing_and_nothing_is_unpacked() -> None:
    bomb = gzip.compress(b"x" * 1_000_000)
    with receiving(answer(200, bomb, content_encoding="gzip")) as receiver:
        result = client().call(a_delivery(receiver.url()), a_subscription()).result
    assert receiver.came[0]["Accept-Encoding"] == "identity"
    assert "xxx" not in result.answer


def test_an_answer_that_is_no_text_is_kept_as_far_as_it_can_be_read() -> None:
    with receiving(answer(200, b"\xff\x00ok")) as receiver:
        assert client().call(a_delivery(receiver.url()), a_subscription()).result == Taken(status=200, answer="�ok")


def test_an_answer_counts_though_its_body_breaks_off() -> None:
    with receiving(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf") as receiver:
        assert client().call(a_delivery(receiver.url()), a_subscription()).result == Taken(status=200, answer="half")


def test_a_receiver_that_answers_before_the_body_is_whole_is_heard() -> None:
    delivery_body = "x" * 5_000_000
    with receiving(answer(413)) as receiver:
        why = missed(client().call(a_delivery(receiver.url(), body=delivery_body), a_subscription()))
    assert why.status == 413


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 2", b"HTTP/1.1"], ids=["silent", "half a status", "no status"])
def test_a_receiver_that_drips_holds_nobody_beyond_the_deadline(beginning: bytes, over: threading.Event) -> None:
    with receiving(drip(beginning, over)) as receiver:
        why = missed(client(seconds=0.3).call(a_delivery(receiver.url()), a_subscription()))
    assert (why.status, why.reason) == (None, FailureReason.HTTP_ERROR_WHILE_SENDING)
    assert why.cause == "no answer within 0 s"


def test_a_success_whose_body_never_ends_is_a_success(over: threading.Event) -> None:
    with receiving(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", over)) as receiver:
        result = client(seconds=0.3).call(a_delivery(receiver.url()), a_subscription()).result
    assert isinstance(result, Taken)


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_no_http_is_no_answer(said: bytes) -> None:
    with receiving(said) as receiver:
        why = missed(client().call(a_delivery(receiver.url()), a_subscription()))
    assert (why.status, why.reason) == (None, FailureReason.HTTP_ERROR_WHILE_SENDING)


def test_nobody_there_is_no_answer() -> None:
    with receiving() as receiver:
        url = receiver.url()
    why = missed(client().call(a_delivery(url), a_subscription()))
    assert (why.reason, why.cause) == (
        FailureReason.HTTP_ERROR_WHILE_SENDING,
        "no connection or no answer: Connection refused",
    )


def test_every_call_has_a_connection_of_its_own() -> None:
    with receiving(OK) as receiver:
        for _ in range(3):
            client().call(a_delivery(receiver.url()), a_subscription())
        assert receiver.connections == 3


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy, receiving() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        assert isinstance(client().call(a_delivery(receiver.url()), a_subscription()).result, Taken)
    assert proxy.connections == 0
