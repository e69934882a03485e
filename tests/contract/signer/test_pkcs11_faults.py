"""A token that fails while the signer runs. It is served by a process of its own, which is stopped and killed.

One signature at a time: p11-kit's client (0.24) may hang when its connection breaks under several threads at once. What
happens under load is told by the tests of Pkcs11Token.
"""

import hashlib
import signal

import pkcs11
import pytest

from services.signer.keys import KeyProvider, KeyUnavailableError
from tests.contract.signer.conftest import LABEL, OpenKeys
from tests.contract.signer.softhsm import ServedToken, Token
from tests.processes import eventually
from tests.unit.signer.callers import KEY

pytestmark = pytest.mark.enable_socket
DIGESTS = [hashlib.sha256(b"text").digest()]


def signs(key: KeyProvider) -> bool:
    """False for an error; a wrong signature is neither."""
    try:
        assert key.sign_all(DIGESTS) == KEY.sign_all(DIGESTS)
    except KeyUnavailableError:
        return False
    return True


@pytest.fixture
def served_key(served_token: ServedToken, opened: OpenKeys) -> KeyProvider:
    (key,) = opened({**served_token.settings, "PKCS11_KEY_LABEL": LABEL, "SIGNING_TIMEOUT_MILLISECONDS": "5000"})
    assert signs(key)
    return key


def test_sessions_that_are_lost_are_made_anew_within_the_call(
    served_key: KeyProvider, served_token: ServedToken
) -> None:
    for _ in range(3):
        served_token.signal_all(signal.SIGKILL)
        assert signs(served_key)


def test_a_module_finalised_behind_its_back_is_initialised_again(token: Token, opened: OpenKeys) -> None:
    (key,) = opened(token.settings | {"PKCS11_KEY_LABEL": LABEL})
    pkcs11.lib(token.settings["PKCS11_MODULE"]).reinitialize()
    assert signs(key)


def test_two_keys_of_one_module_do_not_disturb_each_other(token: Token, opened: OpenKeys) -> None:
    settings = token.settings | {"PKCS11_KEY_LABEL": LABEL}
    (first,), (second,) = opened(settings), opened(settings)
    assert [signs(key) for key in (first, second, first, second)] == [True] * 4


def test_a_hanging_token_means_an_error_in_time_and_signatures_again_when_it_goes_on(
    served_token: ServedToken, opened: OpenKeys
) -> None:
    (key,) = opened({**served_token.settings, "PKCS11_KEY_LABEL": LABEL, "SIGNING_TIMEOUT_MILLISECONDS": "300"})
    served_token.signal_all(signal.SIGSTOP)
    for _ in range(3):
        with pytest.raises(KeyUnavailableError) as caught:
            key.sign_all(DIGESTS)
        assert caught.value.reason == "timeout"
    served_token.signal_all(signal.SIGCONT)
    eventually(lambda: signs(key), "the key signs again")


def test_a_token_that_is_gone_means_an_error_until_it_is_back(
    token: Token, opened: OpenKeys, served_token: ServedToken
) -> None:
    (key,) = opened({**served_token.settings, "PKCS11_KEY_LABEL": LABEL, "SIGNING_TIMEOUT_MILLISECONDS": "5000"})
    socket = token.folder / "socket"
    socket.rename(token.folder / "away")
    served_token.signal_all(signal.SIGKILL)
    with pytest.raises(KeyUnavailableError) as caught:
        key.sign_all(DIGESTS)
    assert caught.value.reason == "device"
    (token.folder / "away").rename(socket)
    assert signs(key)
