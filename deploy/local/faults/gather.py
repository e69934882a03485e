"""Reads the records: at the sandbox's doors, and in the store itself, past the wire."""

from collections.abc import Iterator
from typing import Any

from redis import Redis

from deploy.local.faults.records import (
    OK,
    BankOrder,
    BankPayment,
    CoreTransaction,
    Records,
    SentWebhook,
    StoredFlow,
    StoredReceipt,
)
from sandbox.player import HttpDoors
from shared.store import keys
from shared.store.inbox import Inbox
from shared.store.journal import Journal

_STATUS_FIELD = "transactionStatus"
_CORE_SENT = "SENT"


class Gatherer:
    """`redis` reaches the store without the wire."""

    def __init__(self, doors: HttpDoors, redis: Redis) -> None:
        self._doors = doors
        self._redis = redis

    def records(self) -> Records:
        return Records(
            bank_payments=self.bank_payments(),
            bank_orders=self._bank_orders(),
            core_transactions=self._core_transactions(),
            webhooks=[*self.bank_webhooks(), *self.core_webhooks()],
            receipts=list(self._receipts()),
            flows=list(self._flows()),
        )

    def due(self) -> int:
        """How many receipts and flows our own sweeper still means to look at."""
        return int(self._redis.zcard(keys.DUE))

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

    def _flows(self) -> Iterator[StoredFlow]:
        journal = Journal(self._redis)
        for flow_id in self._ids(keys.flow("")):
            flow = journal.load(flow_id)
            if flow:
                parked = f"{flow.parked.code}: {flow.parked.reason}" if flow.parked else ""
                yield StoredFlow(flow_id, flow.state.value, flow.next_step or "", parked)

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
