"""What people asked to have resent: begun once, moved by one worker at a time."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from shared.domain.corruption import CorruptRecordError
from shared.domain.hub.delivery import FailureReason
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.search import DeliveryQuery
from shared.domain.hub.triggers import Trigger
from shared.store import keys
from shared.store.connection import lua
from shared.store.resends import Resends
from tests.builders.hub import NOON, a_resend
from tests.contract.hub.conftest import HubStores

EVERYTHING = DeliveryQuery(
    states=frozenset(DeliveryState),
    triggers=frozenset(Trigger),
    failure_reasons=frozenset(FailureReason),
    subscription_id="one",
    event_id="two",
    account_id="three",
    destination="four",
    created_from=NOON,
    created_until=NOON + timedelta(days=1),
)


def test_what_was_begun_is_loaded_as_it_was(hub: HubStores) -> None:
    resend = a_resend(query=EVERYTHING)

    assert hub.resends.load(resend.id) is None
    assert hub.resends.begin(resend, NOON)
    assert hub.resends.load(resend.id) == resend
    assert not hub.resends.begin(replace(resend, reason="another"), NOON)
    assert hub.resends.load(resend.id) == resend


def test_of_two_moves_from_the_same_the_second_is_refused(hub: HubStores) -> None:
    before = a_resend(query=EVERYTHING)
    hub.resends.begin(before, NOON)
    after = replace(before, resent=10, looked_at_until=NOON + timedelta(hours=1))

    assert hub.resends.move(hub.resends.load(before.id), after, NOON)
    assert not hub.resends.move(before, replace(before, resent=3), NOON)
    assert hub.resends.load(before.id) == after


def test_what_was_not_begun_is_not_moved(hub: HubStores) -> None:
    assert not hub.resends.move(a_resend(), a_resend(resent=1), NOON)
    assert hub.resends.load("resend-1") is None


def test_it_is_due_until_it_is_finished(hub: HubStores) -> None:
    resend = a_resend()
    hub.resends.begin(resend, hub.now() - timedelta(seconds=1))
    assert hub.deliveries.take_due(10, 0) == ["resend:resend-1"]

    later = replace(resend, resent=10)
    hub.resends.move(resend, later, hub.now() + timedelta(hours=1))
    assert hub.deliveries.take_due(10, 0) == []

    sooner = replace(resend, resent=20)
    hub.resends.move(later, sooner, hub.now() - timedelta(seconds=1))
    assert hub.deliveries.take_due(10, 0) == ["resend:resend-1"]

    hub.resends.move(sooner, replace(sooner, finished_at=NOON), None)
    assert hub.deliveries.take_due(10, 0) == []


def test_the_newest_are_listed_first(hub: HubStores) -> None:
    resends = [a_resend(str(number), created_at=NOON + timedelta(minutes=number)) for number in range(3)]
    for resend in resends:
        hub.resends.begin(resend, NOON)

    assert hub.resends.recent(2) == [resends[2], resends[1]]
    assert hub.resends.recent(10) == resends[::-1]
    assert hub.resends.recent(0) == []


@pytest.mark.parametrize("record", [{"doc": "{"}, {"doc": "{}"}, {"other": "1"}])
def test_a_record_that_cannot_be_read_is_named(server: Redis, record: Any) -> None:
    server.hset(keys.resend("resend-1"), mapping=record)

    with pytest.raises(CorruptRecordError, match="resend resend-1"):
        Resends(server).load("resend-1")


def test_the_script_checks_its_arguments_before_its_first_write(server: Redis) -> None:
    good = ["id", "", "{}", "0", "0"]
    for place, value in {0: "", 2: "", 3: "soon", 4: "later"}.items():
        with pytest.raises(ResponseError, match="delivery_resend:"):
            server.eval(lua("delivery_resend"), 3, "hash", "due", "all", *good[:place], value, *good[place + 1 :])
    assert server.dbsize() == 0
