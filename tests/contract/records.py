"""Receipts and flows for the stores, by what the test is about."""

import hashlib
from datetime import UTC, datetime

from shared.domain.disbursement import Disbursement
from shared.domain.history import HistoryEntry
from shared.domain.hub.announcement import Announcement
from shared.domain.notification import Notification
from shared.domain.webhook_identity import WebhookIdentity
from shared.store.inbox import NewReceipt
from tests import builders
from tests.builders.hub import an_event

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_webhook(event: str = "event-1", content: str = "content", *names: str, body: bytes = b"{}") -> NewReceipt:
    """One delivery: each call is an attempt of its own. Same event and content: the same webhook again."""
    fingerprint, digest = (hashlib.sha256(text.encode()).hexdigest() for text in (event, content))
    tried = (*(names or ("TransactionSettled-e2e",)), f"TransactionSettled-e2e-{fingerprint[:12]}")
    identity = WebhookIdentity(tried, fingerprint, digest)
    return NewReceipt("clearbank", "TransactionSettled", identity, body, b"element of " + event.encode())


def a_disbursement(key: str = builders.TRANSACTION_KEY, **changed: str) -> Disbursement:
    """The disbursement of one transaction of the core."""
    return builders.a_disbursement(builders.a_disbursement_order(transaction_key=key, **changed))


def a_notification(code: str = "pay:gave_up", about: str = f"disbursement:{builders.TRANSACTION_KEY}") -> Notification:
    """People are told of one problem of one flow."""
    return builders.a_notification(builders.a_notice(about=about, code=code))


def an_announcement(origin: str = "1", about: str = f"disbursement:{builders.TRANSACTION_KEY}") -> Announcement:
    """Subscribers are told of one event; the same origin is the same event."""
    return Announcement.of(an_event(origin=origin), about)


def an_entry(what: str, at: datetime = NOON) -> HistoryEntry:
    return HistoryEntry(at, what, "a test", "received")
