"""The judgement on what subscribers were told: the bank's ledger and the flows beside the events, the events beside the
log of deliveries, the log beside what the receivers saw."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from deploy.local.faults.findings import Finding, Wrong
from deploy.local.faults.records import OK, BankPayment, Records, SinkArrival, StoredDelivery, Subscriber

_SENT, _FAILED = "SENT", "FAILED"
# (kind of flow, the state it ended in) -> what was told of it, once.
_TOLD_OF_FLOWS = {
    ("disbursement", "settled"): ("payment.submitted", "payment.settled"),
    ("disbursement", "returned"): ("payment.submitted", "payment.settled", "payment.returned"),
    ("disbursement", "reversed"): ("payment.rejected",),
    ("repayment", "posted"): ("repayment.posted",),
    ("repayment", "returned"): ("payment.returned",),
    ("repayment", "unmatched"): ("payment.unmatched",),
}


def judge_events(records: Records) -> Iterator[Finding]:
    """Money that moved was told of once, as the Open Bank Project tells it; so was the end of each payment; and nothing
    was told of what never was."""
    told = Counter((event.about, event.account_id, event.trigger) for event in records.events)
    told_of_flows = Counter((event.about, event.trigger) for event in records.events)
    for payment in records.bank_payments:
        if payment.has_moved:
            for trigger in _triggers_of(payment):
                named = f"bank {payment.direction} {payment.transaction_id}"
                yield from _once(named, trigger, told[payment.transaction_id, payment.account_iban, trigger])
    for flow in records.flows:
        for trigger in _TOLD_OF_FLOWS.get((flow.id.partition(":")[0], flow.state), ()):
            yield from _once(flow.id, trigger, told_of_flows[flow.id, trigger])
    known = {flow.id for flow in records.flows}
    known |= {payment.transaction_id for payment in records.bank_payments if payment.has_moved}
    for event in records.events:
        if event.about not in known:
            what = f"{event.trigger} of {event.about}, which neither moved at the bank nor is a flow"
            yield Finding(Wrong.UNEXPLAINED, f"event {event.id}", what)


def _triggers_of(payment: BankPayment) -> tuple[str, ...]:
    moved = "OnCreditTransaction" if payment.direction == "credit" else "OnDebitTransaction"
    return ("OnBalanceChange", moved, "OnCreateTransaction")


def _once(named: str, trigger: str, count: int) -> Iterator[Finding]:
    if count == 0:
        yield Finding(Wrong.LOST, named, f"there is no {trigger} of it")
    elif count > 1:
        yield Finding(Wrong.DUPLICATED, named, f"there are {count} events {trigger} of it")


def judge_deliveries(records: Records) -> Iterator[Finding]:
    """Who wanted an event has one delivery of it, which its receiver took, or failed with a reason."""
    subscribers = {subscriber.id: subscriber for subscriber in records.subscribers}
    calls: dict[str, list[SinkArrival]] = defaultdict(list)
    for arrival in records.arrivals:
        calls[arrival.key].append(arrival)
    yield from _wanted_and_there(records)
    for delivery in records.deliveries:
        subscriber = subscribers.get(delivery.subscription_id)
        if subscriber:
            yield from _ended_well(delivery, subscriber)
            yield from _arrived(delivery, subscriber, calls[delivery.key])
    yield from _came_from_nowhere(records)


def _wanted_and_there(records: Records) -> Iterator[Finding]:
    wanted = {
        (event.id, subscriber.id): f"{event.trigger} {event.id} for {subscriber.sink}"
        for event in records.events
        for subscriber in records.subscribers
        if subscriber.wants(event)
    }
    there = Counter((delivery.event_id, delivery.subscription_id) for delivery in records.deliveries)
    for pair, named in wanted.items():
        if pair not in there:
            yield Finding(Wrong.LOST, named, "it was wanted, and there is no delivery of it")
    for pair, count in there.items():
        if pair not in wanted:
            yield Finding(Wrong.UNEXPLAINED, f"event {pair[0]} for subscription {pair[1]}", "nobody wanted it")
        elif count > 1:
            yield Finding(Wrong.DUPLICATED, wanted[pair], f"there are {count} deliveries of it")


def _ended_well(delivery: StoredDelivery, subscriber: Subscriber) -> Iterator[Finding]:
    named = _named(delivery, subscriber)
    if len(delivery.statuses) != delivery.attempts:
        what = f"it counts {delivery.attempts} attempts, and its log has {len(delivery.statuses)}"
        yield Finding(Wrong.UNEXPLAINED, named, what)
    if delivery.state == _SENT:
        if not subscriber.takes:
            yield Finding(Wrong.LOST, named, "called sent, and its receiver takes nothing")
        elif delivery.statuses[-1:] != (OK,):
            yield Finding(Wrong.LOST, named, f"called sent, and was answered {delivery.statuses[-3:]}")
    elif delivery.state != _FAILED:
        yield Finding(Wrong.LOST, named, f"never finished: it is {delivery.state}")
    elif subscriber.takes:
        yield Finding(
            Wrong.LOST, named, f"failed ({delivery.reason or 'no reason'}), and its receiver takes everything"
        )
    elif not delivery.reason:
        yield Finding(Wrong.UNEXPLAINED, named, "failed without a reason")


def _arrived(delivery: StoredDelivery, subscriber: Subscriber, calls: list[SinkArrival]) -> Iterator[Finding]:
    """An answer that was lost is a reason to call again, but every call has its attempt in the log."""
    named = _named(delivery, subscriber)
    if delivery.state == _SENT and not calls:
        yield Finding(Wrong.LOST, named, "called sent, and its receiver was never called with its key")
    if len(calls) > delivery.attempts:
        what = f"its receiver was called {len(calls)} times in {delivery.attempts} attempts"
        yield Finding(Wrong.DUPLICATED, named, what)
    for call in calls:
        if call.sink != subscriber.sink:
            yield Finding(Wrong.UNEXPLAINED, named, f"it came to {call.sink}")
        elif call.event_id != delivery.event_id or call.body != delivery.body:
            yield Finding(Wrong.UNEXPLAINED, named, "its receiver got other bytes than are stored")


def _came_from_nowhere(records: Records) -> Iterator[Finding]:
    known = {delivery.key for delivery in records.deliveries}
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    for arrival in records.arrivals:
        named = f"call at {arrival.sink} of event {arrival.event_id}"
        keys[arrival.sink, arrival.event_id].add(arrival.key)
        if arrival.key not in known:
            yield Finding(Wrong.UNEXPLAINED, named, f"no delivery has its key {arrival.key or '(none)'}")
    for (sink, event_id), different in keys.items():
        if len(different) > 1:
            what = f"it came under {len(different)} different keys"
            yield Finding(Wrong.DUPLICATED, f"event {event_id} at {sink}", what)


def _named(delivery: StoredDelivery, subscriber: Subscriber) -> str:
    return f"delivery {delivery.id} to {subscriber.sink}"
