"""The figures of the store against what stands in it."""

from redis import Redis

from shared.store import keys
from shared.store.figures import STATES, Pile, read_figures
from shared.store.inbox import Inbox
from shared.store.journal import _KINDS, Journal
from shared.store.poison import PoisonList
from tests.contract.records import NOON, a_disbursement, a_notification, a_webhook, an_entry


def set_ms_ago(server: Redis, key: str, member: str, ms: int) -> None:
    seconds, microseconds = server.time()
    server.zadd(key, {member: seconds * 1000 + microseconds // 1000 - ms})


def test_an_empty_store_has_nothing_of_anything(server: Redis) -> None:
    figures = read_figures(server)
    assert figures.due == figures.parked == Pile(0, 0.0)
    assert (figures.finished_receipts, figures.poison_kept, figures.poison_found) == (0, 0, {})
    assert set(figures.flows.values()) == {Pile(0, 0.0)}


def test_every_record_is_counted_where_it_stands(server: Redis) -> None:
    inbox, journal = Inbox(server), Journal(server)
    receipts = [a_webhook(event) for event in ("one", "two", "three")]
    inbox.accept(receipts)
    inbox.finish(receipts[0].identity.fingerprint, "done")
    inbox.park(receipts[1].identity.fingerprint, "a person must look")
    journal.move(a_disbursement(), [an_entry("received")], NOON, [a_notification()])
    PoisonList(server).add("inbound", "not_json", "hello")
    figures = read_figures(server)
    assert (figures.due.count, figures.parked.count, figures.finished_receipts) == (3, 1, 1)
    assert {state: pile.count for state, pile in figures.flows.items() if pile.count} == {
        ("disbursement", "received"): 1,
        ("notification", "received"): 1,
    }
    assert (figures.poison_kept, figures.poison_found) == (1, {"not_json": 1})


def test_ages_are_those_of_the_oldest(server: Redis) -> None:
    for key in (keys.DUE, keys.PARKED, keys.state("disbursement", "held")):
        set_ms_ago(server, key, "new", 1_000)
        set_ms_ago(server, key, "old", 90_000)
    figures = read_figures(server)
    for pile in (figures.due, figures.parked, figures.flows["disbursement", "held"]):
        assert pile.count == 2
        assert 90 <= pile.oldest_seconds < 1_000


def test_what_is_due_in_the_future_is_not_late(server: Redis) -> None:
    set_ms_ago(server, keys.DUE, "later", -3_600_000)
    assert read_figures(server).due == Pile(1, 0.0)


def test_every_kind_of_flow_that_the_journal_keeps_is_watched() -> None:
    assert {kind: set(states) for kind, states in STATES.items()} == {
        kind: set(flow.STEPS) for kind, flow in _KINDS.items()
    }
