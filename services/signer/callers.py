"""Who may call: each caller has its own credential and its own doors."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.signing.caller_proof import same
from shared.signing.doors import NONCE_PATH, REQUEST_PATH

BOTH_DOORS = frozenset({NONCE_PATH, REQUEST_PATH})


@dataclass(frozen=True)
class Caller:
    """`doors` are paths. A credential that changes has two tokens, two secret keys or both; any pair is good."""

    name: str
    doors: frozenset[str]
    tokens: tuple[str, ...] = field(repr=False)
    secret_keys: tuple[str, ...] = field(repr=False)


def find_caller(callers: Sequence[Caller], token: str) -> Caller | None:
    """Compares with every token, so that the time tells nothing of which was nearest."""
    found = [caller for caller in callers for known in caller.tokens if same(token, known)]
    return found[0] if found else None
