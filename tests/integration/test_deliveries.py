"""Deliveries by a real worker, to receivers that do what receivers do: each is sent or has failed, and none is lost."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from shared.domain.hub.delivery import FailureReason
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.subscription import ApiKeys, Authentication, HeaderProfile, UmmTerms
from shared.store.connection import connect
from tests.integration.deliveries import Post, running_beat, running_deliveries, settings
from tests.processes import eventually
from tests.unit.worker.adapters.subscribers.receivers import OK, Answering, answer, drip, hang, receiving

pytestmark = pytest.mark.enable_socket

SENT, FAILED = DeliveryState.SENT, DeliveryState.FAILED
Ending = tuple[DeliveryState, FailureReason | None, int]  # with how many attempts
NO_ANSWER, BAD_ANSWER = FailureReason.HTTP_ERROR_WHILE_SENDING, FailureReason.INVALID_HTTP_RESPONSE


@pytest.fixture(scope="module")
def running_hub(valkey: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Worker and beat for all tests of this file; the URL of their store."""
    folder = tmp_path_factory.mktemp("deliveries")
    with connect(valkey) as redis:
        redis.flushdb()
    given = settings(folder, valkey)
    with running_deliveries(folder, given), running_beat(folder, given):
        yield valkey


@pytest.fixture
def post(running_hub: str) -> Iterator[Post]:
    with connect(running_hub) as redis:
        redis.flushdb()
        yield Post(redis, running_hub)


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Set when the test ends: whoever hangs or drips stops then."""
    event = threading.Event()
    yield event
    event.set()


def test_whatever_receivers_do_each_delivery_is_sent_or_has_failed_with_a_reason(
    post: Post, over: threading.Event
) -> None:
    busy, gone = answer(429, retry_after="1"), answer(410)
    receivers: dict[str, tuple[list[Answering | bytes], Ending]] = {
        "well": ([OK], (SENT, None, 1)),
        "flapping": ([answer(503), answer(500), OK], (SENT, None, 3)),
        "slow once": ([hang(over), OK], (SENT, None, 2)),
        "drips once": ([drip(b"HTTP/1.1", over), OK], (SENT, None, 2)),
        "hangs up once": ([b"", OK], (SENT, None, 2)),
        "busy": ([busy, OK], (SENT, None, 2)),
        "long-winded": ([answer(200, b"x" * 3_000_000)], (SENT, None, 1)),
        "redirects": ([answer(302, location="https://127.0.0.1/")], (FAILED, BAD_ANSWER, 4)),
        "refuses": ([answer(400, b"no")], (FAILED, BAD_ANSWER, 4)),
        "gone": ([gone], (FAILED, BAD_ANSWER, 1)),
        "never answers": ([hang(over)], (FAILED, NO_ANSWER, 4)),
    }
    with ExitStack() as stack:
        expected, sent = {}, {}
        for name, (answering, ends) in receivers.items():
            receiver = stack.enter_context(receiving(*answering))
            sent[name], expected[name] = post.send(post.subscribe(receiver.url())), ends
        with receiving() as down:
            url = down.url()
        for name, target, reason, attempts in (
            ("down", url, NO_ANSWER, 4),
            ("private", "https://10.0.0.1/", FailureReason.BLACKLISTED_URL, 4),
            ("metadata", "http://169.254.169.254/latest/", FailureReason.BLACKLISTED_URL, 4),
        ):
            sent[name], expected[name] = post.send(post.subscribe(target)), (FAILED, reason, attempts)
        eventually(lambda: all(post.stored(each).is_final for each in sent.values()), "all have ended")
        over.set()
    found = {name: post.stored(each) for name, each in sent.items()}
    assert {name: (each.state, each.failure_reason, each.attempts) for name, each in found.items()} == expected
    assert all(len(post.deliveries.attempts(each.id)) == each.attempts for each in found.values())


def test_the_receiver_gets_every_header_as_it_is_spelt_and_the_log_keeps_no_secret(post: Post) -> None:
    terms = UmmTerms("CLIAAADDD0", "retail_transfers", "online")
    keys = ApiKeys(tuple((f"test_header{number}", f"hidden{number}") for number in range(1, 6)))
    with receiving(OK) as receiver:
        subscription = post.subscribe(
            receiver.url(),
            header_profile=HeaderProfile.UMM,
            umm=terms,
            authentication=Authentication(api_keys=keys),
            headers=(("X-Own", "hidden too"),),
        )
        sent = post.send(subscription)
        eventually(lambda: post.stored(sent).state is SENT, "it is sent")
    [came] = receiver.came
    assert {"client_key", "product", "payment_channel", "idempotent_request_key", "timestamp"} <= set(came.names)
    assert [came[f"test_header{number}"] for number in range(1, 6)] == [f"hidden{number}" for number in range(1, 6)]
    assert came["idempotent_request_key"] == came["x-notifications-idempotency-key"] == sent.key
    [attempt] = post.deliveries.attempts(sent.id)
    assert dict(attempt.headers)["X-Own"] == "***"
    stored = b"".join(post.redis.dump(key) or b"" for key in post.redis.scan_iter("cw:*"))
    assert b"hidden" not in stored
