from pathlib import Path

import pytest

from services.signer.callers import BOTH_DOORS, Caller, find_caller
from services.signer.credentials import read_callers
from shared.runtime.settings import SettingsReader
from shared.runtime.setup_document import read_setup_document
from shared.runtime.signer_access import SignerAccess, read_signer_access
from shared.signing.doors import NONCE_PATH, REQUEST_PATH
from tests.unit.runtime.setup_documents import write_setup

NONCE, REQUEST = frozenset({NONCE_PATH}), frozenset({REQUEST_PATH})
NAMES = (
    *("SETUP_FILE", "SECRET_ID", "SIGNER_URL", "SIGNER_KEY_ID", "SIGNER_TOKEN", "SIGNER_SECRET_KEY"),
    *("SIGNER_NONCE_TOKEN", "SIGNER_NONCE_SECRET_KEY", "SIGNER_REQUEST_TOKEN", "SIGNER_REQUEST_SECRET_KEY"),
)


class Settings:
    """The settings of a signer or a caller, given one after the other."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._monkeypatch = monkeypatch
        self._folder = folder

    def give(self, **settings: str) -> None:
        for name, value in settings.items():
            self._monkeypatch.setenv(name, value)

    def give_document(self) -> None:
        self.give(SETUP_FILE=str(write_setup(self._folder)))

    def give_file(self, name: str, content: str) -> None:
        path = self._folder / name.lower()
        path.write_text(content)
        self.give(**{f"{name}_FILE": str(path)})

    def callers(self) -> tuple[Caller, ...]:
        reader = SettingsReader(self._folder)
        callers = read_callers(reader, read_setup_document(reader))
        reader.check()
        return callers

    def faults(self) -> list[str]:
        reader = SettingsReader(self._folder)
        read_callers(reader, read_setup_document(reader))
        return reader.faults

    def access(self) -> SignerAccess:
        reader = SettingsReader(self._folder)
        access = read_signer_access(reader, read_setup_document(reader))
        reader.check()
        return access


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    return Settings(monkeypatch, tmp_path)


def test_one_credential_opens_both_doors(settings: Settings) -> None:
    settings.give(SIGNER_TOKEN="token", SIGNER_SECRET_KEY="secret")
    assert settings.callers() == (Caller("both", BOTH_DOORS, ("token",), ("secret",)),)


def test_a_document_of_the_hosted_connector_opens_both_doors(settings: Settings) -> None:
    settings.give_document()
    assert settings.callers() == (Caller("both", BOTH_DOORS, ("caller-token",), ("caller-secret-key",)),)


def test_a_setting_wins_over_the_document(settings: Settings) -> None:
    settings.give_document()
    settings.give(SIGNER_TOKEN="token")
    assert settings.callers() == (Caller("both", BOTH_DOORS, ("token",), ("caller-secret-key",)),)


def test_each_caller_may_have_its_own_credential_and_then_no_other_is_needed(settings: Settings) -> None:
    settings.give(SIGNER_NONCE_TOKEN="a", SIGNER_NONCE_SECRET_KEY="b")
    settings.give(SIGNER_REQUEST_TOKEN="c", SIGNER_REQUEST_SECRET_KEY="d")
    assert settings.callers() == (
        Caller("listener", NONCE, ("a",), ("b",)),
        Caller("worker", REQUEST, ("c",), ("d",)),
    )


def test_a_credential_of_its_own_closes_the_callers_door_to_the_one_of_both(settings: Settings) -> None:
    settings.give_document()
    settings.give(SIGNER_NONCE_TOKEN="a", SIGNER_NONCE_SECRET_KEY="b")
    assert settings.callers() == (
        Caller("listener", NONCE, ("a",), ("b",)),
        Caller("worker", REQUEST, ("caller-token",), ("caller-secret-key",)),
    )


def test_the_same_holds_for_the_worker(settings: Settings) -> None:
    settings.give_document()
    settings.give(SIGNER_REQUEST_TOKEN="c", SIGNER_REQUEST_SECRET_KEY="d")
    assert settings.callers() == (
        Caller("worker", REQUEST, ("c",), ("d",)),
        Caller("listener", NONCE, ("caller-token",), ("caller-secret-key",)),
    )


def test_while_a_credential_changes_a_file_holds_the_old_value_and_the_new(settings: Settings) -> None:
    settings.give_file("SIGNER_TOKEN", "old-token\nnew-token\n")
    settings.give_file("SIGNER_SECRET_KEY", "old-key\n\n new-key \n")
    assert settings.callers() == (Caller("both", BOTH_DOORS, ("old-token", "new-token"), ("old-key", "new-key")),)


def test_a_caller_sends_the_first_of_two_values(settings: Settings) -> None:
    settings.give_file("SIGNER_TOKEN", "first-token\nsecond-token\n")
    settings.give_file("SIGNER_SECRET_KEY", "first-key\nsecond-key\n")
    settings.give(SIGNER_URL="http://signer:8081", SIGNER_KEY_ID="0123456789abcdef")
    assert settings.access() == SignerAccess("http://signer:8081", "first-token", "first-key", "0123456789abcdef")


def test_three_values_at_once_are_refused(settings: Settings) -> None:
    settings.give(SIGNER_TOKEN="a\nb\nc", SIGNER_SECRET_KEY="secret")
    assert settings.faults() == [
        "The credential of the signer's caller both has more than two values: give old and new."
    ]


def test_half_a_credential_is_refused(settings: Settings) -> None:
    settings.give(SIGNER_NONCE_TOKEN="a", SIGNER_REQUEST_SECRET_KEY="d")
    assert [fault.split(" is not set")[0] for fault in settings.faults()] == [
        "SIGNER_NONCE_SECRET_KEY",
        "SIGNER_REQUEST_TOKEN",
    ]


def test_two_callers_with_one_token_are_refused(settings: Settings) -> None:
    settings.give(SIGNER_TOKEN="a", SIGNER_SECRET_KEY="b", SIGNER_NONCE_TOKEN="a", SIGNER_NONCE_SECRET_KEY="c")
    assert settings.faults() == [
        "Two callers of the signer have the same token, or one has it twice: give each its own."
    ]


def test_a_caller_is_found_by_either_of_its_tokens_and_by_nothing_else() -> None:
    caller = Caller("worker", REQUEST, ("old", "new"), ("secret",))
    assert [find_caller([caller], token) for token in ("old", "new")] == [caller, caller]
    assert [find_caller([caller], token) for token in ("", "ol", "oldnew", "Ünïcode")] == [None] * 4


def test_a_caller_does_not_show_its_secrets() -> None:
    assert "secret" not in repr(Caller("worker", REQUEST, ("secret-token",), ("secret-key",)))
