"""Counters that several processes add to."""

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from shared.store.counts import Counts


@pytest.fixture
def counts(server: Redis) -> Counts:
    """It tells the store only when it is told to."""
    return Counts(server, tell_every_seconds=3600)


def test_what_was_counted_is_told_in_one_go(server: Redis, counts: Counts) -> None:
    for outcome in ("done", "failed", "done"):
        counts.add("tasks", "causeway.sweep", outcome)
    assert counts.read() == {}
    counts.tell()
    assert counts.read() == {("tasks", "causeway.sweep", "done"): 2, ("tasks", "causeway.sweep", "failed"): 1}


def test_processes_add_up(server: Redis, counts: Counts) -> None:
    another = Counts(server, tell_every_seconds=3600)
    for one in (counts, another, another):
        one.add("effects", "pay", "accepted")
        one.tell()
    assert counts.read() == {("effects", "pay", "accepted"): 3}


def test_nothing_is_told_twice(counts: Counts) -> None:
    counts.add("effects", "pay", "accepted")
    counts.tell()
    counts.tell()
    assert counts.read() == {("effects", "pay", "accepted"): 1}


def test_what_the_store_did_not_hear_is_told_again(
    server: Redis, counts: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> None:
        raise RedisConnectionError

    counts.add("effects", "pay", "accepted")
    with monkeypatch.context() as outage:
        outage.setattr(server, "pipeline", away)
        with pytest.raises(RedisConnectionError):
            counts.tell()
        counts.add("effects", "pay", "accepted")
    counts.tell()
    assert counts.read() == {("effects", "pay", "accepted"): 2}


def test_it_tells_by_itself_after_a_while(server: Redis) -> None:
    counts = Counts(server, tell_every_seconds=0.001)
    counts.add("effects", "pay", "accepted")
    while not counts.read():
        pass
    assert counts.read() == {("effects", "pay", "accepted"): 1}
