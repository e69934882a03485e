import pytest

from shared.domain.meanings import Ignored, Unrecognised
from tests.unit.worker.adapters.bank_webhooks import meanings


def test_an_unknown_type_is_told_apart_from_one_that_is_ignored() -> None:
    assert meanings("BrandNew", {}) == [Unrecognised("unknown_type", "ClearBank sent the unknown type 'BrandNew'")]
    assert meanings("FITestEvent", "test me") == [Ignored("a test of the connection")]


@pytest.mark.parametrize("kind", ["BacsMandateInitiated", "BacsMandateInitiatedV2", " BacsMandateInitiated "])
def test_a_type_is_known_in_every_spelling(kind: str) -> None:
    assert meanings(kind, {}) == [Ignored("a Direct Debit mandate was set up")]
