"""What is wrong on our side is a 503: the sender repeats. No path answers 200 without a stored receipt."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

import pytest
from redis.exceptions import ConnectionError as StoreAwayError
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from services.listener import clearbank, mambu, obp, umm
from services.listener.acceptance import DEADLINE_SECONDS
from services.listener.flask_request import Deadline
from services.listener.refusals import Refusal
from shared.signing.client import SignerRefusedError, SignerUnavailableError
from shared.store.inbox import Acceptance
from tests.unit.listener.lean import LeanInFront
from tests.unit.listener.listeners import Listener, a_umm_event, a_webhook, an_obp_event, an_order, done, never

CLEARBANK_ANSWERS_WITHIN_SECONDS = 5


@pytest.fixture(autouse=True)
def short_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    for door in (clearbank, mambu, umm, obp):
        monkeypatch.setattr(door, "Deadline", partial(Deadline, 0.05))
    monkeypatch.setattr(LeanInFront, "deadline_seconds", 0.05)


def assert_try_again(answer: TestResponse) -> None:
    assert answer.status_code == 503
    assert answer.json == {"errorMessage": "the webhook cannot be taken now, please repeat it later"}
    assert "DigitalSignature" not in answer.headers


SEND: dict[str, Callable[[Listener], TestResponse]] = {
    "clearbank": lambda listener: listener.from_the_bank(a_webhook()),
    "mambu": lambda listener: listener.from_mambu(an_order()),
    "umm": lambda listener: listener.from_umm(a_umm_event()),
    "obp": lambda listener: listener.from_obp(an_obp_event()),
}
STORE_TROUBLE = {
    "down": lambda _: done(StoreAwayError("redis://:secret@store")),
    "slow": lambda _: never(),
    "out of memory": lambda _: done(Exception("OOM command not allowed")),
}


@pytest.mark.parametrize("trouble", STORE_TROUBLE.values(), ids=STORE_TROUBLE.keys())
@pytest.mark.parametrize("door", SEND)
def test_a_store_in_trouble_is_a_503_and_never_a_200(door: str, trouble: Any) -> None:
    listener = Listener(publish=trouble)
    with capture_logs() as logs:
        answer = SEND[door](listener)
    assert_try_again(answer)
    assert {line["reason"] for line in logs} == {"store_unavailable"}
    assert listener.counted(door, "store_unavailable") == 1
    assert listener.counted(door, "stored") == 0


SIGNER_TROUBLE = {
    "down": lambda _: done(SignerUnavailableError("is it running?")),
    "slow": lambda _: never(),
    "unwilling": lambda _: done(SignerRefusedError("401")),
}


@pytest.mark.parametrize("trouble", SIGNER_TROUBLE.values(), ids=SIGNER_TROUBLE.keys())
def test_a_signer_in_trouble_is_a_503_and_the_repeat_is_answered_as_a_duplicate(trouble: Any) -> None:
    listener, good = Listener(), Listener().sign_nonce
    listener.sign_nonce = trouble
    with capture_logs() as logs:
        assert_try_again(listener.from_the_bank(a_webhook()))
    assert {line["reason"] for line in logs} == {"signer_unavailable"}
    listener.sign_nonce = good
    assert listener.from_the_bank(a_webhook(2)).data == b'{"Nonce":2}'
    assert [receipt.duplicates for receipt in listener.receipts()] == [1]


def test_a_batch_that_does_not_end_in_time_is_a_503() -> None:
    listener = Listener(take=lambda _: never())
    with capture_logs() as logs:
        assert_try_again(listener.from_the_bank(a_webhook()))
    assert [(line["reason"], line["log_level"]) for line in logs] == [("deadline_passed", "error")]
    assert listener.counted("clearbank", "deadline_passed") == 1


def test_the_log_of_our_own_fault_names_its_cause() -> None:
    listener = Listener(publish=lambda _: done(StoreAwayError("connection refused")))
    with capture_logs() as logs:
        assert_try_again(listener.from_the_bank(a_webhook()))
    assert [line["error"] for line in logs] == ["ConnectionError: connection refused"]


def test_a_fault_nobody_thought_of_is_a_500_that_shows_nothing() -> None:
    def broken(_: Any) -> Future[Any]:
        raise RuntimeError("a secret inside")

    listener = Listener(take=broken)
    with capture_logs() as logs:
        answer = listener.from_the_bank(a_webhook())
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "unexpected" in {line["reason"] for line in logs}
    assert listener.counted("clearbank", "unexpected") == 1


@pytest.mark.parametrize("acceptance", Acceptance)
def test_every_200_names_a_receipt_that_the_store_has(acceptance: Acceptance) -> None:
    listener = Listener(publish=lambda _: done((acceptance, "a name")))
    with capture_logs() as logs:
        assert listener.from_the_bank(a_webhook()).status_code == 200
    assert [(line["receipt"], line["reason"]) for line in logs] == [("a name", acceptance.value)]


def test_the_deadline_leaves_the_answer_time_to_travel() -> None:
    assert DEADLINE_SECONDS < CLEARBANK_ANSWERS_WITHIN_SECONDS


def test_two_waits_share_one_deadline() -> None:
    deadline, began = Deadline(0.2), time.monotonic()
    for _ in range(3):
        with pytest.raises(Refusal):
            deadline.wait(never(), "store_unavailable")
    assert time.monotonic() - began < CLEARBANK_ANSWERS_WITHIN_SECONDS


def test_what_is_done_already_counts_even_after_the_deadline() -> None:
    assert Deadline(-1).wait(done("answer"), "store_unavailable") == "answer"
