"""A batch of webhooks stored and their nonces signed, both calls in flight at once, without a thread more."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from services.listener.refusals import Unavailable
from shared.signing.client import SignedAnswer
from shared.store.inbox import Acceptance, NewReceipt

Found = TypeVar("Found")
Stored = tuple[Acceptance, str]


class Wanted(NamedTuple):
    """What one webhook needs before it may be answered with 200."""

    receipt: NewReceipt
    nonce: int


class Taken(NamedTuple):
    """The receipt is in the store under this name, and the answer is signed."""

    acceptance: Acceptance
    name: str
    answer: SignedAnswer


class StoreAndSign:
    """`begin_signing` sends the nonces and answers a function that waits for the signatures; `store` works meanwhile.

    Each gives one value per item, `store` also exceptions; what either raises is everyone's.
    """

    def __init__(
        self,
        store: Callable[[Sequence[NewReceipt]], Sequence[Stored | Exception]],
        begin_signing: Callable[[Sequence[int]], Callable[[], Sequence[SignedAnswer]]],
    ) -> None:
        self._store = store
        self._begin_signing = begin_signing

    def __call__(self, batch: Sequence[Wanted]) -> list[Taken | Exception]:
        """Taken or Unavailable for each."""
        signatures = self._begin_signing([wanted.nonce for wanted in batch])
        stored = _each(lambda: self._store([wanted.receipt for wanted in batch]), len(batch))
        signed = _each(signatures, len(batch))
        return [_taken(*pair) for pair in zip(stored, signed, strict=True)]


def _each(call: Callable[[], Sequence[Found]], count: int) -> Sequence[Found | Exception]:
    try:
        return call()
    except Exception as error:
        return [error] * count


def _taken(stored: Stored | Exception, signed: SignedAnswer | Exception) -> Taken | Exception:
    if isinstance(stored, Exception):
        return Unavailable("store_unavailable", stored)
    if isinstance(signed, Exception):
        return Unavailable("signer_unavailable", signed)
    return Taken(*stored, signed)
