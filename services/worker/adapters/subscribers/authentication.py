"""How a delivery shows who we are: API keys, and Basic or a Bearer token beside them."""

import base64

from services.worker.adapters.subscribers.headers import Header
from shared.domain.hub.subscription import Authentication


def proofs(authentication: Authentication, token: str = "") -> list[Header]:
    """`token` is the one fetched for `authentication.oauth`."""
    found = [Header(name, value, is_secret=True) for name, value in _api_keys(authentication)]
    if basic := authentication.basic:
        pair = base64.b64encode(f"{basic.username}:{basic.password}".encode()).decode()
        found.append(Header("Authorization", f"Basic {pair}", is_secret=True))
    if token:
        found.append(Header("Authorization", f"Bearer {token}", is_secret=True))
    return found


def _api_keys(authentication: Authentication) -> tuple[tuple[str, str], ...]:
    return authentication.api_keys.pairs if authentication.api_keys else ()
