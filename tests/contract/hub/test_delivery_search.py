"""What people ask of the log: every answer is the right one, whatever the criteria and the page."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from shared.domain.hub.delivery import Delivery, FailureReason
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.search import DeliveryQuery
from shared.domain.hub.triggers import Trigger
from shared.store.connection import connect
from shared.store.deliveries import Deliveries
from shared.store.delivery_search import DeliverySearch
from tests.builders.hub import NOON, a_delivery, a_subscription, an_event
from tests.contract.hub.conftest import HubStores
from tests.contract.hub.work import counted
from tests.valkey import started_server

STATES = (DeliveryState.QUEUED, DeliveryState.WAITING, DeliveryState.FAILED)
FAILED = frozenset({DeliveryState.FAILED})
REASONS = (FailureReason.OTHER, FailureReason.BLACKLISTED_URL)
FOUR_MINUTES = {"created_from": NOON + timedelta(minutes=2), "created_until": NOON + timedelta(minutes=6)}
QUERIES = {
    "everything": {},
    "a state": {"states": FAILED},
    "two states": {"states": frozenset({DeliveryState.FAILED, DeliveryState.WAITING})},
    "a subscription": {"subscription_id": "one"},
    "a subscription in a state": {"subscription_id": "one", "states": FAILED},
    "a subscription in two states": {"subscription_id": "two", "states": frozenset(STATES[:2])},
    "a trigger": {"triggers": frozenset({Trigger.PAYMENT_HELD})},
    "two triggers": {"triggers": frozenset({Trigger.PAYMENT_HELD, Trigger.PAYMENT_SETTLED})},
    "a reason": {"failure_reasons": frozenset({FailureReason.OTHER})},
    "a reason of a subscription": {"failure_reasons": frozenset(REASONS), "subscription_id": "two"},
    "an account": {"account_id": "GB2"},
    "a destination": {"destination": "https://two.example/"},
    "an event": {"event_id": an_event(Trigger.PAYMENT_HELD, "7").id},
    "everything of it": {
        "states": FAILED,
        "triggers": frozenset({Trigger.PAYMENT_SETTLED}),
        "account_id": "GB1",
        "destination": "https://one.example/",
    },
    "what cannot be": {"states": frozenset({DeliveryState.SENT})},
    "what is unknown": {"subscription_id": "unknown", "triggers": frozenset({Trigger.PAYMENT_HELD})},
}


def a_log(count: int) -> list[Delivery]:
    """Of every kind, some at the same moment, in no order."""
    chance = random.Random(4)
    found = []
    for number in range(count):
        trigger = chance.choice([Trigger.PAYMENT_HELD, Trigger.PAYMENT_SETTLED])
        event = an_event(trigger, str(number), account_id=chance.choice(["", "GB1", "GB2"]))
        name = chance.choice(["one", "two"])
        delivery = a_delivery(event, a_subscription(name, url=f"https://{name}.example/"))
        delivery = replace(delivery, created_at=NOON + timedelta(minutes=chance.randrange(9)))
        match chance.choice(STATES):
            case DeliveryState.WAITING:
                delivery = delivery.wait(NOON, "closed")
            case DeliveryState.FAILED:
                delivery = delivery.failed(chance.choice(REASONS), "why")
        found.append(delivery)
    chance.shuffle(found)
    return found


def store(deliveries: Any, log: list[Delivery]) -> list[Delivery]:
    """As it is stored, oldest first."""
    stored = [found for start in range(0, len(log), 500) for found in deliveries.begin(log[start : start + 500])]
    return sorted(stored, key=lambda each: (each.created_at, each.id))


@pytest.mark.parametrize("span", [{}, FOUR_MINUTES], ids=["ever", "in four minutes"])
@pytest.mark.parametrize("wanted", QUERIES.values(), ids=QUERIES)
def test_every_page_of_every_query_is_right(hub: HubStores, wanted: dict[str, Any], span: dict[str, Any]) -> None:
    query = DeliveryQuery(**wanted, **span)
    expected = [each for each in store(hub.deliveries, a_log(120)) if query.matches(each)]

    for newest_first in (False, True):
        ordered = expected[::-1] if newest_first else expected
        for offset in (0, 3, len(expected), 500):
            page = hub.search.page(query, offset, 5, newest_first)
            assert list(page.deliveries) == ordered[offset : offset + 5]
            assert page.total in (None, len(expected))
            assert not page.is_cut
    assert hub.search.count(query) == (len(expected), False)
    assert hub.search.page(query, 0, 0).deliveries == ()


@pytest.mark.parametrize("wanted", QUERIES.values(), ids=QUERIES)
def test_going_on_from_where_it_was_looked_shows_each_once(hub: HubStores, wanted: dict[str, Any]) -> None:
    """As a resend of many does: what is dealt with leaves the query."""
    query = DeliveryQuery(**wanted)
    expected = {each.id for each in store(hub.deliveries, a_log(120)) if query.matches(each)}
    shown: list[str] = []
    since: datetime | None = None
    for _ in range(200):
        found, since = hub.search.following(replace(query, created_from=since), 7 + len(shown))
        shown += [each.id for each in found if each.id not in shown]
        if since is None:
            break
    assert sorted(shown) == sorted(expected)


def test_the_first_of_a_query_that_shrinks_are_always_the_next(hub: HubStores) -> None:
    query, seen = DeliveryQuery(states=FAILED, triggers=frozenset({Trigger.PAYMENT_HELD})), []
    expected = [each.id for each in store(hub.deliveries, a_log(120)) if query.matches(each)]
    until: datetime | None = NOON
    while until:
        found, until = hub.search.following(replace(query, created_from=until), 4)
        for each in found:
            hub.deliveries.move(each.resent(NOON))
            seen.append(each.id)
    assert seen == expected
    assert len(seen) > 8


def test_times_count_to_the_millisecond_at_both_ends(hub: HubStores) -> None:
    at = NOON + timedelta(microseconds=1500)
    (stored,) = hub.deliveries.begin([a_delivery(created_at=at)])
    for microseconds, is_found in ((-1000, False), (-400, True), (0, True), (300, True), (1000, True)):
        query = DeliveryQuery(created_until=at + timedelta(microseconds=microseconds))
        assert (hub.search.page(query, 0, 9).deliveries == (stored,)) is is_found
    for microseconds, is_found in ((-1000, True), (0, True), (300, True), (1000, False)):
        query = DeliveryQuery(created_from=at + timedelta(microseconds=microseconds))
        assert (hub.search.page(query, 0, 9).deliveries == (stored,)) is is_found


def test_many_of_one_millisecond_are_walked_once_each(server: Redis) -> None:
    store(Deliveries(server), [replace(each, created_at=NOON) for each in a_log(900)])
    query = DeliveryQuery(triggers=frozenset({Trigger.PAYMENT_HELD}), states=frozenset(STATES))
    page = DeliverySearch(server).page(query, 0, 900)
    ids = [each.id for each in page.deliveries]
    assert len(ids) > 300
    assert ids == sorted(set(ids), reverse=True)


def test_a_search_that_looks_at_too_many_says_that_it_is_cut(server: Redis) -> None:
    log = store(Deliveries(server), a_log(120))
    search = DeliverySearch(server, most_looked_at=20)
    query = DeliveryQuery(triggers=frozenset({Trigger.PAYMENT_HELD}), account_id="GB1")
    page = search.page(query, 0, 100)
    assert page.is_cut
    assert page.total is None
    assert page.deliveries == tuple(each for each in log[::-1] if query.matches(each))[: len(page.deliveries)]
    count, is_cut = search.count(query)
    assert (count, is_cut) == (len(page.deliveries), True)


def test_one_that_was_cut_can_go_on_to_the_end(server: Redis) -> None:
    log = store(Deliveries(server), a_log(120))
    search = DeliverySearch(server, most_looked_at=20)
    query = DeliveryQuery(triggers=frozenset({Trigger.PAYMENT_HELD}), account_id="GB1")
    shown, until = search.following(query, 100)
    while until:
        more, until = search.following(replace(query, created_from=until), 100)
        shown += [each for each in more if each not in shown]
    assert shown == [each for each in log if query.matches(each)]


def test_one_criterion_is_never_cut_however_deep_the_page(server: Redis) -> None:
    log = [each for each in store(Deliveries(server), a_log(120)) if each.state is DeliveryState.FAILED]
    page = DeliverySearch(server, most_looked_at=5).page(DeliveryQuery(states=FAILED), len(log) - 2, 5, False)
    assert (page.deliveries, page.total, page.is_cut) == (tuple(log[-2:]), len(log), False)


def test_one_that_was_moved_on_since_the_index_was_read_is_not_shown(
    server: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries = Deliveries(server)
    (stored,) = deliveries.begin([a_delivery().failed(FailureReason.OTHER, "why")])
    search = DeliverySearch(server)
    read = search._deliveries.load_readable

    def after_it_was_resent(ids: list[str]) -> list[Delivery]:
        deliveries.move(stored.resent(NOON))
        return read(ids)

    monkeypatch.setattr(search._deliveries, "load_readable", after_it_was_resent)
    assert search.page(DeliveryQuery(states=FAILED), 0, 10).deliveries == ()


ONE_PAGE = {
    "newest": ({}, 0),
    "in the middle": ({}, 100),
    "of a state": ({"states": FAILED}, 10),
    "of a subscription in a state": ({"subscription_id": "one", "states": FAILED}, 10),
    "of a time": (FOUR_MINUTES, 5),
    "of a trigger in a state": ({"triggers": frozenset({Trigger.PAYMENT_HELD}), "states": FAILED}, 0),
    "of an event among all": ({"event_id": an_event(Trigger.PAYMENT_HELD, "7").id, "states": FAILED}, 0),
}


@pytest.fixture(scope="module")
def logs() -> Iterator[list[Redis]]:
    """A short one and a long one. The test must be marked `enable_socket`."""
    with started_server() as url, connect(url) as short, connect(url.replace("/0", "/1")) as long:
        store(Deliveries(short), a_log(200))
        store(Deliveries(long), a_log(5_000))
        yield [short, long]


@pytest.mark.enable_socket
@pytest.mark.parametrize("asked", ONE_PAGE.values(), ids=ONE_PAGE)
def test_a_page_of_a_long_log_takes_no_more_work_than_one_of_a_short_log(
    logs: list[Redis], asked: tuple[dict[str, Any], int]
) -> None:
    wanted, offset = asked
    done = []
    for redis in logs:
        with counted(redis) as work:
            DeliverySearch(redis).page(DeliveryQuery(**wanted), offset, 20)
        done.append(work)
    short, long = done
    assert short.commands > 0
    assert long.commands <= short.commands + 20  # the records of a whole page
    assert long.elements <= short.elements + 20 * 10 + 3 * 200  # and a chunk of each index


@pytest.mark.enable_socket
def test_counting_by_one_criterion_asks_one_thing_however_long_the_log(logs: list[Redis]) -> None:
    for redis in logs:
        with counted(redis) as work:
            count, _ = DeliverySearch(redis).count(DeliveryQuery(states=FAILED))
        assert count > 20
        assert (work.commands, work.elements) == (1, 1)


@pytest.mark.enable_socket
def test_a_step_of_a_resend_takes_no_more_work_in_a_long_log(logs: list[Redis]) -> None:
    done = []
    for redis in logs:
        with counted(redis) as work:
            DeliverySearch(redis).following(DeliveryQuery(states=FAILED, subscription_id="one"), 20)
        done.append(work)
    short, long = done
    assert long.commands <= short.commands + 2
    assert long.elements <= short.elements + 2 * 200  # a chunk with its times
