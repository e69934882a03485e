"""What was told long ago is released; a flow that moves money, or has not told yet, never is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from shared.domain.events import Addressed, EventPublished, NotificationSent
from shared.domain.flows import Flow
from shared.domain.transitions import AnnouncementState, ClosureState, NotificationState
from shared.store import keys
from shared.store.connection import lua
from shared.store.journal import Journal
from shared.store.retention import Batch, Retention
from tests.builders import a_closure
from tests.contract.conftest import Stores
from tests.contract.records import a_disbursement, a_notification, an_announcement, an_entry

A_DAY = 86_400.0


def published(journal: Any, origin: str = "1") -> Flow:
    """An announcement whose event has gone out to everybody."""
    begun = journal.move(an_announcement(origin), [an_entry("begun")], None)
    moved: Flow = journal.move(begun.apply(EventPublished()), [an_entry("EventPublished")], None)
    return moved


def sent(journal: Any) -> Flow:
    flow = journal.move(a_notification(), [an_entry("begun")], None)
    for event in (Addressed("", ""), NotificationSent()):
        flow = journal.move(flow.apply(event), [an_entry("on")], None)
    return flow  # type: ignore[no-any-return]


@pytest.mark.parametrize(("kind", "told"), [("event", published), ("notification", sent)])
def test_what_was_told_is_released_with_its_history_and_is_found_no_more(
    stores: Stores, kind: str, told: Callable[[Any], Flow]
) -> None:
    flow = told(stores.journal)
    assert stores.retention.release_told(kind, 0, 10) == Batch(1, 1)
    assert stores.journal.load(flow.id) is None
    assert stores.journal.history(flow.id) == []
    assert [stores.journal.find(reference) for reference in flow.references] == [[] for _ in flow.references]
    assert stores.journal.in_state(kind, flow.state, 10) == []
    assert stores.retention.release_told(kind, 0, 10) == Batch(0, 0)


def test_it_leaves_nothing_behind(server: Redis) -> None:
    journal = Journal(server)
    published(journal)
    sent(journal)
    for kind in ("event", "notification"):
        assert Retention(server).release_told(kind, 0, 10) == Batch(1, 1)
    assert server.keys() == []


def test_what_was_told_a_short_while_ago_stays(stores: Stores) -> None:
    flow = published(stores.journal)
    assert stores.retention.release_told("event", A_DAY, 10) == Batch(0, 0)
    assert stores.journal.load(flow.id) == flow


def test_what_is_still_to_be_told_stays_however_old_it_is(stores: Stores) -> None:
    stores.journal.move(a_disbursement(), [], None, [an_announcement(), a_notification()])
    for kind in ("event", "notification"):
        assert stores.retention.release_told(kind, 0, 10) == Batch(0, 0)
    assert stores.journal.load(an_announcement().id).state is AnnouncementState.RECEIVED
    assert stores.journal.load(a_notification().id).state is NotificationState.RECEIVED


def test_a_flow_that_moves_money_or_accounts_stays_for_good(stores: Stores) -> None:
    closure = stores.journal.move(replace(a_closure(), state=ClosureState.DISABLED), [an_entry("over")], None)
    payment = stores.journal.move(a_disbursement(), [an_entry("received")], None, [an_announcement()])
    published(stores.journal, "2")
    assert stores.retention.release_told("event", 0, 10) == Batch(1, 1)
    assert stores.journal.load(closure.id) == closure
    assert stores.journal.load(payment.id) == payment
    assert [flow.id for flow in stores.journal.find(payment.id)] == [an_announcement().id]


def test_no_more_is_released_than_asked_for_and_the_oldest_first(stores: Stores) -> None:
    flows = []
    for origin in ("1", "2", "3"):
        flows.append(published(stores.journal, origin))
        stores.tick()
    assert stores.retention.release_told("event", 0, 2) == Batch(2, 2)
    assert [stores.journal.load(flow.id) is None for flow in flows] == [True, True, False]
    assert stores.retention.release_told("event", 0, 2) == Batch(1, 1)
    assert stores.retention.release_told("event", 0, 2) == Batch(0, 0)


def test_what_cannot_be_read_stays_and_holds_up_nothing(server: Redis) -> None:
    journal = Journal(server)
    spoilt, other = published(journal, "1"), published(journal, "2")
    server.hset(keys.flow(spoilt.id), "doc", "{")
    assert Retention(server).release_told("event", 0, 10) == Batch(2, 1)
    assert journal.load(other.id) is None
    assert server.exists(keys.flow(spoilt.id))
    assert Retention(server).release_told("event", 0, 10) == Batch(0, 0)


def test_the_list_alone_releases_nothing(server: Redis) -> None:
    journal = Journal(server)
    flow = journal.move(an_announcement(), [an_entry("begun")], None)
    assert flow is not None
    server.zadd(keys.state("event", AnnouncementState.PUBLISHED), {flow.id: 1, "event:gone": 1})
    assert Retention(server).release_told("event", 0, 10) == Batch(2, 0)
    assert journal.load(flow.id) == flow


@pytest.mark.parametrize("changed", [{"version": "7"}, {"state": "received"}])
def test_one_that_was_moved_meanwhile_stays(server: Redis, changed: dict[str, str]) -> None:
    flow = published(Journal(server))
    told = {"version": str(flow.version), "state": flow.state.value} | changed
    record = (keys.flow(flow.id), keys.history(flow.id), keys.state("event", AnnouncementState.PUBLISHED))
    before = {key: server.dump(key) for key in server.scan_iter()}
    arguments = (keys.PREFIX, flow.id, told["version"], told["state"], *flow.references)
    assert server.eval(lua("release_flow"), 3, *record, *arguments) == 0
    assert {key: server.dump(key) for key in server.scan_iter()} == before


def test_the_script_checks_its_arguments(server: Redis) -> None:
    flow = published(Journal(server))
    record = (keys.flow(flow.id), keys.history(flow.id), keys.state("event", AnnouncementState.PUBLISHED))
    good = [keys.PREFIX, flow.id, str(flow.version), flow.state.value]
    before = {key: server.dump(key) for key in server.scan_iter()}
    for place in range(4):
        with pytest.raises(ResponseError, match="release_flow:"):
            server.eval(lua("release_flow"), 3, *record, *good[:place], "", *good[place + 1 :])
    assert {key: server.dump(key) for key in server.scan_iter()} == before
