"""What is kept of queue elements that were set aside."""

from datetime import datetime

import pytest
from redis import Redis

from shared.store.poison import MOST_CHARACTERS, PoisonList


def test_an_element_is_kept_with_its_queue_its_reason_and_when_it_was_found(server: Redis) -> None:
    poison = PoisonList(server)
    poison.add("inbound", "not_json", "hello")
    (element,) = poison.latest(5)
    assert (element.queue, element.reason, element.raw) == ("inbound", "not_json", "hello")
    assert datetime.fromisoformat(element.at).tzinfo is not None


def test_the_newest_come_first_and_every_one_is_counted(server: Redis) -> None:
    poison = PoisonList(server)
    for reason, raw in (("not_json", "a"), ("unknown_task", "b"), ("not_json", "c")):
        poison.add("inbound", reason, raw)
    assert [element.raw for element in poison.latest(2)] == ["c", "b"]
    assert poison.counts() == {"not_json": 2, "unknown_task": 1}


def test_what_is_kept_has_a_limit_and_what_is_counted_has_none(server: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.store.poison.MOST_KEPT", 3)
    poison = PoisonList(server)
    for raw in ("a", "b", "c", "d", "x" * (MOST_CHARACTERS + 1)):
        poison.add("inbound", "not_json", raw)
    assert [element.raw for element in poison.latest(10)] == ["x" * MOST_CHARACTERS, "d", "c"]
    assert poison.counts() == {"not_json": 5}


def test_nothing_kept_is_nothing_shown(server: Redis) -> None:
    assert PoisonList(server).latest(5) == []
    assert PoisonList(server).latest(0) == []
