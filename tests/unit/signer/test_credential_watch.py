from collections.abc import Sequence

import pytest
import structlog
from structlog.testing import capture_logs

from services.signer.callers import Caller
from services.signer.credential_watch import CredentialWatch
from services.signer.doorkeeper import Doorkeeper, UnprovedCallerError
from services.signer.rate_limit import RateLimit
from shared.runtime.settings import SettingsError
from shared.signing.caller_proof import CallerSecret, prove
from tests.unit.signer.callers import BOTH, SECRET, a_caller

NEW = CallerSecret("new-token", "new-secret-key")
AFTER_CHANGE = a_caller(NEW, "both")
NOW_SECONDS = 1_795_000_000.0


class Source:
    """Where credentials are read, and a clock in seconds."""

    def __init__(self) -> None:
        self.callers: Sequence[Caller] | Exception = (BOTH,)
        self.reads = 0
        self.faults = 0
        self.now = 0.0
        self.watch = CredentialWatch((BOTH,), self._read, self._count, lambda: self.now)
        self._doorkeeper = Doorkeeper(self.watch, RateLimit(1000), lambda: NOW_SECONDS)

    def _read(self) -> Sequence[Caller]:
        self.reads += 1
        if isinstance(self.callers, Exception):
            raise self.callers
        return self.callers

    def _count(self) -> None:
        self.faults += 1

    def admits(self, secret: CallerSecret) -> bool:
        headers = prove(secret, "POST", "/v1/nonce", b"{}", now_seconds=NOW_SECONDS)
        try:
            return self._doorkeeper.admit("POST", "/v1/nonce", b"{}", headers) == "both"
        except UnprovedCallerError:
            return False


@pytest.fixture
def source() -> Source:
    structlog.reset_defaults()
    return Source()


def test_a_new_token_is_known_as_soon_as_it_is_shown(source: Source) -> None:
    source.callers, source.now = (AFTER_CHANGE,), 5.0
    assert source.admits(NEW)
    assert not source.admits(SECRET)


def test_a_new_secret_key_under_the_old_token_is_known_as_soon_as_it_is_used(source: Source) -> None:
    mixed = CallerSecret(SECRET.token, NEW.secret_key)
    source.callers, source.now = (a_caller(mixed, "both"),), 5.0
    assert source.admits(mixed)


def test_strangers_make_the_signer_read_again_at_most_every_five_seconds(source: Source) -> None:
    stranger = CallerSecret("stranger", "guess")
    for source.now in (0.0, 4.9, 5.0, 5.1, 9.9, 10.0):
        assert not source.admits(stranger)
    assert source.reads == 2


def test_a_known_caller_never_waits_for_a_read(source: Source) -> None:
    source.now = 1000.0
    assert source.admits(SECRET)
    assert source.reads == 0


def test_what_cannot_be_read_again_leaves_the_credentials_as_they_were(source: Source) -> None:
    for source.now, error in ((5.0, SettingsError(["SIGNER_TOKEN_FILE is gone."])), (10.0, OSError("disk"))):
        source.callers = error
        with capture_logs() as lines:
            source.watch.read_again()
        assert [(line["event"], line["log_level"]) for line in lines] == [("credentials not read again", "warning")]
        assert source.admits(SECRET)
    assert source.faults == 2


def test_a_change_is_logged_by_callers_and_without_secrets(source: Source) -> None:
    source.callers, source.now = (AFTER_CHANGE,), 5.0
    with capture_logs() as lines:
        source.watch.read_again()
    assert lines == [{"event": "credentials changed", "callers": ["both"], "log_level": "info"}]
