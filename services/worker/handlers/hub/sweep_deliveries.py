"""The clock's work on the outgoing side: enqueue the deliveries and resends that are due."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

import structlog

from services.worker.handlers.hub.dispatch import Dispatch
from services.worker.handlers.hub.pauses import Pause, closed, unproven
from services.worker.ports import Publisher
from shared.domain.hub.delivery import Delivery
from shared.domain.hub.delivery_states import DeliveryState
from shared.messages import queues, tasks

_log = structlog.get_logger()

AT_MOST = 500
_DELIVERY, _RESEND = "delivery:", "resend:"
_BETWEEN_ATTEMPTS = frozenset({DeliveryState.QUEUED, DeliveryState.WAITING})


def sweep_deliveries(dispatch: Dispatch, publisher: Publisher, again_after_seconds: float) -> int:
    """How many were enqueued. What the broker does not take is due again later; nothing is taken out of the due set
    that the queue has no room for."""
    room = min(AT_MOST, publisher.room(queues.REDELIVERIES))
    members = dispatch.deliveries.take_due(room, again_after_seconds) if room else []
    ids = [member.removeprefix(_DELIVERY) for member in members if member.startswith(_DELIVERY)]
    put_off = _put_off(ids, dispatch)
    for resend_id in (member.removeprefix(_RESEND) for member in members if member.startswith(_RESEND)):
        publisher.enqueue(tasks.RESEND, resend_id)
    for delivery_id in ids:
        if delivery_id not in put_off:
            publisher.enqueue(tasks.REDELIVER, delivery_id)
    if members:
        _log.info("swept", enqueued=len(members) - len(put_off), put_off=len(put_off), queue=queues.REDELIVERIES)
    return len(members) - len(put_off)


def _put_off(delivery_ids: Sequence[str], dispatch: Dispatch) -> frozenset[str]:
    """Those for whom their destination has no room now wait on, all in one step: a task for each would keep the workers
    from those who can be called. Whoever is left out here finds out by itself."""
    found = dispatch.deliveries.load_readable(delivery_ids)
    idle = [delivery for delivery in found if delivery.state in _BETWEEN_ATTEMPTS]
    of_subscription = attrgetter("subscription_id")
    waiting: list[Delivery] = []
    for subscription_id, group in groupby(sorted(idle, key=of_subscription), of_subscription):
        room, pause = _room(subscription_id, dispatch)
        if too_many := list(group)[room:]:
            count, now = dispatch.deliveries.waiting(subscription_id), dispatch.clock.now()
            waiting += [pause.put_off(each, count, now, dispatch.jitter()) for each in too_many]
    return frozenset(delivery.id for delivery in dispatch.deliveries.move_all(waiting))


def _room(subscription_id: str, dispatch: Dispatch) -> tuple[int, Pause]:
    """For how many deliveries of a destination it is worth ringing, and why the others wait."""
    if seconds := dispatch.gate_of(subscription_id).seconds_closed():
        return 0, closed(seconds)
    free = dispatch.berths.room(subscription_id)
    return AT_MOST if free is None else free, unproven(dispatch.jitter())
