"""A key that never leaves an HSM, over any PKCS#11 module: CloudHSM's client in production, SoftHSM2 in tests.

Only the digest goes to the device, in one call: `RSA_PKCS` over the DigestInfo of RFC 8017, 9.2.
"""

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pkcs11
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from pkcs11 import Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass
from pkcs11.exceptions import MultipleObjectsReturned, MultipleTokensReturned, NoSuchKey, NoSuchToken, PKCS11Error

from services.signer.keys import KeyProvider, KeyRefusedError, KeyUnavailableError
from services.signer.providers.daemon_threads import DaemonThreads
from services.signer.providers.device import SIGNATURES_AT_ONCE, DeviceKey, checked_public_key, read_timeout_seconds
from services.signer.providers.open import open_each
from services.signer.providers.pkcs11_token import PIN_REFUSED, Pkcs11Token, TokenSession
from shared.runtime.settings import SettingsReader

DIGEST_INFO_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
OPEN_SECONDS, MAKE_SECONDS = 10.0, 60.0
Result = TypeVar("Result")


def read_keys(reader: SettingsReader) -> list[KeyProvider]:
    token, labels = _token_and_labels(reader)
    timeout_seconds = read_timeout_seconds(reader)
    return open_each(reader, labels, lambda label: open_pkcs11_key(token, label, timeout_seconds)) if token else []


def open_pkcs11_key(token: Pkcs11Token, label: str, timeout_seconds: float) -> DeviceKey:
    """Raises KeyRefusedError for a token that does not let us in, and for a key that must not or cannot sign."""
    where = f"PKCS11_KEY_LABEL {label}"

    def sign_digest(digest: bytes, deadline: float) -> bytes:
        text = DIGEST_INFO_SHA256 + digest
        return token.use(lambda session: session.sign(label, text, Mechanism.RSA_PKCS), deadline)

    numbers = _asked(token, lambda session: _public_numbers(session.private_key(label), where), where, OPEN_SECONDS)
    public_key = checked_public_key(numbers.public_key(), where)
    return DeviceKey("pkcs11", public_key, sign_digest, timeout_seconds=timeout_seconds)


def make_key(reader: SettingsReader, key_bits: int) -> DeviceKey:
    """Make a key pair inside the token, never over another. Raises KeyRefusedError, SettingsError."""
    token, label = _token_and_labels(reader)
    timeout_seconds = read_timeout_seconds(reader)
    reader.check()
    assert token is not None  # noqa: S101  a missing setting is a fault, and check() has raised
    where = f"PKCS11_KEY_LABEL {label}"
    _asked(token, lambda session: _make_pair(session.session, label, key_bits), where, MAKE_SECONDS)
    return open_pkcs11_key(token, label, timeout_seconds)


def _token_and_labels(reader: SettingsReader) -> tuple[Pkcs11Token | None, str]:
    module = reader.file("PKCS11_MODULE")
    token_label = reader.text("PKCS11_TOKEN_LABEL", hint="give the label of the token that holds the key")
    pin = reader.text("PKCS11_PIN", hint="give PKCS11_PIN_FILE, a file with the token's user PIN")
    labels = reader.text("PKCS11_KEY_LABEL", hint="give the label of the private key in the token")
    if module == Path() or not (token_label and pin):
        return None, labels
    return Pkcs11Token(str(module), token_label, pin, SIGNATURES_AT_ONCE), labels


def _asked(token: Pkcs11Token, work: Callable[[TokenSession], Result], where: str, seconds: float) -> Result:
    """What the token answers, even if it hangs. Raises KeyRefusedError."""
    thread: DaemonThreads[Result] = DaemonThreads(1, "token")
    try:
        return thread.submit(lambda: token.use(work, time.monotonic() + seconds)).result(seconds)
    except TimeoutError as error:
        raise KeyRefusedError(f"{where} cannot be used: the token did not answer within {seconds:g} s.") from error
    except NoSuchToken as error:
        raise KeyRefusedError("PKCS11_TOKEN_LABEL names no token that PKCS11_MODULE shows: check both.") from error
    except MultipleTokensReturned as error:
        raise KeyRefusedError("PKCS11_TOKEN_LABEL names several tokens: give each its own label.") from error
    except PIN_REFUSED as error:
        raise KeyRefusedError(
            f"PKCS11_PIN_FILE holds a PIN that the token refuses ({type(error).__name__})."
        ) from error
    except NoSuchKey as error:
        raise KeyRefusedError(f"{where} names no private key that the PIN's user can see: check both.") from error
    except MultipleObjectsReturned as error:
        raise KeyRefusedError(f"{where} names several private keys: give each its own label.") from error
    except PKCS11Error as error:
        reason = type(error).__name__ if type(error) is not PKCS11Error else str(error)
        raise KeyRefusedError(f"{where} cannot be used: the token answers {reason}.") from error
    except KeyUnavailableError as error:
        raise KeyRefusedError(f"{where} cannot be used: {error}") from error


def _public_numbers(key: pkcs11.Key, where: str) -> RSAPublicNumbers:
    if key.key_type is not KeyType.RSA:
        raise KeyRefusedError(f"{where} is not an RSA key: ClearBank takes RSA only.")
    if not key[Attribute.SIGN]:
        raise KeyRefusedError(f"{where} may not sign (CKA_SIGN is false): give a key made for signing.")
    if not key[Attribute.SENSITIVE]:
        raise KeyRefusedError(
            f"{where} can be read out of the token in the clear (CKA_SENSITIVE is false): make another."
        )
    modulus, exponent = key[Attribute.MODULUS], key[Attribute.PUBLIC_EXPONENT]
    return RSAPublicNumbers(int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big"))


def _make_pair(session: pkcs11.Session, label: str, key_bits: int) -> None:
    for kind in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY):
        if list(session.get_objects({Attribute.CLASS: kind, Attribute.LABEL: label})):
            raise KeyRefusedError(f"PKCS11_KEY_LABEL {label} is there already: give another label, or --existing.")
    session.generate_keypair(
        KeyType.RSA,
        key_bits,
        id=secrets.token_bytes(8),
        label=label,
        store=True,
        capabilities=MechanismFlag.SIGN | MechanismFlag.VERIFY,
        private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
    )
