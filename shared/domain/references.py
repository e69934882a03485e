"""Our ids, made from what they stand for: same input, same id, on every worker and after every restart."""

import hashlib
import re
from uuid import UUID

_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_-]{1,36}", re.ASCII)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)


def request_key(payment_id: str, step: str, generation: int = 1) -> str:
    """One UUID for one effect: ClearBank's X-Request-Id (at most 83 characters) and Mambu's Idempotency-Key.

    Mambu demands the form of version 4 (Mambu API v2, idempotency), so the digest wears its version and variant bits.
    `generation` counts new attempts that a person asked for; automatic repeats keep the key.
    """
    digest = hashlib.sha256(f"{payment_id}\x1f{step}\x1f{generation}".encode()).digest()
    return str(UUID(bytes=digest[:16], version=4))


def external_id(transaction_id: str) -> str:
    """Mambu's externalId for a credit at the bank: at most 36 of A-Z a-z 0-9 - _, so a UUID fits exactly."""
    if _EXTERNAL_ID.fullmatch(transaction_id):
        return transaction_id
    return hashlib.sha256(transaction_id.encode()).hexdigest()[:36]


def debit_external_id(transaction_id: str) -> str:
    """Mambu's externalId for a debit: an internal transfer has one TransactionId on both its sides.

    A UUID stays readable, without its hyphens.
    """
    if _UUID.fullmatch(transaction_id):
        return "D-" + transaction_id.replace("-", "")
    return "D-" + hashlib.sha256(transaction_id.encode()).hexdigest()[:34]


def instruction_id(end_to_end_id: str, prefix: str) -> str:
    """Our instruction identification beside the end-to-end id: at most 35 characters."""
    return f"{prefix}{end_to_end_id}"[:35]
