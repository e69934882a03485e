"""The log of deliveries: begun once, moved by one worker at a time, due when they say, released when they are old."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.domain.hub.delivery import Delivery, FailureReason, Missed
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.retry_profiles import BACKOFF
from shared.store.retention import Batch
from tests.builders.hub import NOON, a_delivery, a_resend, a_subscription, an_act, an_attempt, an_event
from tests.contract.hub.conftest import HubStores

LEASE = timedelta(seconds=30)
BUSY = Missed(reason=FailureReason.INVALID_HTTP_RESPONSE, cause="the receiver answered 503", status=503)
A_DAY = 86_400.0


def deliveries(count: int, **changed: Any) -> list[Delivery]:
    """Of as many events."""
    return [a_delivery(an_event(origin=str(number)), **changed) for number in range(count)]


def begun(hub: HubStores, delivery: Delivery | None = None) -> Delivery:
    stored: list[Delivery] = hub.deliveries.begin([delivery or a_delivery()])
    return stored[0]


def sent(hub: HubStores, delivery: Delivery) -> Delivery:
    """A stored one that its receiver takes."""
    sending = hub.deliveries.move(delivery.begin_attempt(NOON, LEASE))
    taken: Delivery = hub.deliveries.move(sending.taken(NOON), an_attempt())
    return taken


def failed(hub: HubStores, delivery: Delivery) -> Delivery:
    missing: Delivery = hub.deliveries.move(delivery.failed(FailureReason.UNDEFINED_DESTINATION, "it is gone"))
    return missing


def test_what_was_begun_is_loaded_as_it_was_at_version_one(hub: HubStores) -> None:
    delivery = a_delivery(body='{"név":"\u2028{}"}', loan_id="LOAN1", account_id="")

    assert hub.deliveries.load(delivery.id) is None
    assert hub.deliveries.begin([delivery]) == [replace(delivery, version=1)]
    assert hub.deliveries.load(delivery.id) == replace(delivery, version=1)


def test_none_is_begun_twice_and_the_others_are(hub: HubStores) -> None:
    first, second = deliveries(2)
    assert hub.deliveries.begin([first]) == [replace(first, version=1)]

    assert hub.deliveries.begin([replace(first, body="changed"), second]) == [replace(second, version=1)]
    assert hub.deliveries.load(first.id).body == first.body
    assert hub.deliveries.begin([]) == []


def test_one_can_begin_as_failed_and_is_never_due(hub: HubStores) -> None:
    delivery = a_delivery().failed(FailureReason.WEBHOOK_NOTIFICATIONS_DISABLED, "the subscription is off")

    assert begun(hub, delivery).state is DeliveryState.FAILED
    assert hub.deliveries.take_due(10, 60) == []


def test_a_move_leads_to_the_next_version_with_its_attempt_in_the_log(hub: HubStores) -> None:
    sending = hub.deliveries.move(begun(hub).begin_attempt(NOON, LEASE))
    again = hub.deliveries.move(sending.missed(BUSY, BACKOFF, NOON, 0.5), an_attempt(1))
    sending = hub.deliveries.move(again.begin_attempt(NOON, LEASE))
    done = hub.deliveries.move(sending.taken(NOON), an_attempt(2, status=200, reason="", cause="", answer=""))

    assert (done.state, done.version, done.attempts) == (DeliveryState.SENT, 5, 2)
    assert hub.deliveries.load(done.id) == done
    assert hub.deliveries.attempts(done.id) == [
        an_attempt(1),
        an_attempt(2, status=200, reason="", cause="", answer=""),
    ]


def test_of_two_moves_from_one_version_the_second_is_refused_and_leaves_no_trace(hub: HubStores) -> None:
    delivery = begun(hub)
    first = hub.deliveries.move(delivery.begin_attempt(NOON, LEASE))

    assert hub.deliveries.move(delivery.wait(NOON, "busy"), an_attempt(), an_act("resent")) is None
    assert hub.deliveries.load(delivery.id) == first
    assert hub.deliveries.attempts(delivery.id) == hub.deliveries.history(delivery.id) == []
    assert hub.deliveries.waiting(delivery.subscription_id) == 0


def test_of_many_that_are_moved_at_once_those_go_that_nobody_moved_first(hub: HubStores) -> None:
    first, second, third = hub.deliveries.begin(deliveries(3))
    overtaken = hub.deliveries.move(second.begin_attempt(NOON, LEASE))
    later = NOON + timedelta(days=1)

    moved = hub.deliveries.move_all([each.wait(later, "busy") for each in (first, second, third)])
    assert [(each.id, each.version, each.due_at) for each in moved] == [(first.id, 2, later), (third.id, 2, later)]
    assert [hub.deliveries.load(each.id) for each in (first, second, third)] == [moved[0], overtaken, moved[1]]
    assert hub.deliveries.waiting(first.subscription_id) == 2
    assert hub.deliveries.move_all([]) == []


def test_what_was_not_begun_is_not_moved(hub: HubStores) -> None:
    assert hub.deliveries.move(a_delivery().begin_attempt(NOON, LEASE)) is None
    assert hub.deliveries.load(a_delivery().id) is None


def test_no_move_changes_the_body(hub: HubStores) -> None:
    delivery = begun(hub)
    hub.deliveries.move(replace(delivery, body="changed").begin_attempt(NOON, LEASE))

    assert hub.deliveries.load(delivery.id).body == delivery.body


def test_what_a_person_did_is_told_with_the_move(hub: HubStores) -> None:
    delivery = failed(hub, begun(hub))
    again = hub.deliveries.move(delivery.resent(NOON), entry=an_act("resent"))

    assert hub.deliveries.history(delivery.id) == [an_act("resent")]
    assert hub.deliveries.load(delivery.id) == again
    assert again.key != delivery.key


def test_what_is_due_is_taken_longest_overdue_first_and_is_due_again_later(hub: HubStores) -> None:
    now = hub.now()
    ages = [timedelta(seconds=seconds) for seconds in (1, 3, 2, -60)]
    stored = hub.deliveries.begin(
        [replace(each, due_at=now - age) for each, age in zip(deliveries(4), ages, strict=True)]
    )

    taken = [f"delivery:{stored[place].id}" for place in (1, 2, 0)]
    assert hub.deliveries.take_due(2, 60) == taken[:2]
    assert hub.deliveries.take_due(10, 60) == taken[2:]
    assert hub.deliveries.take_due(10, 60) == []


def test_what_was_taken_and_never_moved_is_due_again(hub: HubStores) -> None:
    delivery = begun(hub)

    assert hub.deliveries.take_due(10, 0) == hub.deliveries.take_due(10, 0) == [f"delivery:{delivery.id}"]


def test_a_move_sets_when_it_is_due_and_a_final_one_never_is(hub: HubStores) -> None:
    later = hub.deliveries.move(begun(hub).wait(hub.now() + timedelta(hours=1), "its destination is closed"))
    assert hub.deliveries.take_due(10, 0) == []

    sooner = hub.deliveries.move(later.wait(hub.now() - timedelta(seconds=1), "its destination is busy"))
    assert hub.deliveries.take_due(10, 0) == [f"delivery:{sooner.id}"]
    sent(hub, sooner)
    assert hub.deliveries.take_due(10, 0) == []


def test_resends_are_due_beside_deliveries(hub: HubStores) -> None:
    delivery = begun(hub, a_delivery(due_at=hub.now() - timedelta(seconds=1)))
    hub.resends.begin(a_resend(), hub.now() - timedelta(seconds=2))

    assert hub.deliveries.take_due(10, 60) == ["resend:resend-1", f"delivery:{delivery.id}"]


def test_those_that_wait_are_counted_for_each_subscription(hub: HubStores) -> None:
    other = a_subscription("subscription-2")
    stored = hub.deliveries.begin([*deliveries(3), a_delivery(subscription=other)])
    first, second, _, others = (hub.deliveries.move(each.wait(NOON, "closed")) for each in stored)
    hub.deliveries.move(second.begin_attempt(NOON, LEASE))

    assert hub.deliveries.waiting(first.subscription_id) == 2
    assert hub.deliveries.waiting(others.subscription_id) == 1
    assert hub.deliveries.waiting("unknown") == 0


def test_one_that_is_set_aside_is_due_no_more_until_it_is_readmitted(hub: HubStores) -> None:
    delivery = begun(hub)
    hub.deliveries.quarantine(delivery.id, "it cannot be read")

    assert hub.deliveries.set_aside() == {delivery.id: "it cannot be read"}
    assert hub.deliveries.take_due(10, 0) == []
    assert hub.deliveries.readmit(delivery.id)
    assert hub.deliveries.set_aside() == {}
    assert hub.deliveries.take_due(10, 0) == [f"delivery:{delivery.id}"]
    assert not hub.deliveries.readmit(delivery.id)


def test_only_what_is_final_and_old_is_released_with_its_attempts(hub: HubStores) -> None:
    old, new = hub.now() - timedelta(days=2), hub.now()
    gone, missing, queued, young = hub.deliveries.begin(
        [replace(each, created_at=at) for each, at in zip(deliveries(4), (old, old, old, new), strict=True)]
    )
    sent(hub, gone)
    failed(hub, missing)
    young = sent(hub, young)

    assert hub.deliveries.release_old(A_DAY, 10) == Batch(2, 2)
    assert hub.deliveries.load_readable([gone.id, missing.id, queued.id, young.id]) == [queued, young]
    assert hub.deliveries.attempts(gone.id) == []
    assert hub.deliveries.attempts(young.id) == [an_attempt()]
    assert hub.deliveries.release_old(A_DAY, 10) == Batch(0, 0)


def test_no_more_are_released_than_asked_for_of_each_state_and_the_oldest_first(hub: HubStores) -> None:
    stored = hub.deliveries.begin(
        [replace(each, created_at=NOON - timedelta(days=age)) for age, each in enumerate(deliveries(3))]
    )
    for each in stored:
        sent(hub, each)
    failed(hub, begun(hub, a_delivery(an_event(origin="another"))))

    assert hub.deliveries.release_old(0, 2) == Batch(3, 3)
    assert [each.id for each in hub.deliveries.load_readable([each.id for each in stored])] == [stored[0].id]


def test_one_that_was_resent_stays_however_old_it_is(hub: HubStores) -> None:
    delivery = hub.deliveries.move(failed(hub, begun(hub)).resent(hub.now()))

    assert hub.deliveries.release_old(0, 10) == Batch(0, 0)
    assert hub.deliveries.load(delivery.id) == delivery


def test_an_event_that_comes_again_after_the_release_is_new(hub: HubStores) -> None:
    sent(hub, begun(hub))
    hub.deliveries.release_old(0, 10)

    assert begun(hub).version == 1


def test_those_there_are_can_be_loaded_together(hub: HubStores) -> None:
    first, second = hub.deliveries.begin(deliveries(2))

    assert hub.deliveries.load_readable([second.id, "unknown", first.id]) == [second, first]
    assert hub.deliveries.load_readable([]) == []
