"""Secrets go in and never come out: reads show a sign in their place, and what comes back with the sign in it keeps
the stored secret."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from services.console.v1.problems import Fault
from shared.domain.hub.subscription import ApiKeys, Subscription
from shared.store.subscription_secrets import Secrets, secrets_of, with_secrets

HIDDEN = "***"
Pairs = Sequence[tuple[str, str]]


def hidden(subscription: Subscription) -> Subscription:
    """The same with the sign in the place of every secret there is."""
    held = secrets_of(subscription)
    return with_secrets(
        subscription,
        Secrets(
            headers=(HIDDEN,) * len(held.headers),
            api_keys=(HIDDEN,) * len(held.api_keys),
            password=HIDDEN,
            client_secret=HIDDEN,
            signing_secret=HIDDEN if held.signing_secret else "",
        ),
    )


def restored(wanted: Subscription, stored: Subscription) -> Subscription:
    """`wanted` with the stored secrets in the place of the signs.

    What is sent to one host is not restored for another: whoever may only change the URL would get to read it.
    """
    if wanted.signing_secret == HIDDEN:
        wanted = replace(wanted, signing_secret=stored.signing_secret)
    was, now = stored.authentication, wanted.authentication
    if now.oauth and was.oauth and _origin(now.oauth.token_url) == _origin(was.oauth.token_url):
        secret = _kept(now.oauth.client_secret, was.oauth.client_secret)
        now = replace(now, oauth=replace(now.oauth, client_secret=secret))
    if _origin(wanted.url) == _origin(stored.url):
        wanted = replace(wanted, headers=_restored(wanted.headers, stored.headers))
        if now.api_keys and was.api_keys:
            now = replace(now, api_keys=ApiKeys(_restored(now.api_keys.pairs, was.api_keys.pairs)))
        if now.basic and was.basic:
            now = replace(now, basic=replace(now.basic, password=_kept(now.basic.password, was.basic.password)))
    return replace(wanted, authentication=now)


def unrestored(wanted: Subscription) -> Iterator[Fault]:
    """The signs that stand for nothing."""
    shown = wanted.authentication
    secrets = [
        *((f"headers.{place}.value", value) for place, (_, value) in enumerate(wanted.headers)),
        *(
            (f"authentication.api_keys.{place}.value", value)
            for place, (_, value) in enumerate(shown.api_keys.pairs if shown.api_keys else ())
        ),
        ("authentication.basic.password", shown.basic.password if shown.basic else ""),
        ("authentication.oauth.client_secret", shown.oauth.client_secret if shown.oauth else ""),
        ("signing_secret", wanted.signing_secret),
    ]
    for field, value in secrets:
        if value == HIDDEN:
            yield Fault(field, f"{HIDDEN} keeps what is stored for the same name and host, and nothing is: give it.")


def _restored(wanted: Pairs, stored: Pairs) -> tuple[tuple[str, str], ...]:
    known = dict(stored)
    return tuple((name, _kept(value, known.get(name, HIDDEN))) for name, value in wanted)


def _kept(wanted: str, stored: str) -> str:
    return stored if wanted == HIDDEN else wanted


def _origin(url: str) -> tuple[str, str]:
    """Without placeholders: neither stands in it."""
    try:
        parts = urlsplit(url)
    except ValueError:  # no URL at all, which is told with the other faults
        return "", url
    return parts.scheme, parts.netloc.lower()
