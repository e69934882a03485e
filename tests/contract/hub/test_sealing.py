"""Secrets at rest, and the keys they are sealed with."""

import pytest
from cryptography.fernet import Fernet

from shared.domain.corruption import CorruptRecordError
from shared.store.sealing import Sealer, SealingKeyError

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_is_sealed_is_opened_and_shows_nothing() -> None:
    sealed = Sealer([OLD]).seal("a sécret")

    assert "cret" not in sealed
    assert Sealer([OLD]).open(sealed) == "a sécret"


def test_what_an_old_key_sealed_is_opened_while_the_new_one_seals() -> None:
    before, during = Sealer([OLD]).seal("secret"), Sealer([NEW, OLD])

    assert during.open(before) == "secret"
    assert Sealer([NEW]).open(during.seal("secret")) == "secret"


def test_without_its_key_it_stays_shut_and_the_sentence_says_what_to_do() -> None:
    with pytest.raises(CorruptRecordError, match="add the key it was sealed with"):
        Sealer([NEW]).open(Sealer([OLD]).seal("secret"))


def test_one_changed_character_is_found() -> None:
    sealed = Sealer([OLD]).seal("secret")
    changed = sealed[:-10] + ("A" if sealed[-10] != "A" else "B") + sealed[-9:]

    with pytest.raises(CorruptRecordError):
        Sealer([OLD]).open(changed)


def test_a_line_that_is_no_key_is_named_by_its_number_and_not_shown() -> None:
    with pytest.raises(SealingKeyError, match="key 2 is not 32 bytes") as caught:
        Sealer([OLD, "hunter2"])
    assert "hunter2" not in str(caught.value)


def test_no_key_at_all_is_refused() -> None:
    with pytest.raises(SealingKeyError, match="no sealing key"):
        Sealer([])
