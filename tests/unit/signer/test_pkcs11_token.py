"""Sessions of a token under load and faults, on a module that notes every breach of the standard's rules."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from pkcs11 import Mechanism
from pkcs11.exceptions import NoSuchKey, PinIncorrect, PKCS11Error

from services.signer.keys import KeyUnavailableError
from services.signer.providers import pkcs11_token
from services.signer.providers.pkcs11_token import Pkcs11Token
from tests.unit.signer.callers import KEY
from tests.unit.signer.fake_pkcs11 import PIN, FakeModule

DIGEST = hashlib.sha256(b"text").digest()
SIGNATURE = KEY.sign_all([DIGEST])[0]
MOST_SESSIONS = 4


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> FakeModule:
    module = FakeModule()
    monkeypatch.setattr(pkcs11_token, "start_module", lambda _path: module.start())
    return module


@pytest.fixture
def token(module: FakeModule) -> Pkcs11Token:
    return Pkcs11Token("module.so", "causeway", PIN, MOST_SESSIONS)


def sign(token: Pkcs11Token, label: str = "ours") -> bytes:
    return token.use(lambda session: session.sign(label, DIGEST, Mechanism.RSA_PKCS), time.monotonic() + 20)


def test_nothing_is_loaded_before_the_first_use(token: Pkcs11Token, module: FakeModule) -> None:
    assert module.logins == 0
    assert sign(token) == SIGNATURE
    assert module.logins == 1


def test_threads_share_some_sessions_each_used_by_one_at_a_time_and_one_login(
    token: Pkcs11Token, module: FakeModule
) -> None:
    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(lambda _: sign(token), range(400))) == {SIGNATURE}
    assert module.breaches == []
    assert module.logins == 1
    assert module.most_sessions_at_once <= MOST_SESSIONS


def test_lost_sessions_cost_no_signature(token: Pkcs11Token, module: FakeModule) -> None:
    for _ in range(5):
        assert sign(token) == SIGNATURE
        module.lose_sessions()
    assert module.breaches == []


def test_sessions_lost_under_load_cost_no_signature_and_break_no_rule(token: Pkcs11Token, module: FakeModule) -> None:
    calls = count()

    def lose_them_now_and_then() -> None:
        if next(calls) % 50 == 49:
            module.lose_sessions()

    module.before_signing = lose_them_now_and_then
    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(lambda _: sign(token), range(1000))) == {SIGNATURE}
    assert module.breaches == []
    assert module.starts > 2


def test_a_device_that_is_away_is_tried_twice_and_used_again_when_it_is_back(
    token: Pkcs11Token, module: FakeModule
) -> None:
    sign(token)
    module.is_away = True
    with pytest.raises(PKCS11Error):
        sign(token)
    assert module.starts == 2
    module.is_away = False
    assert sign(token) == SIGNATURE


def test_somebody_elses_login_is_as_good_as_ours(token: Pkcs11Token, module: FakeModule) -> None:
    module.is_logged_in_by_another = True
    assert sign(token) == SIGNATURE
    assert module.logins == 0


def test_a_pin_that_was_refused_is_not_tried_again_since_tokens_lock_themselves(
    token: Pkcs11Token, module: FakeModule
) -> None:
    module.pin = "changed"
    with pytest.raises(PinIncorrect):
        sign(token)
    for _ in range(3):
        with pytest.raises(KeyUnavailableError, match="restart with the right one"):
            sign(token)
    assert module.logins == 1


def test_an_unknown_key_is_told_as_such(token: Pkcs11Token) -> None:
    with pytest.raises(NoSuchKey):
        sign(token, "other")
    assert sign(token) == SIGNATURE


def test_no_free_session_before_the_deadline_is_an_error(token: Pkcs11Token) -> None:
    def use_all_others(left: int) -> None:
        if left == 0:
            with pytest.raises(KeyUnavailableError, match="became free in time"):
                token.use(lambda _: None, time.monotonic() + 0.05)
        else:
            token.use(lambda _: use_all_others(left - 1), time.monotonic() + 20)

    use_all_others(MOST_SESSIONS)
    assert sign(token) == SIGNATURE
