"""The judgement finds each way in which a subscriber can be told too little, too much, or something else."""

from dataclasses import replace

import pytest

from deploy.local.faults.findings import Wrong
from deploy.local.faults.records import Records, SinkArrival, StoredFlow, Subscriber
from deploy.local.faults.verdict import judge
from tests.unit.faults.books import (
    ENDINGS,
    FLAPPING,
    GONE,
    HEALTHY,
    IBAN,
    OPERATING_IBAN,
    PAID,
    REPAYMENT,
    UNMATCHED,
    a_delivery,
    a_good_round,
    an_arrival,
    an_event,
    changed,
    without,
)

GOOD = a_good_round()
PAID_EVENT = an_event("payment.settled", f"disbursement:{PAID}")
TO_HEALTHY = a_delivery(an_event("OnCreateTransaction", "p1"), HEALTHY)
TO_FLAPPING = a_delivery(PAID_EVENT, FLAPPING)
TO_GONE = a_delivery(an_event("OnCreditTransaction", UNMATCHED), GONE)
SECOND_KEY = "a second key"


def found(records: Records) -> set[Wrong]:
    return {finding.wrong for finding in judge(records, ENDINGS)}


def with_delivery(delivery_id: str, **fields: object) -> Records:
    return replace(GOOD, deliveries=changed(GOOD.deliveries, lambda each: each.id == delivery_id, **fields))


def with_arrival(key: str, **fields: object) -> Records:
    return replace(GOOD, arrivals=changed(GOOD.arrivals, lambda each: each.key == key, **fields))


def without_event(event_id: str) -> Records:
    """Nor what follows from it."""
    return replace(
        GOOD,
        events=without(GOOD.events, lambda event: event.id == event_id),
        flows=without(GOOD.flows, lambda flow: flow.id == f"event:{event_id}"),
        deliveries=[each for each in GOOD.deliveries if each.event_id != event_id],
        arrivals=[each for each in GOOD.arrivals if each.event_id != event_id],
    )


LOST = {
    "money that moved and was not told of": without_event("OnCreateTransaction p1"),
    "a balance that changed and was not told of": without_event(f"OnBalanceChange {UNMATCHED}"),
    "a credit told of as of another account": replace(
        GOOD,
        events=changed(GOOD.events, lambda event: event.id == "OnCreditTransaction p4", account_id=OPERATING_IBAN),
    ),
    "a payment whose end was not told of": without_event(PAID_EVENT.id),
    "a repayment whose posting was not told of": without_event(f"repayment.posted {REPAYMENT}"),
    "an event without its delivery": replace(
        GOOD, deliveries=without(GOOD.deliveries, lambda each: each.id == TO_HEALTHY.id)
    ),
    "a delivery that nobody finished": with_delivery(TO_HEALTHY.id, state="QUEUED"),
    "a delivery cut off in mid-call": with_delivery(TO_HEALTHY.id, state="SENDING"),
    "a delivery that failed where all is taken": with_delivery(TO_HEALTHY.id, state="FAILED", reason="OTHER"),
    "a delivery called sent that was never called": replace(
        GOOD, arrivals=without(GOOD.arrivals, lambda each: each.key == TO_HEALTHY.key)
    ),
    "a delivery called sent that was refused": with_delivery(TO_FLAPPING.id, statuses=(503, None, 503)),
    "a delivery called sent that had no answer": with_delivery(TO_HEALTHY.id, statuses=(None,)),
    "a delivery called sent to who takes nothing": with_delivery(TO_GONE.id, state="SENT", statuses=(200,)),
}


@pytest.mark.parametrize("records", LOST.values(), ids=LOST)
def test_it_calls_lost(records: Records) -> None:
    assert Wrong.LOST in found(records)


TWICE = replace(PAID_EVENT, id="another id")
DUPLICATED = {
    "money told of under two event ids": replace(
        GOOD, events=[*GOOD.events, replace(an_event("OnBalanceChange", "p1", IBAN), id="another id")]
    ),
    "a payment's end told of under two event ids": replace(GOOD, events=[*GOOD.events, TWICE]),
    "an event with two deliveries to one subscriber": replace(
        GOOD, deliveries=[*GOOD.deliveries, replace(TO_HEALTHY, id="another id")]
    ),
    "a receiver called more often than the log has it": replace(
        GOOD, arrivals=[*GOOD.arrivals, an_arrival(TO_HEALTHY)]
    ),
    "an event that came under two keys": replace(
        GOOD, arrivals=[*GOOD.arrivals, an_arrival(TO_HEALTHY, key=SECOND_KEY)]
    ),
}


@pytest.mark.parametrize("records", DUPLICATED.values(), ids=DUPLICATED)
def test_it_calls_duplicated(records: Records) -> None:
    assert Wrong.DUPLICATED in found(records)


UNEXPLAINED = {
    "an event that was not published": replace(
        GOOD, flows=changed(GOOD.flows, lambda flow: flow.id == f"event:{PAID_EVENT.id}", state="received")
    ),
    "a parked event": replace(
        GOOD, flows=changed(GOOD.flows, lambda flow: flow.id == f"event:{PAID_EVENT.id}", parked="gave_up: why")
    ),
    "an event of money that never moved": replace(
        GOOD,
        events=[*GOOD.events, an_event("OnBalanceChange", "p2", IBAN)],
        flows=[*GOOD.flows, StoredFlow("event:OnBalanceChange p2", "published")],
    ),
    "a delivery of what nobody wanted": replace(
        GOOD,
        deliveries=[*GOOD.deliveries, a_delivery(PAID_EVENT, HEALTHY)],
        arrivals=[*GOOD.arrivals, an_arrival(a_delivery(PAID_EVENT, HEALTHY))],
    ),
    "other bytes than are stored": with_arrival(TO_HEALTHY.key, body="other bytes"),
    "another event's address": with_arrival(TO_HEALTHY.key, event_id="another event"),
    "a call where nobody had subscribed": with_arrival(TO_GONE.key, sink="elsewhere"),
    "a call under no key": replace(GOOD, arrivals=[*GOOD.arrivals, SinkArrival("healthy", "an event", "", "a body")]),
    "a failure without a reason": with_delivery(TO_GONE.id, reason=""),
    "an attempt that the log has not": with_delivery(TO_FLAPPING.id, statuses=(503, 200)),
}


@pytest.mark.parametrize("records", UNEXPLAINED.values(), ids=UNEXPLAINED)
def test_it_calls_unexplained(records: Records) -> None:
    assert found(records) == {Wrong.UNEXPLAINED}


def test_an_event_taken_twice_under_one_key_is_explained_by_a_lost_answer() -> None:
    again = [*GOOD.arrivals, an_arrival(TO_FLAPPING), an_arrival(TO_FLAPPING)]
    assert judge(replace(GOOD, arrivals=again), ENDINGS) == []


def test_a_failed_delivery_whose_only_attempt_never_went_out_is_no_finding() -> None:
    never = without(GOOD.arrivals, lambda each: each.key == TO_GONE.key)
    stopped = changed(GOOD.deliveries, lambda each: each.id == TO_GONE.id, statuses=(None,), reason="OTHER")
    assert judge(replace(GOOD, arrivals=never, deliveries=stopped), ENDINGS) == []


@pytest.mark.parametrize(
    ("subscriber", "is_wanted"),
    [
        (HEALTHY, True),
        (replace(HEALTHY, bank_id=""), True),
        (replace(HEALTHY, bank_id="another bank"), False),
        (replace(HEALTHY, account_id=IBAN), True),
        (replace(HEALTHY, account_id=OPERATING_IBAN), False),
        (replace(HEALTHY, trigger="OnBalanceChange"), False),
    ],
)
def test_a_subscriber_wants_its_trigger_of_its_account_its_bank_or_all(subscriber: Subscriber, is_wanted: bool) -> None:
    assert subscriber.wants(an_event("OnCreateTransaction", "p1", IBAN)) is is_wanted
