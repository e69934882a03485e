"""How many calls of one destination may be out at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from shared.store import keys
from shared.store.berths import PROVEN_SECONDS, Berths
from shared.store.connection import StoreClock, lua
from tests.contract.hub.conftest import BERTHS, LEASE_SECONDS, UNPROVEN_BERTHS, HubStores
from tests.fakes.clock import FakeClock
from tests.fakes.hub_stores import FakeBerths


def test_no_more_than_so_many_are_taken_and_one_that_is_left_is_free(hub: HubStores) -> None:
    assert [hub.berths.take("one", str(number)) for number in range(3)] == [True, True, False]
    hub.berths.leave("one", "0")
    assert hub.berths.take("one", "2")
    assert not hub.berths.take("one", "0")


def test_who_has_proven_to_answer_soon_has_all_until_it_answers_so_no_more(hub: HubStores) -> None:
    hub.berths.leave("one", "an earlier one", has_proven=True)
    assert [hub.berths.take("one", str(number)) for number in range(BERTHS + 1)] == [True] * BERTHS + [False]
    hub.berths.leave("one", "0")
    assert hub.berths.take("one", "4")
    hub.berths.leave("one", "1", has_proven=False)
    assert not hub.berths.take("one", "5")
    assert hub.berths.take("two", "0")


def test_there_is_room_for_as_many_as_are_free_and_no_end_of_it_where_they_are_soon_free_again(hub: HubStores) -> None:
    rooms = [hub.berths.room("one")]
    for number in range(UNPROVEN_BERTHS + 1):
        hub.berths.take("one", str(number))
        rooms.append(hub.berths.room("one"))
    assert rooms == [2, 1, 0, 0]
    assert hub.berths.room("two") == UNPROVEN_BERTHS
    hub.berths.leave("one", "0", has_proven=True)
    assert hub.berths.room("one") is None
    hub.berths.take("one", "2")
    hub.berths.take("one", "3")
    hub.berths.leave("one", "2", has_proven=False)
    assert hub.berths.room("one") == 0


def test_destinations_do_not_know_each_other(hub: HubStores) -> None:
    for number in range(UNPROVEN_BERTHS):
        hub.berths.take("one", str(number))
    assert hub.berths.take("two", "9")


def test_who_has_one_keeps_it_and_takes_no_second(hub: HubStores) -> None:
    assert [hub.berths.take("one", "0") for _ in range(3)] == [True] * 3
    assert hub.berths.take("one", "1")
    assert hub.berths.take("one", "0")
    assert not hub.berths.take("one", "2")


def test_who_has_none_can_leave(hub: HubStores) -> None:
    hub.berths.leave("one", "0")
    assert hub.berths.take("one", "0")


def test_the_berth_of_a_worker_that_died_is_free_after_the_lease() -> None:
    clock = FakeClock()
    berths = FakeBerths(clock, 1, 1, LEASE_SECONDS)
    assert berths.take("one", "0")
    clock.pass_time(seconds=LEASE_SECONDS)
    assert berths.take("one", "1")


@pytest.mark.parametrize("seconds_until_free", [0, -1, LEASE_SECONDS + 60], ids=["now", "before", "clock put back"])
def test_a_lease_that_is_over_or_cannot_be_holds_nobody(server: Redis, seconds_until_free: float) -> None:
    now_ms = int(StoreClock(server).now().timestamp() * 1000)
    server.zadd(keys.berths("one"), {"0": now_ms + seconds_until_free * 1000})
    assert Berths(server, 1, 1, LEASE_SECONDS).take("one", "1")
    assert not Berths(server, 1, 1, LEASE_SECONDS).take("one", "0")


def test_a_destination_that_nobody_calls_is_forgotten(server: Redis) -> None:
    Berths(server, BERTHS, UNPROVEN_BERTHS, LEASE_SECONDS).take("one", "0")
    assert 0 < server.pttl(keys.berths("one")) <= LEASE_SECONDS * 1000


def test_what_it_has_proven_is_forgotten(server: Redis) -> None:
    Berths(server, BERTHS, UNPROVEN_BERTHS, LEASE_SECONDS).leave("one", "0", has_proven=True)
    assert 0 < server.pttl(keys.proven("one")) <= PROVEN_SECONDS * 1000


@pytest.mark.enable_socket
def test_of_many_at_once_no_more_get_one_than_there_are(redis: Redis) -> None:
    berths = Berths(redis, 8, 2, LEASE_SECONDS)
    berths.leave("one", "an earlier one", has_proven=True)
    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(lambda number: berths.take("one", str(number)), range(64)))
    assert taken.count(True) == 8


def test_the_script_checks_its_arguments(server: Redis) -> None:
    for arguments in (("", "1", "1", "1"), ("id", "some", "1", "1"), ("id", "1", "few", "1"), ("id", "1", "1", "long")):
        with pytest.raises(ResponseError, match="berth_take:"):
            server.eval(lua("berth_take"), 2, "berths", "proven", *arguments)
    assert server.dbsize() == 0
