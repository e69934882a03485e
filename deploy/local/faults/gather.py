"""Reads the records: at the sandbox's doors, and in the store itself, past the wire."""

from collections.abc import Iterator, Sequence
from typing import Any

from redis import Redis

from deploy.local.faults.receivers import ELSEWHERE
from deploy.local.faults.records import (
    OK,
    BankOrder,
    BankPayment,
    CoreTransaction,
    Records,
    SentWebhook,
    SinkArrival,
    StoredDelivery,
    StoredEvent,
    StoredFlow,
    StoredReceipt,
    Subscriber,
)
from sandbox.player import HttpDoors
from shared.domain.hub.announcement import Announcement
from shared.store import keys
from shared.store.deliveries import Deliveries
from shared.store.inbox import Inbox
from shared.store.journal import Journal

_STATUS_FIELD = "transactionStatus"
_CORE_SENT = "SENT"
_KEY_HEADER = "x-notifications-idempotency-key"


class Gatherer:
    """`redis` reaches the store without the wire."""

    def __init__(self, doors: HttpDoors, redis: Redis) -> None:
        self._doors = doors
        self._redis = redis

    def records(self, subscribers: Sequence[Subscriber]) -> Records:
        flows, events = self._flows()
        return Records(
            bank_payments=self.bank_payments(),
            bank_orders=self._bank_orders(),
            core_transactions=self._core_transactions(),
            webhooks=[*self.bank_webhooks(), *self.core_webhooks()],
            receipts=list(self._receipts()),
            flows=flows,
            events=events,
            subscribers=subscribers,
            deliveries=list(self._deliveries()),
            arrivals=[came for sink in (ELSEWHERE, *(each.sink for each in subscribers)) for came in self._at(sink)],
        )

    def due(self) -> int:
        """How many receipts, flows and deliveries our own sweepers still mean to look at."""
        return int(self._redis.zcard(keys.DUE)) + int(self._redis.zcard(keys.DELIVERIES_DUE))

    def bank_payments(self) -> list[BankPayment]:
        rows = self._doors.get("bank", "/_sandbox/ledger")["transactions"]
        return [
            BankPayment(
                transaction_id=row["transactionId"],
                end_to_end_id=row["endToEndId"],
                direction=row["direction"],
                amount_pence=row["amountPence"],
                status=row["status"],
                account_iban=row["accountIban"],
                is_return=row["isReturn"],
            )
            for row in rows
        ]

    def bank_webhooks(self) -> list[SentWebhook]:
        rows = self._doors.get("bank", "/_sandbox/webhooks")["webhooks"]
        return [_webhook("bank", row, row["type"], is_waiting=row["state"] != "delivered") for row in rows]

    def core_webhooks(self) -> list[SentWebhook]:
        rows = self._doors.get("core", "/_sandbox/webhooks")["webhooks"]
        return [_webhook("core", row, row["event"], is_waiting=row["state"] != _CORE_SENT) for row in rows]

    def answers_spoiled(self, door: str) -> int:
        """How many calls of ours the simulated bank or core answered with a fault of its own, or not at all."""
        requests = self._doors.get(door, "/_sandbox/requests")["requests"]
        return sum(row["status"] in (0, 102, 429) or row["status"] >= 500 for row in requests)

    def _bank_orders(self) -> list[BankOrder]:
        requests = self._doors.get("bank", "/_sandbox/requests")["requests"]
        return [
            BankOrder(end_to_end_id, row["requestId"])
            for row in requests
            if row["method"] == "POST" and "payments" in row["path"].lower()
            for end_to_end_id in row["endToEndIds"]
        ]

    def _core_transactions(self) -> list[CoreTransaction]:
        return [
            CoreTransaction(
                key=row["encodedKey"],
                kind=row["type"],
                amount_pence=row["amountPence"],
                loan_id=loan["id"],
                external_id=row["externalId"] or "",
                channel=row["channel"] or "",
                status=row["customFields"].get(_STATUS_FIELD, ""),
                original_key=row["originalTransactionKey"] or "",
                is_adjusted=row["adjusted"],
            )
            for loan in self._doors.get("core", "/_sandbox/loans")["loans"]
            for row in loan["transactions"]
        ]

    def _receipts(self) -> Iterator[StoredReceipt]:
        inbox = Inbox(self._redis)
        for receipt_id in self._ids(keys.receipt("")):
            receipt = inbox.load(receipt_id)
            if receipt:
                body = receipt.body.decode(errors="replace")
                yield StoredReceipt(receipt_id, receipt.name, body, receipt.state.value, receipt.reason)

    def _flows(self) -> tuple[list[StoredFlow], list[StoredEvent]]:
        """All flows, and the events that the announcements among them are of."""
        journal = Journal(self._redis)
        flows, events = [], []
        for flow_id in self._ids(keys.flow("")):
            flow = journal.load(flow_id)
            if flow:
                parked = f"{flow.parked.code}: {flow.parked.reason}" if flow.parked else ""
                flows.append(StoredFlow(flow_id, flow.state.value, flow.next_step or "", parked))
            if isinstance(flow, Announcement):
                event = flow.event
                events.append(StoredEvent(event.id, event.trigger.value, event.bank_id, event.account_id, flow.about))
        return flows, events

    def _deliveries(self) -> Iterator[StoredDelivery]:
        deliveries = Deliveries(self._redis)
        for delivery in deliveries.load_readable(self._ids(keys.delivery(""))):
            ended_at = delivery.sent_at or delivery.last_tried_at or delivery.created_at
            yield StoredDelivery(
                id=delivery.id,
                event_id=delivery.event_id,
                subscription_id=delivery.subscription_id,
                state=delivery.state.value,
                key=delivery.key,
                body=delivery.body,
                attempts=delivery.attempts,
                statuses=tuple(attempt.status for attempt in deliveries.attempts(delivery.id)),
                reason=delivery.failure_reason.value if delivery.failure_reason else "",
                seconds=(ended_at - delivery.created_at).total_seconds(),
            )

    def _at(self, sink: str) -> Iterator[SinkArrival]:
        for row in self._doors.get("sinks", f"/_sandbox/sinks/{sink}")["arrivals"]:
            headers = {name.lower(): value for name, value in row["headers"].items()}
            yield SinkArrival(sink, row["path"].rpartition("/")[2], headers.get(_KEY_HEADER, ""), row["body"])

    def _ids(self, prefix: str) -> list[str]:
        found = self._redis.scan_iter(match=f"{prefix}*", count=1000)
        return sorted({key.decode().removeprefix(prefix) for key in found})


def _webhook(sender: str, row: Any, kind: str, *, is_waiting: bool) -> SentWebhook:
    attempts = row["attempts"]
    return SentWebhook(
        id=row["id"],
        sender=sender,
        kind=kind,
        body=row["body"],
        statuses=tuple(attempt["status"] for attempt in attempts),
        wrong_answers=sum(attempt["status"] == OK and not attempt["ok"] for attempt in attempts),
        is_waiting=is_waiting,
    )
