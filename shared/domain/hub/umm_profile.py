"""What receivers built for UMM find on a webhook: five headers and an envelope (UMM Services Webhooks 1.0).

Sent in the narrowest reading of its rules, so that strict receivers take it too.
"""

import json
import re
from datetime import UTC, datetime

from shared.domain.hub.event import BusinessEvent
from shared.domain.hub.subscription import UmmTerms
from shared.domain.hub.triggers import Trigger

PRODUCTS = frozenset({"retail_transfers", "smb_transfers", "commercial_transfers", "integrated_payments"})
PAYMENT_CHANNELS = frozenset(
    {
        *("retail_banking", "commercial_banking", "smb_banking", "bank_bos", "atm", "kiosk", "pos"),
        *("mobile_banking", "csm", "online"),
    }
)
_VALUE = re.compile(r"[a-zA-Z0-9_.& -]{1,100}")
_CLIENT_KEY = re.compile(r"[a-zA-Z0-9]+")
# The pattern takes ten characters; the example beside it has thirteen.
_CLIENT_KEY_LENGTH, _LONG_CLIENT_KEY_LENGTH = 10, 13
_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class UmmTermsError(ValueError):
    """The terms do not fit UMM's rules; the text says which one and what to do."""


def umm_terms(
    client_key: str,
    product: str,
    payment_channel: str,
    *,
    allow_long_client_key: bool = False,
    allow_other_values: bool = False,
) -> UmmTerms:
    """The terms as they may go out. Raises UmmTermsError.

    `allow_long_client_key` takes assigned keys of up to 13 characters, `allow_other_values` products and channels that
    are not documented.
    """
    longest = _LONG_CLIENT_KEY_LENGTH if allow_long_client_key else _CLIENT_KEY_LENGTH
    if not _CLIENT_KEY.fullmatch(client_key) or len(client_key) > longest:
        raise UmmTermsError(
            f"the client key {client_key[:50]!r} is not 1 to {longest} letters and digits"
            + ("" if allow_long_client_key else "; set allow_long_client_key for an assigned key of up to 13")
        )
    _check_value("product", product, PRODUCTS, allow_other_values)
    _check_value("payment channel", payment_channel, PAYMENT_CHANNELS, allow_other_values)
    return UmmTerms(client_key, product, payment_channel)


def umm_headers(terms: UmmTerms, key: str, now: datetime) -> tuple[tuple[str, str], ...]:
    """The five headers of one call: `key` is the delivery's, `now` an aware time and new with every call.

    Names have underscores as documented, which many servers drop unless told otherwise.
    """
    return (
        ("client_key", terms.client_key),
        ("product", terms.product),
        ("payment_channel", terms.payment_channel),
        ("idempotent_request_key", key),
        ("timestamp", _timestamp(now)),
    )


def umm_body(event: BusinessEvent) -> str:
    """The event in an envelope, its own JSON unchanged inside. UMM's own list of fields is not public beyond an event
    id; receivers get the same one with every call."""
    head = {
        "event_id": event.id,
        "event_type": umm_event_type(event.trigger),
        "event_time": _timestamp(event.occurred_at),
    }
    return f'{json.dumps(head, separators=(",", ":"))[:-1]},"data":{event.payload}}}'


def umm_event_type(trigger: Trigger) -> str:
    """The trigger in small letters with underscores and dots: on_create_transaction, payment.settled."""
    return _WORD_BEGINS.sub("_", trigger.value).lower()


def _check_value(what: str, value: str, documented: frozenset[str], allow_other_values: bool) -> None:
    if value in documented:
        return
    if not allow_other_values:
        raise UmmTermsError(
            f"the {what} {value[:100]!r} is none of {', '.join(sorted(documented))}; set allow_other_values to send it"
        )
    if not _VALUE.fullmatch(value) or value != value.strip():
        raise UmmTermsError(f"the {what} {value[:100]!r} is not 1 to 100 letters, digits, blanks or _.&-")


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
