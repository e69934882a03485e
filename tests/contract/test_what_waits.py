"""The lists that people look at: what waits for them and since when, and what nobody has taken up in time."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.flows import Parked
from tests.contract.conftest import Stores
from tests.contract.records import a_disbursement, a_webhook

AN_HOUR_MS = 3_600_000


def ms(moment) -> int:
    return int(moment.timestamp() * 1000)


def test_what_is_parked_is_listed_longest_first_with_the_moment(stores: Stores) -> None:
    earliest = ms(stores.now())
    flow = stores.journal.move(replace(a_disbursement(), parked=Parked("gave_up", "busy")), [], None)
    stores.tick()
    stores.inbox.accept([a_webhook()])
    stores.inbox.park(a_webhook().identity.fingerprint, "why")
    (first, first_ms), (second, second_ms) = stores.outbox.parked(10)
    assert (first, second) == (flow.id, f"receipt:{a_webhook().identity.fingerprint}")
    assert earliest <= first_ms < second_ms <= ms(stores.now())


def test_no_more_are_listed_than_asked_for(stores: Stores) -> None:
    for key in ("1", "2", "3"):
        stores.journal.move(replace(a_disbursement(key), parked=Parked("gave_up", "busy")), [], None)
        stores.tick()
    assert [member for member, _ in stores.outbox.parked(2)] == [a_disbursement("1").id, a_disbursement("2").id]
    assert stores.outbox.parked(0) == stores.outbox.parked(-1) == []


def test_what_nobody_took_for_long_is_overdue(stores: Stores) -> None:
    now = stores.now()
    due_ago = {
        "3": timedelta(hours=3),
        "2": timedelta(hours=2),
        "0": timedelta(minutes=1),
        "later": -timedelta(hours=2),
    }
    for key, ago in due_ago.items():
        stores.journal.move(a_disbursement(key), [], now - ago)
    longest, second = (a_disbursement("3").id, ms(now - due_ago["3"])), (a_disbursement("2").id, ms(now - due_ago["2"]))
    assert stores.outbox.overdue(AN_HOUR_MS, 10) == [longest, second]
    assert stores.outbox.overdue(AN_HOUR_MS, 1) == [longest]
    assert stores.outbox.overdue(AN_HOUR_MS, 0) == stores.outbox.overdue(AN_HOUR_MS, -1) == []


def test_what_the_sweeper_took_is_overdue_no_more(stores: Stores) -> None:
    stores.journal.move(a_disbursement(), [], stores.now() - timedelta(hours=2))
    stores.outbox.take_due(10, 60)
    assert stores.outbox.overdue(0, 10) == []


def test_looking_changes_nothing(stores: Stores) -> None:
    stores.journal.move(a_disbursement(), [], stores.now() - timedelta(hours=2))
    assert stores.outbox.overdue(AN_HOUR_MS, 10) == stores.outbox.overdue(AN_HOUR_MS, 10) != []
    assert stores.outbox.take_due(10, 60) == [a_disbursement().id]
