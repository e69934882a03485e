"""Webhooks waiting to be sent: body and nonce made once, the same on every attempt."""

import json
import sqlite3
import time
from typing import Any

from sandbox.clearbank import source
from sandbox.clearbank.matching import Subject
from sandbox.clearbank.rules import newest_match
from sandbox.clearbank.wire import to_json
from sandbox.sqlite import insert

SIGNATURES = ("good", "forged", "missing", "of_other_body")


def body_of(kind: str, version: int, payload: Any, nonce: int) -> str:
    return to_json({"Type": kind, "Version": version, "Payload": payload, "Nonce": nonce})


def enqueue(
    db: sqlite3.Connection,
    kind: str,
    version: int,
    payload: Any,
    subject: Subject,
    *,
    signature: str = "good",
    nonce: int | None = None,
    raw_body: str | None = None,
) -> str:
    """Plan one webhook, return its id. Delivery rules decide on copies, losses and order."""
    now = time.time()
    nonce = source.next_nonce(db) if nonce is None else nonce
    subject = {**subject, "type": [kind]}
    rule = newest_match(db, "delivery_rules", subject, lambda _: True)
    webhook_id = source.next_uuid(db)
    insert(
        db,
        "webhooks",
        id=webhook_id,
        type=kind,
        version=version,
        body=body_of(kind, version, payload, nonce) if raw_body is None else raw_body,
        nonce=nonce,
        signature=signature,
        subject=json.dumps(subject),
        state="waiting",
        next_attempt_at=now + (source.next_fraction(db) * rule["reorder_seconds"] if rule else 0),
        failures=0,
        copies_left=rule["duplicates"] if rule else 0,
        losses_left=rule["lost"] if rule else 0,
        created_at=now,
    )
    return webhook_id
