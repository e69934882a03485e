"""Tokens of receivers' authorization servers: when they are fetched, kept, dropped, and what goes wrong with them."""

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from services.worker.adapters.subscribers.client import HttpSubscriber
from services.worker.adapters.subscribers.connection import CallError
from services.worker.adapters.subscribers.deadline import Deadline
from services.worker.adapters.subscribers.oauth import Tokens
from shared.domain.hub.delivery import FailureReason, Missed, Taken
from shared.domain.hub.subscription import Authentication, ClientCredentials
from tests.processes import eventually
from tests.unit.worker.adapters.subscribers.calls import a_delivery, a_subscription, client, exchange, leading_to
from tests.unit.worker.adapters.subscribers.receivers import Receiver, answer, drip, hang, receiving

pytestmark = pytest.mark.enable_socket

SECRET = "a s:cret+"


def granting(token: str, **more: object) -> bytes:
    return answer(200, json.dumps({"access_token": token, "token_type": "bearer", **more}).encode())


def a_client(endpoint: Receiver, **changes: object) -> ClientCredentials:
    base = ClientCredentials(endpoint.url("/token"), "id/1", SECRET)
    return replace(base, **changes)  # type: ignore[arg-type]


def delivered(
    receiver: Receiver, credentials: ClientCredentials, through: HttpSubscriber | None = None
) -> Taken | Missed:
    subscription = a_subscription(authentication=Authentication(oauth=credentials))
    return (through or client()).call(a_delivery(receiver.url()), subscription).result


class Ticking:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_the_client_shows_itself_by_basic_and_the_token_goes_as_bearer() -> None:
    with receiving(granting("4484e52d", expires_in=3600)) as endpoint, receiving() as receiver:
        assert isinstance(delivered(receiver, a_client(endpoint, scope="hooks write")), Taken)
    [asked], [came] = endpoint.came, receiver.came
    pair = base64.b64decode(asked["Authorization"].removeprefix("Basic ")).decode()
    assert pair == "id%2F1:a+s%3Acret%2B"
    assert parse_qs(asked.body.decode()) == {"grant_type": ["client_credentials"], "scope": ["hooks write"]}
    assert asked["Content-Type"] == "application/x-www-form-urlencoded"
    assert came["Authorization"] == "Bearer 4484e52d"


def test_in_the_form_the_client_shows_itself_there_alone() -> None:
    with receiving(granting("t")) as endpoint, receiving() as receiver:
        delivered(receiver, a_client(endpoint, in_form=True))
    [asked] = endpoint.came
    form = {"grant_type": ["client_credentials"], "client_id": ["id/1"], "client_secret": [SECRET]}
    assert parse_qs(asked.body.decode()) == form
    assert "Authorization" not in asked.names


@pytest.mark.parametrize(
    ("told", "good_seconds"), [(3600, 3570), (40, 20), ("600", 570), (None, 270), (-1, 270), ("soon", 270)]
)
def test_a_token_is_kept_until_shortly_before_its_end(told: object, good_seconds: float) -> None:
    clock = Ticking()
    with receiving(granting("first", expires_in=told), granting("second")) as endpoint:
        tokens, credentials = Tokens(exchange(), clock), a_client(endpoint)
        assert tokens.token(credentials, Deadline(5)) == "first"
        clock.seconds = good_seconds - 0.1
        assert tokens.token(credentials, Deadline(5)) == "first"
        clock.seconds = good_seconds
        assert tokens.token(credentials, Deadline(5)) == "second"


def test_many_who_need_a_token_fetch_one() -> None:
    with receiving(granting("t")) as endpoint:
        tokens, credentials = Tokens(exchange()), a_client(endpoint)
        with ThreadPoolExecutor(8) as pool:
            found = set(pool.map(lambda _: tokens.token(credentials, Deadline(5)), range(8)))
        assert (found, len(endpoint.came)) == ({"t"}, 1)


def test_whoever_has_another_secret_gets_no_token_of_ours() -> None:
    with receiving(granting("ours"), answer(401, b'{"error":"invalid_client"}')) as endpoint:
        tokens = Tokens(exchange())
        assert tokens.token(a_client(endpoint), Deadline(5)) == "ours"
        with pytest.raises(CallError, match="token endpoint: it answered 401 invalid_client"):
            tokens.token(a_client(endpoint, client_secret="guessed"), Deadline(5))


def test_a_token_that_the_receiver_refuses_is_fetched_anew_once() -> None:
    with receiving(granting("old"), granting("new")) as endpoint, receiving(answer(401), answer(200)) as receiver:
        assert isinstance(delivered(receiver, a_client(endpoint)), Taken)
    assert [came["Authorization"] for came in receiver.came] == ["Bearer old", "Bearer new"]
    assert receiver.came[0]["x-notifications-idempotency-key"] == receiver.came[1]["x-notifications-idempotency-key"]


def test_a_second_refusal_is_a_failure() -> None:
    with receiving(granting("t")) as endpoint, receiving(answer(401)) as receiver:
        result = delivered(receiver, a_client(endpoint))
    assert isinstance(result, Missed)
    assert (result.status, len(receiver.came), len(endpoint.came)) == (401, 2, 2)


def test_for_one_that_was_refused_the_one_fetched_meanwhile_is_given() -> None:
    with receiving(granting("new")) as endpoint:
        tokens, credentials = Tokens(exchange()), a_client(endpoint)
        assert [tokens.token(credentials, Deadline(5), refused) for refused in ("", "old")] == ["new", "new"]
        assert len(endpoint.came) == 1


@pytest.mark.parametrize("refused", ["", "old"])
def test_while_another_fetches_nobody_waits_beyond_the_deadline(refused: str) -> None:
    over = threading.Event()
    with receiving(hang(over)) as endpoint, ThreadPoolExecutor(1) as pool:
        tokens, credentials = Tokens(exchange()), a_client(endpoint)
        fetching = pool.submit(tokens.token, credentials, Deadline(30))
        eventually(lambda: bool(endpoint.came), "the other fetches")
        with pytest.raises(CallError, match="no token within"):
            tokens.token(credentials, Deadline(0.1), refused)
        assert not fetching.done()
        over.set()
        assert isinstance(fetching.exception(), CallError)


@pytest.mark.parametrize(
    "said",
    [
        answer(200, b"<html>Please log in</html>", content_type="text/html"),
        answer(200, b"{}"),
        answer(200, b"[" * 60_000),
        answer(200, b'{"access_token":"a b\\r\\nX-Evil: 1"}'),
        answer(200, b'{"access_token":"t","token_type":"mac"}'),
        answer(302, location="http://127.0.0.1/"),
        answer(500, SECRET.encode()),
        answer(400, json.dumps({"error": SECRET}).encode()),
        b"",
    ],
    ids=["html", "empty", "deep", "line feed", "mac", "redirect", "500", "odd error", "silence"],
)
def test_a_token_endpoint_that_gives_no_token_is_a_missed_delivery_that_tells_no_secret(said: bytes) -> None:
    with receiving(said) as endpoint, receiving() as receiver:
        result = delivered(receiver, a_client(endpoint))
    assert isinstance(result, Missed)
    assert result.reason is FailureReason.HTTP_ERROR_WHILE_SENDING
    assert result.cause.startswith("token endpoint: ")
    assert SECRET not in repr(result)
    assert receiver.connections == 0


def test_a_token_endpoint_that_drips_holds_nobody_beyond_the_deadline() -> None:
    over = threading.Event()
    with receiving(drip(b"", over)) as endpoint, receiving() as receiver:
        result = delivered(receiver, a_client(endpoint), client(seconds=0.3))
        over.set()
    assert isinstance(result, Missed)
    assert result.cause == "token endpoint: no answer within 0 s"


def test_a_token_endpoint_at_a_private_address_is_not_called() -> None:
    with receiving() as receiver:
        calls = client(exchange(leading_to("10.0.0.1")))
        result = delivered(receiver, ClientCredentials("https://login.example/token", "id", SECRET), calls)
    assert isinstance(result, Missed)
    assert result.reason is FailureReason.BLACKLISTED_URL
