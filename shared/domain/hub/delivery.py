"""One event on its way to one subscriber: what goes out, how far it has come, and every attempt.

The edges between the states stand in delivery_states.py. URL and body are rendered once and never again.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from shared.domain.hub.delivery_states import FINAL, DeliveryState, check_edge
from shared.domain.hub.placeholders import PLACEHOLDER
from shared.domain.hub.retry_profiles import RetryProfile
from shared.domain.hub.triggers import Trigger


class FailureReason(StrEnum):
    """Mambu's names, as its communications log shows them (Mambu API v2: communications)."""

    INVALID_HTTP_RESPONSE = "INVALID_HTTP_RESPONSE"  # an answer, and none that counts as taken
    HTTP_ERROR_WHILE_SENDING = "HTTP_ERROR_WHILE_SENDING"  # no answer: timeout, network, TLS, token endpoint
    INVALID_JSON_BODY_SYNTAX = "INVALID_JSON_BODY_SYNTAX"
    MAX_MESSAGE_SIZE_LIMIT_EXCEEDED = "MAX_MESSAGE_SIZE_LIMIT_EXCEEDED"
    UNDEFINED_DESTINATION = "UNDEFINED_DESTINATION"  # the subscription is gone
    INVALID_HTTP_PROTOCOL = "INVALID_HTTP_PROTOCOL"  # plain http to where only https may go
    BLACKLISTED_URL = "BLACKLISTED_URL"  # a private address
    WEBHOOK_NOTIFICATIONS_DISABLED = "WEBHOOK_NOTIFICATIONS_DISABLED"
    OTHER = "OTHER"


# What no further attempt can cure; a short list, since an unknown error may pass (a DNS failure did).
PERMANENT = frozenset(
    {
        FailureReason.INVALID_JSON_BODY_SYNTAX,
        FailureReason.MAX_MESSAGE_SIZE_LIMIT_EXCEEDED,
        FailureReason.UNDEFINED_DESTINATION,
        FailureReason.INVALID_HTTP_PROTOCOL,
        FailureReason.WEBHOOK_NOTIFICATIONS_DISABLED,
    }
)

_NEVER_RENDERED = frozenset({FailureReason.INVALID_JSON_BODY_SYNTAX, FailureReason.MAX_MESSAGE_SIZE_LIMIT_EXCEEDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The receiver has it. `answer` is the beginning of its body."""

    status: int
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """It has not, as far as we know. `status` is None when there was no answer, `after_seconds` what the receiver asked
    us to wait. `is_gone`: 410, the receiver wants no more of it (Standard Webhooks spec)."""

    reason: FailureReason
    cause: str
    status: int | None = None
    answer: str = ""
    after_seconds: float | None = None
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call, as the log shows it. Numbers go on over manual resends. `headers` are those that hold no secret."""

    number: int
    started_at: datetime
    seconds: float
    key: str
    headers: tuple[tuple[str, str], ...]
    status: int | None = None
    reason: str = ""
    cause: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """`id` is 32 hex digits, the same for the same event and subscription. `key` is the idempotency key: kept over
    automatic retries, new with a resend by hand.

    `attempts` counts all calls ever, `tries` those of the present round, which a resend begins anew. `version` counts
    moves; 0 means not stored yet. `due_at` is when the next attempt may go, None in a final state.
    """

    id: str
    event_id: str
    trigger: Trigger
    subscription_id: str
    bank_id: str
    account_id: str
    loan_id: str = ""
    destination: str
    method: str
    content_type: str
    body: str
    key: str
    created_at: datetime
    due_at: datetime | None
    state: DeliveryState = DeliveryState.QUEUED
    version: int = 0
    round: int = 1
    attempts: int = 0
    tries: int = 0
    last_tried_at: datetime | None = None
    leased_until: datetime | None = None
    sent_at: datetime | None = None
    failure_reason: FailureReason | None = None
    failure_cause: str = ""

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def was_never_rendered(self) -> bool:
        """There is nothing to send: what did not fit is not kept, and an address with placeholders in it is none."""
        return self.failure_reason in _NEVER_RENDERED or PLACEHOLDER.search(self.destination) is not None

    def begin_attempt(self, now: datetime, lease: timedelta) -> Self:
        """About to call: stored before the call goes out, so that a worker that dies leaves its trace."""
        return self._to(
            DeliveryState.SENDING,
            attempts=self.attempts + 1,
            tries=self.tries + 1,
            last_tried_at=now,
            leased_until=now + lease,
            due_at=now + lease,
        )

    def wait(self, until: datetime, cause: str) -> Self:
        """Not now: nothing was tried, so nothing counts."""
        return self._to(DeliveryState.WAITING, due_at=until, leased_until=None, failure_cause=cause)

    def taken(self, now: datetime) -> Self:
        return self._to(
            DeliveryState.SENT,
            due_at=None,
            leased_until=None,
            sent_at=now,
            failure_reason=None,
            failure_cause="",
        )

    def missed(self, why: Missed, profile: RetryProfile, now: datetime, jitter: float) -> Self:
        """Queued for the next attempt of the profile, or failed for good when there is none or none could help."""
        next_at = None
        if why.reason not in PERMANENT and not why.is_gone:
            next_at = profile.next_attempt_at(self.tries, self.last_tried_at or now, now, jitter, why.after_seconds)
        state = DeliveryState.FAILED if next_at is None else DeliveryState.QUEUED
        return self._to(state, due_at=next_at, leased_until=None, failure_reason=why.reason, failure_cause=why.cause)

    def failed(self, reason: FailureReason, cause: str) -> Self:
        """For good, without an attempt."""
        return self._to(
            DeliveryState.FAILED,
            due_at=None,
            leased_until=None,
            failure_reason=reason,
            failure_cause=cause,
        )

    def resent(self, now: datetime) -> Self:
        """Queued again by hand: the same bytes, a new key, a new round of attempts. The reason of the last failure
        stays until the next attempt."""
        again = self.round + 1
        return self._to(
            DeliveryState.QUEUED,
            round=again,
            key=idempotency_key(self.id, again),
            tries=0,
            leased_until=None,
            due_at=now,
        )

    def _to(self, state: DeliveryState, **changes: Any) -> Self:
        """Raises ValueError when there is no such edge."""
        check_edge(self.state, state)
        return replace(self, state=state, **changes)


def delivery_id(event_id: str, subscription_id: str) -> str:
    """32 hex digits, as Mambu's encoded keys: the same event goes to the same subscription once."""
    return hashlib.sha256(f"{event_id}\x1f{subscription_id}".encode()).hexdigest()[:32]


def idempotency_key(delivery_id: str, round_number: int) -> str:
    """32 hex digits, which also fits UMM's idempotent_request_key."""
    return hashlib.sha256(f"{delivery_id}\x1f{round_number}".encode()).hexdigest()[:32]
