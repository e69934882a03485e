"""Which headers a subscription may set by itself, and which stay ours."""

import re
from collections.abc import Sequence

from shared.domain.hub.subscription import MOST_API_KEYS, ApiKeys

MOST_HEADERS = 50
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")  # RFC 9110, token
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,998}[\x21-\x7e])?")
_RESERVED_PREFIXES = ("webhook-", "proxy-")
_RESERVED = frozenset(
    {
        # The connection's and the body's.
        *("host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection"),
        *("keep-alive", "te", "trailer", "upgrade", "expect", "accept-encoding", "user-agent", "http2-settings"),
        # Who we are: a subscription's authentication sets it.
        *("authorization", "cookie", "set-cookie"),
        # UMM's five, with hyphens as they are compared here.
        *("client-key", "product", "payment-channel", "idempotent-request-key", "timestamp"),
        # The delivery's own.
        *("x-notifications-idempotency-key", "traceparent", "tracestate", "baggage"),
    }
)


class HeaderError(ValueError):
    """A header that may not be set; the text names it and never tells its value."""


def check_headers(headers: Sequence[tuple[str, str]], api_keys: ApiKeys | None = None) -> None:
    """Whether these go out beside one another and beside our own, as pairs of name and value. Raises HeaderError.

    Names are the same without regard to case and with - and _ alike, as CGI servers read them.
    """
    pairs = api_keys.pairs if api_keys else ()
    if api_keys and not 1 <= len(pairs) <= MOST_API_KEYS:
        raise HeaderError(f"there are {len(pairs)} API keys; give 1 to {MOST_API_KEYS}")
    if len(headers) > MOST_HEADERS:
        raise HeaderError(f"there are {len(headers)} headers; give at most {MOST_HEADERS}")
    seen: dict[str, str] = {}
    for name, value in (*headers, *pairs):
        folded = name.lower().replace("_", "-")
        _check_name(name, folded)
        if folded in seen:
            raise HeaderError(f"the headers {seen[folded]!r} and {name!r} are one to many servers; keep one of them")
        seen[folded] = name
        if not _VALUE.fullmatch(value):
            raise HeaderError(
                f"the value of the header {name!r} is not 1 to 1000 printable ASCII characters without a blank at"
                " either end"
            )


def _check_name(name: str, folded: str) -> None:
    if not _NAME.fullmatch(name):
        raise HeaderError(f"{name[:100]!r} is no name of a header: take 1 to 100 letters, digits or !#$%&'*+-.^_`|~")
    if folded in _RESERVED or folded.startswith(_RESERVED_PREFIXES):
        raise HeaderError(f"the header {name!r} is set by us; leave it out")
