"""Who wants to be told of what, where, and how. Values are frozen; a change is a new value with the same id."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.hub.event import BusinessEvent
from shared.domain.hub.triggers import Trigger

MOST_API_KEYS = 5  # UMM Services Webhooks, authentication


class Level(StrEnum):
    """How wide a subscription listens: to one account, to all of a bank, to everything."""

    ACCOUNT = "account"
    BANK = "bank"
    SYSTEM = "system"


class ContentType(StrEnum):
    JSON = "application/json"
    XML = "application/xml"
    PLAIN = "text/plain"


class HeaderProfile(StrEnum):
    """Which headers go beside the body: ours alone, or the five of UMM too."""

    PLAIN = "plain"
    UMM = "umm"


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """Pairs of header name and value, at most five, all sent every time."""

    pairs: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Basic:
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """OAuth 2.0 (RFC 6749, 4.4). `in_form`: id and secret go in the form and not by Basic, never both."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""
    in_form: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """How we show who we are. API keys go with either of the others, which share a header and exclude each other."""

    api_keys: ApiKeys | None = None
    basic: Basic | None = None
    oauth: ClientCredentials | None = None


@dataclass(frozen=True, slots=True)
class UmmTerms:
    """What the five headers of UMM say of us; `client_key` was assigned by the receiver."""

    client_key: str
    product: str
    payment_channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """`bank_id` is "" for the system level, `account_id` for all but the account level. `url` may hold placeholders.

    `template` is the body with {PLACEHOLDERS}, "" for the event's own JSON. `schedule` names a retry profile
    ("backoff", "hourly") or is empty; then `own_waits_seconds` are the waits between attempts. `signing_secret` is
    "whsec_" and base64 (Standard Webhooks spec), "" for none. `created_by` is the id of a user.
    """

    id: str
    level: Level
    bank_id: str
    account_id: str
    trigger: Trigger
    url: str
    method: str = "POST"
    http_protocol: str = "HTTP/1.1"
    content_type: ContentType = ContentType.JSON
    template: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    authentication: Authentication = Authentication()
    header_profile: HeaderProfile = HeaderProfile.PLAIN
    umm: UmmTerms | None = None
    retry_profile: str = "backoff"
    own_waits_seconds: tuple[int, ...] = ()
    signing_secret: str = field(default="", repr=False)
    is_active: bool = True
    created_by: str
    created_at: datetime
    name: str = ""

    def wants(self, event: BusinessEvent) -> bool:
        """Whether the event is one of those it was made for; whether it is active is another question."""
        if self.trigger is not event.trigger:
            return False
        match self.level:
            case Level.SYSTEM:
                return True
            case Level.BANK:
                return self.bank_id == event.bank_id
            case Level.ACCOUNT:
                return (self.bank_id, self.account_id) == (event.bank_id, event.account_id)
