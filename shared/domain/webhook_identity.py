"""What makes two webhooks the same webhook.

The name is what people search by and is not unique: foreign senders repeat end-to-end ids, transfers send two webhooks
with one. The fingerprint decides equality; it holds neither nonce nor time of receipt, which change between re-sends of
one event. The digest tells whether two bodies with one fingerprint say the same.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shared.domain.webhook_envelope import Envelope, account_identifier, field, is_return, text_field


@dataclass(frozen=True, slots=True)
class WebhookIdentity:
    """`names` are tried in order; the last one holds the fingerprint and so is never another event's."""

    names: tuple[str, ...]
    fingerprint: str
    digest: str


def clearbank_identity(envelope: Envelope) -> WebhookIdentity:
    """Identity of a ClearBank webhook: `Type-Identifier[-Scheme][-REV|-RETRY]` and its unique keys."""
    kind, payload = envelope.kind, envelope.content
    digest = _digest(payload)
    identifier, keys = _identity_keys(kind, payload)
    if kind == "FITestEvent":  # no id of its own, and its text may repeat: only the nonce tells two tests apart
        keys = (digest, str(envelope.nonce))
    if keys and kind.startswith("VirtualAccount"):  # two versions are in use; who takes both hears of one account twice
        keys = (*keys, str(envelope.version))
    fingerprint = _hash("clearbank", kind, *(keys or (digest,)))
    scheme = text_field(payload, "Scheme") or text_field(payload, "PaymentMethodType")
    stem = "-".join(part for part in (kind, identifier or digest[:32], scheme) if part)
    transaction_id = text_field(payload, "TransactionId")
    names: tuple[str, ...]
    if is_return(payload):
        names = (f"{stem}-REV", f"{stem}-RETRY", f"{stem}-RETRY-{transaction_id}")
    else:
        names = (stem, f"{stem}-{transaction_id}") if transaction_id else (stem,)
    return WebhookIdentity((*names, f"{names[-1]}-{fingerprint[:12]}"), fingerprint, digest)


def mambu_identity(event: str, keys: tuple[str, ...], body: Any) -> WebhookIdentity:
    """Identity of a Mambu webhook: the event and its business keys, the first of which people search by.

    `x-notifications-idempotency-key` is evidence and not part of it: a manual resend carries a new one.
    """
    fingerprint = _hash("mambu", event, *keys)
    return _event_identity(f"{event}-{keys[0]}", fingerprint, body)


def umm_identity(kind: str, client_key: str, event_id: str, body: Any) -> WebhookIdentity:
    """Identity of a UMM webhook: client key and event id (UMM Services Webhooks, delivery). Neither is empty, and the
    client key is letters and digits."""
    return _event_identity(f"{kind}-{client_key}-{event_id}", _hash("umm", client_key, event_id), body)


def obp_identity(kind: str, event_id: str, body: Any) -> WebhookIdentity:
    """Identity of an Open Bank Project webhook: its event id, which all webhooks of one trigger share."""
    return _event_identity(f"{kind}-{event_id}", _hash("obp", event_id), body)


def _event_identity(name: str, fingerprint: str, body: Any) -> WebhookIdentity:
    return WebhookIdentity((name, f"{name}-{fingerprint[:12]}"), fingerprint, _digest(body))


def _identity_keys(kind: str, payload: Any) -> tuple[str, tuple[str, ...]]:
    """(identifier for the name, keys of the fingerprint); empty keys mean: the whole payload is the key."""
    for belongs, keys_of in _KEYS:
        if belongs(kind):
            identifier, keys = keys_of(payload)
            return identifier, keys if any(keys) else ()
    return "", ()


def _settled(payload: Any) -> tuple[str, tuple[str, ...]]:
    transaction_id = text_field(payload, "TransactionId")
    identifier = text_field(payload, "EndToEndTransactionId") or transaction_id
    if not transaction_id:
        return identifier, ()
    return identifier, (transaction_id, text_field(payload, "Account", "IBAN"), text_field(payload, "DebitCreditCode"))


def _rejected(payload: Any) -> tuple[str, tuple[str, ...]]:
    transaction_id = text_field(payload, "TransactionId")
    return text_field(payload, "EndToEndTransactionId") or transaction_id, (transaction_id,)


def _held(payload: Any) -> tuple[str, tuple[str, ...]]:
    # No TransactionId on held webhooks: the whole payload is the key (ClearBank docs: inbound-held-transaction-v1).
    return text_field(payload, "EndToEndTransactionId"), ()


def _message_failed(payload: Any) -> tuple[str, tuple[str, ...]]:
    failures = next((field(payload, name) for name in FAILURE_LISTS if field(payload, name)), None)
    failures = failures if isinstance(failures, list) else []
    ids = [text_field(failure, "EndToEndId") for failure in failures]
    message_id = text_field(payload, "MessageId")
    return (ids[0] if ids else message_id), ((message_id, *ids) if message_id else ())


def _virtual_account(payload: Any) -> tuple[str, tuple[str, ...]]:
    virtual_account_id = text_field(payload, "VirtualAccountId")
    return account_identifier(payload, "IBAN") or virtual_account_id, (virtual_account_id,)


def _bacs_mandate(payload: Any) -> tuple[str, tuple[str, ...]]:
    mandate_id, event_date = text_field(payload, "MandateId"), text_field(payload, "EventDate")
    if mandate_id:
        return mandate_id, (mandate_id, event_date)
    sun, reference = text_field(payload, "ServiceUserNumber"), text_field(payload, "Reference")
    return "-".join(part for part in (sun, reference) if part), ((sun, reference, event_date) if event_date else ())


def _by(key: str) -> Callable[[Any], tuple[str, tuple[str, ...]]]:
    return lambda payload: (text_field(payload, key), (text_field(payload, key),))


FAILURE_LISTS = ("AssesmentFailure", "AssessmentFailure", "ValidationFailure")
_KEYS: tuple[tuple[Callable[[str], bool], Callable[[Any], tuple[str, tuple[str, ...]]]], ...] = (
    (lambda kind: kind == "TransactionSettled", _settled),
    (lambda kind: kind == "TransactionRejected", _rejected),
    (lambda kind: kind in ("InboundHeldTransaction", "OutboundHeldTransaction"), _held),
    (lambda kind: kind.startswith("PaymentMessage"), _message_failed),
    (lambda kind: kind.startswith("VirtualAccount"), _virtual_account),
    (lambda kind: kind.startswith("BacsMandate"), _bacs_mandate),
    (lambda kind: kind.startswith("Bacs"), _by("BacsTransactionId")),
    (lambda kind: kind == "Statements.ReadyForDownload", _by("MessageId")),
    (lambda kind: kind == "AccountCreated", _by("AccountId")),
)


def _digest(content: Any) -> str:
    """SHA-256 of the content with keys sorted and numbers in one form: 88.5 and 88.50 say the same."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=_number)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _number(number: Decimal) -> int | str:
    return int(number) if number == number.to_integral_value() else str(number.normalize())


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
