import socket
from decimal import Decimal
from typing import NoReturn

import pytest

from services.worker.adapters.http import Answer, HttpClient, NoAnswerError, NotSentError
from tests.unit.worker.adapters.outside import LOST_AFTER_SENDING, SHORT_SECONDS, Outside, a_line_that, nobody_listens

pytestmark = pytest.mark.enable_socket


def test_numbers_with_decimals_never_become_floats(outside: Outside) -> None:
    outside.will_answer(200, b'{"amount": 88.50, "whole": 3}')
    assert HttpClient(outside.url, 10).call("GET", "/x", {}).body == {"amount": Decimal("88.50"), "whole": 3}


@pytest.mark.parametrize("raw", [b"", b"<html>proxy</html>", b"{", b"\xff"])
def test_an_answer_that_is_not_json_has_a_status_and_no_body(outside: Outside, raw: bytes) -> None:
    outside.will_answer(502, raw)
    answer = HttpClient(outside.url, 10).call("GET", "/x", {})
    assert (answer.status, answer.body, answer.get("any")) == (502, None, None)


def test_a_redirect_is_not_followed_for_the_token_would_go_with_it(outside: Outside) -> None:
    outside.will_answer(307, Location=f"{outside.url}/elsewhere")
    answer = HttpClient(outside.url, 10).call("POST", "/x", {"Authorization": "Bearer secret"}, b"{}")
    assert answer.status == 307
    assert [call.path for call in outside.calls] == ["/x"]


def test_a_proxy_of_the_environment_is_not_used(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", nobody_listens())
    monkeypatch.setenv("NO_PROXY", "")
    outside.will_answer(200, {})
    assert HttpClient(outside.url, 10).call("GET", "/x", {}).status == 200


def test_a_refused_connection_carried_nothing() -> None:
    with pytest.raises(NotSentError):
        HttpClient(nobody_listens(), 5).call("POST", "/x", {}, b"{}")


def test_a_host_without_an_address_was_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSentError):
        HttpClient("http://bank.invalid", 5).call("POST", "/x", {}, b"{}")


@pytest.mark.parametrize("fails", LOST_AFTER_SENDING)
def test_a_line_lost_after_sending_may_have_carried_the_call(fails) -> None:
    with a_line_that(fails) as url, pytest.raises(NoAnswerError):
        HttpClient(url, SHORT_SECONDS).call("POST", "/x", {}, b"{}")


def test_an_error_names_no_address_and_no_token() -> None:
    with pytest.raises(NotSentError) as caught:
        HttpClient(nobody_listens(), 5).call("POST", "/x?secret", {"Authorization": "secret"}, b"secret")
    assert str(caught.value) == "ConnectionError"


@pytest.mark.parametrize(
    ("header", "seconds"), [("30", 30.0), ("0", 0.0), ("", None), ("Wed, 21 Oct 2026", None), ("-1", None)]
)
def test_only_whole_seconds_of_retry_after_are_understood(header: str, seconds: float | None) -> None:
    assert Answer(503, None, {"Retry-After": header}).retry_after_seconds == seconds
