"""What a receiver's answer means for the delivery."""

from datetime import datetime
from email.utils import parsedate_to_datetime

from services.worker.adapters.subscribers.exchange import Answer
from shared.domain.hub.delivery import FailureReason, Missed, Taken
from shared.domain.hub.subscription import HeaderProfile, Subscription

MOST_KEPT_CHARACTERS = 500
ASKS_FOR_TIME = frozenset({429, 503})
# UMM Services Webhooks names no status that ends the hourly posts.
_NEVER_GONE = "hourly"


def verdict(answer: Answer, text: str, subscription: Subscription, began_at: datetime) -> Taken | Missed:
    """2xx is success, for the UMM profile 200 alone (UMM Services Webhooks, delivery); a redirect is none. `text` is
    the body as it may be shown, and its beginning is kept."""
    text = text.replace("\x00", "")[:MOST_KEPT_CHARACTERS]
    is_umm = subscription.header_profile is HeaderProfile.UMM
    if answer.status == 200 or (not is_umm and 200 <= answer.status < 300):
        return Taken(status=answer.status, answer=text)
    cause = f"the receiver answered {answer.status}"
    if 300 <= answer.status < 400:
        cause += ", a redirect, and none is followed"
    return Missed(
        reason=FailureReason.INVALID_HTTP_RESPONSE,
        cause=cause,
        status=answer.status,
        answer=text,
        after_seconds=_after_seconds(answer, began_at),
        is_gone=answer.status == 410 and subscription.retry_profile != _NEVER_GONE,
    )


def _after_seconds(answer: Answer, began_at: datetime) -> float | None:
    """Retry-After, in seconds or as a date (RFC 9110, 10.2.3); None when it says nothing that we understand."""
    told = answer.headers.get("retry-after", "").strip()
    if answer.status not in ASKS_FOR_TIME or not told.isascii():
        return None
    if told.isdecimal():
        return float(told[:9])
    try:
        return max((parsedate_to_datetime(told) - began_at).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):  # no date, or one without its zone
        return None
