"""One attempt at one delivery: claim it, call, and write down what came of it.

An attempt may be cut off anywhere. It is stored before the call, so that one whose worker stopped is found when its
lease has run out: the receiver may have it, and gets it again under the same key.
"""

from datetime import datetime, timedelta

import structlog

from services.worker.handlers.hub.dispatch import Dispatch
from services.worker.handlers.hub.pauses import Pause, busy, closed
from services.worker.hub_ports import Called
from shared.domain.corruption import CorruptRecordError
from shared.domain.hub.delivery import Attempt, Delivery, FailureReason, Missed, Taken
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.retry_profiles import RetryProfile, profile_of
from shared.domain.hub.subscription import Subscription
from shared.domain.hub.triggers import Trigger

_log = structlog.get_logger()

# The due set knows milliseconds, the record knows more: what the set calls due must not be found early.
_PRECISION = timedelta(milliseconds=10)
SOON = timedelta(seconds=2)  # who answers within it may have many calls out
_STOPPED = Missed(reason=FailureReason.OTHER, cause="its worker stopped: the receiver may have it")


def deliver(delivery_id: str, dispatch: Dispatch) -> None:
    """Do what is due for this delivery now, if anything is."""
    try:
        delivery = dispatch.deliveries.load(delivery_id)
    except CorruptRecordError as error:
        dispatch.deliveries.quarantine(delivery_id, str(error))
        return
    now = dispatch.clock.now()
    if delivery is None or delivery.due_at is None or delivery.due_at > now + _PRECISION:
        return  # over, another worker's, or not yet
    try:
        subscription = dispatch.subscriptions.load(delivery.subscription_id)
    except CorruptRecordError as error:
        _fail(delivery, FailureReason.OTHER, str(error), dispatch)
        return
    if subscription is None:
        _fail(delivery, FailureReason.UNDEFINED_DESTINATION, "the subscription was deleted", dispatch)
    elif not subscription.is_active and delivery.trigger is not Trigger.SUBSCRIPTION_TEST:
        _fail(delivery, FailureReason.WEBHOOK_NOTIFICATIONS_DISABLED, "the subscription is switched off", dispatch)
    else:
        _go_on(delivery, subscription, now, dispatch)


def _go_on(delivery: Delivery, subscription: Subscription, now: datetime, dispatch: Dispatch) -> None:
    profile = profile_of(subscription.retry_profile, subscription.own_waits_seconds)
    if delivery.state is DeliveryState.SENDING and delivery.tries > len(profile.waits):
        dispatch.deliveries.move(delivery.missed(_STOPPED, profile, now, dispatch.jitter()), _lost(delivery))
        return
    gate = dispatch.gate_of(subscription.id)
    if seconds := gate.seconds_to_wait():
        _wait(delivery, closed(seconds), now, dispatch)
        return
    if not dispatch.berths.take(subscription.id, delivery.id):
        # Those who have the berths tell the gate how they fare, if it was this one that was let through to see.
        _wait(delivery, busy(dispatch.jitter()), now, dispatch)
        return
    has_proven = None
    try:
        sending = dispatch.deliveries.move(delivery.begin_attempt(now, dispatch.lease), _lost(delivery))
        if sending is None:
            return  # another worker was faster
        called = _call(sending, subscription, dispatch)
        ended_at = dispatch.clock.now()
        has_proven = _answers(called.result) and ended_at - now <= SOON
        # Before all else that may fail: what the call came to must not be lost.
        _settle(sending, called, profile, ended_at, dispatch)
        gate.tell(called.result)
    finally:
        dispatch.berths.leave(subscription.id, delivery.id, has_proven)


def _wait(delivery: Delivery, pause: Pause, now: datetime, dispatch: Dispatch) -> None:
    waiting = dispatch.deliveries.waiting(delivery.subscription_id)
    dispatch.deliveries.move(pause.put_off(delivery, waiting, now, dispatch.jitter()), _lost(delivery))


def _fail(delivery: Delivery, reason: FailureReason, cause: str, dispatch: Dispatch) -> None:
    if dispatch.deliveries.move(delivery.failed(reason, cause), _lost(delivery)):
        _log.warning("delivery failed", delivery=delivery.id, reason=reason.value, why=cause)


def _call(delivery: Delivery, subscription: Subscription, dispatch: Dispatch) -> Called:
    try:
        return dispatch.subscriber.call(delivery, subscription)
    except Exception as error:  # a defect of ours: it takes its turn with the others and is seen
        _log.exception("delivery not called", delivery=delivery.id)
        return Called(Missed(reason=FailureReason.OTHER, cause=f"unexpected {type(error).__name__}"), ())


def _answers(result: Taken | Missed) -> bool:
    """A refusal is an answer too."""
    return result.status is not None and result.status < 500


def _settle(sending: Delivery, called: Called, profile: RetryProfile, now: datetime, dispatch: Dispatch) -> None:
    match called.result:
        case Taken():
            after = sending.taken(now)
        case Missed() as why:
            after = sending.missed(why, profile, now, dispatch.jitter())
    if dispatch.deliveries.move(after, _attempt(sending, called, now)) is None:
        # The lease ran out in mid-call, and whoever took over counts.
        _log.warning("attempt overtaken", delivery=sending.id, attempt=sending.attempts)
    elif after.state is DeliveryState.FAILED:
        reason = after.failure_reason.value if after.failure_reason else ""
        _log.warning("delivery failed", delivery=sending.id, reason=reason, why=after.failure_cause)


def _attempt(sending: Delivery, called: Called, now: datetime) -> Attempt:
    result = called.result
    began_at = sending.last_tried_at or now
    return Attempt(
        number=sending.attempts,
        started_at=began_at,
        seconds=(now - began_at).total_seconds(),
        key=sending.key,
        headers=called.headers,
        status=result.status,
        reason=result.reason.value if isinstance(result, Missed) else "",
        cause=result.cause if isinstance(result, Missed) else "",
        answer=result.answer,
    )


def _lost(delivery: Delivery) -> Attempt | None:
    """The attempt that nobody came back from, if the delivery still stands in one."""
    if delivery.state is not DeliveryState.SENDING:
        return None
    ended_at = delivery.leased_until or delivery.last_tried_at or delivery.created_at
    return _attempt(delivery, Called(_STOPPED, ()), ended_at)
