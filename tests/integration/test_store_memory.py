"""What docs/operations.md says of the memory of a receipt."""

from typing import Any

import pytest
from redis import Redis

from shared.store import keys
from shared.store.inbox import Inbox
from tests.contract.records import a_webhook

pytestmark = pytest.mark.enable_socket

BODY = b"x" * 1_200
MANY = 200
BYTES_OF_A_KEY = 100  # of the server's own table, at most, which MEMORY USAGE leaves out of account


def test_a_finished_receipt_takes_its_body_and_little_more(redis: Redis) -> None:
    inbox = Inbox(redis)
    webhooks = [a_webhook(f"event-{n}", "content", f"TransactionSettled-{n:032}", body=BODY) for n in range(MANY)]
    inbox.accept(webhooks)
    for webhook in webhooks:
        inbox.finish(webhook.identity.fingerprint, "repayment:0b8f2f6c-7a8e-4f5c-9f0e-2c2a4c1d9e77")
    kept: list[Any] = list(redis.scan_iter(f"{keys.PREFIX}*"))
    used = sum(redis.memory_usage(key, samples=0) or 0 for key in kept) + len(kept) * BYTES_OF_A_KEY
    assert len(BODY) < used / MANY < 2 * len(BODY) + 300
