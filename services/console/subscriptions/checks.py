"""Whether a subscription makes sense: each rule with the field it is about, so that all faults are told at once."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from services.console.subscriptions.schemas import sentence
from services.console.subscriptions.write_only import HIDDEN, unrestored
from services.console.v1.problems import Fault
from shared.domain.hub.destination import check_url
from shared.domain.hub.headers import check_headers
from shared.domain.hub.placeholders import PLACEHOLDER
from shared.domain.hub.special_ranges import Range
from shared.domain.hub.subscription import ContentType, HeaderProfile, Level, Subscription
from shared.domain.hub.template import check_template, check_url_template
from shared.domain.hub.triggers import Trigger
from shared.domain.hub.webhook_signature import check_secret

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")  # RFC 6749, 3.3
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def faults_of(wanted: Subscription, private_ranges: Sequence[Range]) -> list[Fault]:
    return [
        *_place(wanted),
        *_trigger(wanted),
        *_raised("url", check_url, wanted.url, private_ranges),
        *_raised("url", check_url_template, wanted.url, wanted.trigger),
        *_body(wanted),
        *unrestored(wanted),
        *_headers(wanted),
        *_basic(wanted),
        *_oauth(wanted, private_ranges),
        *_umm(wanted),
        *_signing_secret(wanted),
    ]


def _place(wanted: Subscription) -> Iterator[Fault]:
    takes_bank, takes_account = wanted.level is not Level.SYSTEM, wanted.level is Level.ACCOUNT
    for field, value, is_taken in (
        ("bank_id", wanted.bank_id, takes_bank),
        ("account_id", wanted.account_id, takes_account),
    ):
        if is_taken and not value.strip():
            yield Fault(field, f"The level {wanted.level} needs it.")
        elif not is_taken and value:
            yield Fault(field, f"The level {wanted.level} has none: leave it out.")


def _trigger(wanted: Subscription) -> Iterator[Fault]:
    if wanted.trigger is Trigger.SUBSCRIPTION_TEST:
        yield Fault("trigger", "It is sent by POST to a subscription's /test and never by itself; see /v1/triggers.")


def _body(wanted: Subscription) -> Iterator[Fault]:
    if wanted.method.upper() == "GET":
        if wanted.template:
            yield Fault("template", "A GET carries no body: leave the template out, or take POST.")
        return
    yield from _raised("template", check_template, wanted.template, wanted.content_type, wanted.trigger)


def _headers(wanted: Subscription) -> Iterator[Fault]:
    keys = wanted.authentication.api_keys
    found = [
        *_raised("headers", check_headers, wanted.headers),
        *(_raised("authentication.api_keys", check_headers, (), keys) if keys else ()),
    ]
    yield from found or _raised("headers", check_headers, wanted.headers, keys)


def _basic(wanted: Subscription) -> Iterator[Fault]:
    basic, field = wanted.authentication.basic, "authentication.basic"
    if basic is None:
        return
    if wanted.authentication.oauth:
        yield Fault(field, "Basic and OAuth share a header and exclude each other: keep one.")
    if not basic.username or ":" in basic.username:  # RFC 7617: the first colon ends it
        yield Fault(f"{field}.username", "It is empty or has a colon in it, which Basic cannot carry.")
    if not basic.password:
        yield Fault(f"{field}.password", "It is empty.")
    if _CONTROL.search(basic.username + basic.password):
        yield Fault(field, "There is a control character in it, which Basic cannot carry.")


def _oauth(wanted: Subscription, private_ranges: Sequence[Range]) -> Iterator[Fault]:
    oauth, field = wanted.authentication.oauth, "authentication.oauth"
    if oauth is None:
        return
    if PLACEHOLDER.search(oauth.token_url):
        yield Fault(f"{field}.token_url", "It has a placeholder; the token's URL is fixed text.")
    else:
        yield from _raised(f"{field}.token_url", check_url, oauth.token_url, private_ranges)
    for name, value in (("client_id", oauth.client_id), ("client_secret", oauth.client_secret)):
        if not value:
            yield Fault(f"{field}.{name}", "It is empty.")
    if oauth.scope and not _SCOPE.fullmatch(oauth.scope):
        yield Fault(f"{field}.scope", "It is not printable ASCII words with one blank between them.")


def _umm(wanted: Subscription) -> Iterator[Fault]:
    """UMM Services Webhooks, delivery: a POST with the event as JSON."""
    if wanted.header_profile is not HeaderProfile.UMM:
        if wanted.umm:
            yield Fault("umm", "It goes with header_profile umm alone: set that, or give null here.")
        return
    if wanted.umm is None:
        yield Fault("umm", "The header profile umm needs client_key, product and payment_channel.")
    if wanted.method.upper() != "POST":
        yield Fault("method", "With the header profile umm it is POST.")
    if wanted.content_type is not ContentType.JSON:
        yield Fault("content_type", f"With the header profile umm it is {ContentType.JSON}.")


def _signing_secret(wanted: Subscription) -> Iterator[Fault]:
    if wanted.signing_secret not in ("", HIDDEN):
        yield from _raised("signing_secret", check_secret, wanted.signing_secret)


def _raised(field: str, check: Callable[..., object], *given: Any) -> Iterator[Fault]:
    try:
        check(*given)
    except ValueError as error:
        yield Fault(field, sentence(error))
