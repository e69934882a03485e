"""What of a subscription nobody may read at rest, apart from the rest of it."""

from dataclasses import dataclass, replace

from shared.domain.corruption import CorruptRecordError
from shared.domain.hub.subscription import ApiKeys, Subscription

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Secrets:
    """`headers` and `api_keys` are the values in the order of their names, which are no secret."""

    headers: tuple[str, ...] = ()
    api_keys: tuple[str, ...] = ()
    password: str = ""
    client_secret: str = ""
    signing_secret: str = ""

    def __bool__(self) -> bool:
        return any((*self.headers, *self.api_keys, self.password, self.client_secret, self.signing_secret))


def secrets_of(subscription: Subscription) -> Secrets:
    shown = subscription.authentication
    return Secrets(
        headers=tuple(value for _, value in subscription.headers),
        api_keys=tuple(value for _, value in shown.api_keys.pairs) if shown.api_keys else (),
        password=shown.basic.password if shown.basic else "",
        client_secret=shown.oauth.client_secret if shown.oauth else "",
        signing_secret=subscription.signing_secret,
    )


def without_secrets(subscription: Subscription) -> Subscription:
    """The same with "" in the place of every secret."""
    held = secrets_of(subscription)
    return with_secrets(subscription, Secrets(headers=("",) * len(held.headers), api_keys=("",) * len(held.api_keys)))


def with_secrets(subscription: Subscription, secrets: Secrets) -> Subscription:
    """Raises CorruptRecordError when they are of another subscription, by their number."""
    shown = subscription.authentication
    pairs = shown.api_keys.pairs if shown.api_keys else ()
    if (len(subscription.headers), len(pairs)) != (len(secrets.headers), len(secrets.api_keys)):
        raise CorruptRecordError(f"The secrets of subscription {subscription.id} do not fit it: set them anew.")
    authentication = replace(
        shown,
        api_keys=ApiKeys(_filled(pairs, secrets.api_keys)) if shown.api_keys else None,
        basic=replace(shown.basic, password=secrets.password) if shown.basic else None,
        oauth=replace(shown.oauth, client_secret=secrets.client_secret) if shown.oauth else None,
    )
    return replace(
        subscription,
        headers=_filled(subscription.headers, secrets.headers),
        authentication=authentication,
        signing_secret=secrets.signing_secret,
    )


def _filled(pairs: Pairs, values: tuple[str, ...]) -> Pairs:
    return tuple((name, value) for (name, _), value in zip(pairs, values, strict=True))
