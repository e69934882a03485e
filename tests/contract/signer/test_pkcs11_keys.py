"""Which keys of a token are taken, and how a new one is made inside it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType, MechanismFlag, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

from services.signer.csr import main
from services.signer.keys import prove_that_it_signs
from shared.runtime.settings import SettingsError
from tests.contract.signer.conftest import LABEL, OpenKeys
from tests.contract.signer.softhsm import PIN, TOKEN_LABEL, Token


@pytest.fixture
def session(token: Token, monkeypatch: pytest.MonkeyPatch) -> Iterator[pkcs11.Session]:
    """The token as its administrator sees it."""
    monkeypatch.setenv("SOFTHSM2_CONF", token.environment["SOFTHSM2_CONF"])
    module = pkcs11.lib(token.settings["PKCS11_MODULE"])
    module.reinitialize()
    yield module.get_token(token_label=TOKEN_LABEL).open(rw=True, user_pin=PIN)
    module.reinitialize()


def make_pair(
    session: pkcs11.Session, label: str, bits: int = 2048, can: MechanismFlag = MechanismFlag.SIGN, **private: bool
) -> None:
    template = {Attribute[name]: value for name, value in private.items()}
    session.generate_keypair(
        KeyType.RSA, bits, label=label, id=label.encode(), store=True, capabilities=can, private_template=template
    )


def fault_of(opened: OpenKeys, token: Token, **settings: str) -> str:
    with pytest.raises(SettingsError) as caught:
        opened(token.settings | {"PKCS11_KEY_LABEL": LABEL} | settings)
    (fault,) = caught.value.faults
    return fault


def test_an_unknown_token_is_refused(token: Token, opened: OpenKeys) -> None:
    fault = fault_of(opened, token, PKCS11_TOKEN_LABEL="other")
    assert fault == "PKCS11_TOKEN_LABEL names no token that PKCS11_MODULE shows: check both."


def test_a_wrong_pin_is_refused_and_not_shown(token: Token, opened: OpenKeys, tmp_path: Path) -> None:
    (tmp_path / "pin").write_text("9876\n")
    fault = fault_of(opened, token, PKCS11_PIN_FILE=str(tmp_path / "pin"))
    assert fault == "PKCS11_PIN_FILE holds a PIN that the token refuses (PinIncorrect)."


def test_an_unknown_label_is_refused(token: Token, opened: OpenKeys) -> None:
    fault = fault_of(opened, token, PKCS11_KEY_LABEL="other")
    assert fault == "PKCS11_KEY_LABEL other names no private key that the PIN's user can see: check both."


def test_faults_of_two_keys_are_told_together(token: Token, opened: OpenKeys) -> None:
    with pytest.raises(SettingsError) as caught:
        opened(token.settings | {"PKCS11_KEY_LABEL": f"one,{LABEL},two"})
    assert [fault.split()[1] for fault in caught.value.faults] == ["one", "two"]


def test_a_label_that_two_keys_have_is_refused(token: Token, opened: OpenKeys, session: pkcs11.Session) -> None:
    make_pair(session, "twins")
    make_pair(session, "twins")
    assert fault_of(opened, token, PKCS11_KEY_LABEL="twins").startswith("PKCS11_KEY_LABEL twins names several private")


def test_a_key_that_can_be_read_in_the_clear_is_refused(
    token: Token, opened: OpenKeys, session: pkcs11.Session
) -> None:
    make_pair(session, "clear", SENSITIVE=False)
    assert "can be read out of the token in the clear" in fault_of(opened, token, PKCS11_KEY_LABEL="clear")


def test_a_key_that_may_not_sign_is_refused(token: Token, opened: OpenKeys, session: pkcs11.Session) -> None:
    make_pair(session, "mute", can=MechanismFlag.DECRYPT)
    assert "may not sign" in fault_of(opened, token, PKCS11_KEY_LABEL="mute")


def test_a_short_key_is_refused(token: Token, opened: OpenKeys, session: pkcs11.Session) -> None:
    make_pair(session, "short", bits=1024)
    assert "has 1024 bits" in fault_of(opened, token, PKCS11_KEY_LABEL="short")


def test_a_key_that_is_not_rsa_is_refused(token: Token, opened: OpenKeys, session: pkcs11.Session) -> None:
    parameters = session.create_domain_parameters(
        KeyType.EC, {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}, local=True
    )
    parameters.generate_keypair(store=True, label="elliptic", id=b"elliptic")
    assert "is not an RSA key" in fault_of(opened, token, PKCS11_KEY_LABEL="elliptic")


def test_a_key_is_made_inside_the_token_and_cannot_leave_it(
    token: Token, opened: OpenKeys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    label = f"made-{time.time_ns()}"
    for name, value in (token.settings | {"PKCS11_KEY_LABEL": label}).items():
        monkeypatch.setenv(name, value)
    assert main(["--provider", "pkcs11", "--out-dir", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clearbank.csr", "clearbank.pub"]
    (key,) = opened({})
    prove_that_it_signs(key)
    assert f"key id {key.key_id}" in capsys.readouterr().out
    module = pkcs11.lib(token.settings["PKCS11_MODULE"])
    module.reinitialize()
    with module.get_token(token_label=TOKEN_LABEL).open(user_pin=PIN) as session:
        private = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=label)
        never = [private[Attribute[name]] for name in ("NEVER_EXTRACTABLE", "ALWAYS_SENSITIVE", "LOCAL")]
        assert never == [True] * 3
        with pytest.raises(pkcs11.AttributeSensitive):
            private[Attribute.PRIVATE_EXPONENT]
    assert main(["--provider", "pkcs11", "--out-dir", str(tmp_path), "--force"]) == 2
    assert capsys.readouterr().err == f"PKCS11_KEY_LABEL {label} is there already: give another label, or --existing.\n"
