"""With replicas asked for, a webhook counts as stored only when they have it on disk too."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from redis import Redis

from services.listener.refusals import Unavailable
from services.listener.store_and_sign import StoreAndSign, Wanted
from shared.signing.client import SignedAnswer
from shared.store.connection import connect
from shared.store.inbox import Acceptance, Inbox, NotReplicatedError
from tests.contract.records import a_webhook
from tests.processes import eventually
from tests.valkey import started_server

pytestmark = pytest.mark.enable_socket

NAME = "TransactionSettled-e2e"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[str, str]]:
    """The URLs of a primary and its replica."""
    with started_server("--repl-diskless-sync-delay", "0") as primary:
        where = urlsplit(primary)
        with started_server("--replicaof", str(where.hostname), str(where.port)) as replica:
            with connect(primary) as redis:
                eventually(lambda: redis.info("replication").get("slave0", {}).get("state") == "online", "it follows")
            yield primary, replica


@pytest.fixture
def primary(servers: tuple[str, str]) -> Iterator[Redis]:
    with connect(servers[0]) as redis:
        redis.flushdb()
        yield redis


@contextmanager
def stopped(url: str) -> Iterator[None]:
    """The server neither works nor ends, as on a machine that hangs."""
    with connect(url) as redis:
        pid = redis.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def inbox(primary: Redis, replicas: int = 1, replica_timeout_ms: int = 100) -> Inbox:
    return Inbox(primary, replicas=replicas, replica_timeout_ms=replica_timeout_ms)


def patient_inbox(primary: Redis) -> Inbox:
    """For a replica that works: however slow the machine is, it answers in time."""
    return inbox(primary, replica_timeout_ms=1_800)


def test_what_the_replica_has_too_is_stored(primary: Redis, servers: tuple[str, str]) -> None:
    assert patient_inbox(primary).accept([a_webhook()]) == [(Acceptance.STORED, NAME)]
    with connect(servers[1]) as replica:
        assert Inbox(replica).find(NAME) == a_webhook().identity.fingerprint


def test_nothing_of_a_batch_counts_as_stored_while_the_replica_hangs(primary: Redis, servers: tuple[str, str]) -> None:
    with stopped(servers[1]):
        answers = inbox(primary).accept([a_webhook(), a_webhook("event-2", "content", "Other")])
    assert [type(answer) for answer in answers] == [NotReplicatedError, NotReplicatedError]
    assert "0 of 1 replicas" in str(answers[0])


def test_our_own_repeat_does_not_count_either_while_it_hangs(primary: Redis, servers: tuple[str, str]) -> None:
    webhook = a_webhook()
    with stopped(servers[1]):
        inbox(primary).accept([webhook])
        with connect(servers[0]) as another:
            (answer,) = inbox(another).accept([webhook])
    assert isinstance(answer, NotReplicatedError)


def test_a_conflict_that_we_repeat_does_not_count_either(primary: Redis, servers: tuple[str, str]) -> None:
    patient_inbox(primary).accept([a_webhook()])
    changed = a_webhook("event-1", "changed")
    with stopped(servers[1]):
        inbox(primary).accept([changed])
        with connect(servers[0]) as another:
            (answer,) = inbox(another).accept([changed])
    assert isinstance(answer, NotReplicatedError)


def test_the_senders_repeat_is_answered_when_the_replica_is_back(primary: Redis, servers: tuple[str, str]) -> None:
    with stopped(servers[1]):
        inbox(primary).accept([a_webhook()])
    assert patient_inbox(primary).accept([a_webhook()]) == [(Acceptance.DUPLICATE, NAME)]


def test_more_replicas_than_there_are_store_nothing(primary: Redis) -> None:
    (answer,) = inbox(primary, replicas=2).accept([a_webhook()])
    assert isinstance(answer, NotReplicatedError)
    assert "of 2 replicas" in str(answer)


def test_a_batch_is_judged_one_by_one_all_the_same(primary: Redis) -> None:
    broken = a_webhook("broken", "content", "")
    object.__setattr__(broken.identity, "digest", "")
    bad, good = patient_inbox(primary).accept([broken, a_webhook()])
    assert isinstance(bad, Exception)
    assert not isinstance(bad, NotReplicatedError)
    assert good == (Acceptance.STORED, NAME)


def test_a_webhook_that_is_not_replicated_gets_no_signed_answer(primary: Redis, servers: tuple[str, str]) -> None:
    signed = SignedAnswer(b'{"Nonce":1}', "signature")
    take = StoreAndSign(inbox(primary).accept, lambda nonces: lambda: [signed for _ in nonces])
    with stopped(servers[1]):
        (refused,) = take([Wanted(a_webhook(), 1)])
    assert isinstance(refused, Unavailable)
    assert refused.status == 503
