"""An event as one subscriber gets it: URL and body rendered once, to go out unchanged however often they must."""

from dataclasses import replace
from datetime import datetime

from shared.domain.hub.delivery import Delivery, FailureReason, delivery_id, idempotency_key
from shared.domain.hub.event import BusinessEvent
from shared.domain.hub.subscription import HeaderProfile, Subscription
from shared.domain.hub.template import RenderError, check_rendered, render_body, render_url
from shared.domain.hub.umm_profile import umm_body

MOST_BODY_BYTES = 256 * 1024
_CARRY_A_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})  # the rest only calls the URL, as OBP-API does


def rendered(event: BusinessEvent, subscription: Subscription, now: datetime) -> Delivery:
    """A new delivery, due now; failed at once, with its reason, when it may not or cannot go out."""
    identifier = delivery_id(event.id, subscription.id)
    delivery = Delivery(
        id=identifier,
        event_id=event.id,
        trigger=event.trigger,
        subscription_id=subscription.id,
        bank_id=event.bank_id,
        account_id=event.account_id,
        loan_id=event.values.get("LOAN_ID", ""),
        destination=subscription.url,
        method=subscription.method,
        content_type=subscription.content_type.value,
        body="",
        key=idempotency_key(identifier, 1),
        created_at=now,
        due_at=now,
    )
    try:
        delivery = replace(delivery, destination=render_url(subscription.url, event.placeholders))
    except RenderError as error:
        return delivery.failed(FailureReason.UNDEFINED_DESTINATION, str(error))
    if subscription.method.upper() in _CARRY_A_BODY:
        delivery = _with_body(delivery, _body(event, subscription), subscription)
    if subscription.is_active or delivery.is_final:
        return delivery
    # Kept with all it needs, so that it can be resent by hand.
    return delivery.failed(FailureReason.WEBHOOK_NOTIFICATIONS_DISABLED, "the subscription is switched off")


def _body(event: BusinessEvent, subscription: Subscription) -> str:
    if subscription.template:
        return render_body(subscription.template, event.placeholders, subscription.content_type)
    return umm_body(event) if subscription.header_profile is HeaderProfile.UMM else event.payload


def _with_body(delivery: Delivery, body: str, subscription: Subscription) -> Delivery:
    """A body that cannot go out is not kept: nothing could be done with it."""
    size = len(body.encode(errors="replace"))
    if size > MOST_BODY_BYTES:
        cause = f"the body has {size} bytes, and at most {MOST_BODY_BYTES} go out"
        return delivery.failed(FailureReason.MAX_MESSAGE_SIZE_LIMIT_EXCEEDED, cause)
    try:
        check_rendered(body, subscription.content_type)
    except RenderError as error:
        return delivery.failed(FailureReason.INVALID_JSON_BODY_SYNTAX, str(error))
    return replace(delivery, body=body)
