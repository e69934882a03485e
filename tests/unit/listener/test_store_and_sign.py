from collections.abc import Callable, Sequence

import pytest

from services.listener.refusals import Unavailable
from services.listener.store_and_sign import StoreAndSign, Taken, Wanted
from shared.domain.webhook_identity import WebhookIdentity
from shared.signing.client import SignedAnswer
from shared.store.inbox import Acceptance, NewReceipt

BATCH = [
    Wanted(NewReceipt("clearbank", "Kind", WebhookIdentity((name,), name, name), b"{}", b""), nonce)
    for name, nonce in (("a", 1), ("b", 2))
]


def store(receipts: Sequence[NewReceipt]) -> list[tuple[Acceptance, str] | Exception]:
    return [(Acceptance.STORED, receipt.identity.names[0]) for receipt in receipts]


def sign(nonces: Sequence[int]) -> list[SignedAnswer]:
    return [SignedAnswer(b"%d" % nonce, f"signature of {nonce}") for nonce in nonces]


def away(_: object) -> list[SignedAnswer]:
    raise OSError("away")


def at_the_end(
    signs: Callable[[Sequence[int]], list[SignedAnswer]],
) -> Callable[[Sequence[int]], Callable[[], list[SignedAnswer]]]:
    return lambda nonces: lambda: signs(nonces)


def reasons(taken: Sequence[Taken | Exception]) -> list[str]:
    return [each.reason if isinstance(each, Unavailable) else "taken" for each in taken]


def test_each_webhook_gets_its_own_name_and_its_own_signature() -> None:
    assert StoreAndSign(store, at_the_end(sign))(BATCH) == [
        Taken(Acceptance.STORED, "a", SignedAnswer(b"1", "signature of 1")),
        Taken(Acceptance.STORED, "b", SignedAnswer(b"2", "signature of 2")),
    ]


def test_the_store_works_while_the_signer_does() -> None:
    order: list[str] = []

    def begin(nonces: Sequence[int]) -> Callable[[], list[SignedAnswer]]:
        order.append("signing begun")

        def signatures() -> list[SignedAnswer]:
            order.append("signatures awaited")
            return sign(nonces)

        return signatures

    def note(receipts: Sequence[NewReceipt]) -> list[tuple[Acceptance, str] | Exception]:
        order.append("stored")
        return store(receipts)

    assert reasons(StoreAndSign(note, begin)(BATCH)) == ["taken", "taken"]
    assert order == ["signing begun", "stored", "signatures awaited"]


def test_a_signer_that_is_away_is_everyones_trouble_and_still_all_is_stored() -> None:
    stored: list[NewReceipt] = []

    def note(receipts: Sequence[NewReceipt]) -> list[tuple[Acceptance, str] | Exception]:
        stored.extend(receipts)
        return store(receipts)

    assert reasons(StoreAndSign(note, at_the_end(away))(BATCH)) == ["signer_unavailable"] * 2
    assert len(stored) == 2


def test_a_receipt_that_the_store_refuses_is_its_own_webhooks_trouble() -> None:
    def refuse_the_first(receipts: Sequence[NewReceipt]) -> list[tuple[Acceptance, str] | Exception]:
        return [OSError("out of memory"), *store(receipts[1:])]

    assert reasons(StoreAndSign(refuse_the_first, at_the_end(sign))(BATCH)) == ["store_unavailable", "taken"]


@pytest.mark.parametrize("signs", [lambda _: [], lambda nonces: sign([*nonces, 3])])
def test_a_wrong_number_of_signatures_is_an_error_and_never_another_webhooks_answer(signs) -> None:
    with pytest.raises(ValueError, match="zip"):
        StoreAndSign(store, at_the_end(signs))(BATCH)
