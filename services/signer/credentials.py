"""Reads the callers' credentials: one for both doors, or one for each."""

from importlib import import_module

from services.signer.callers import BOTH_DOORS, Caller
from shared.runtime.settings import SettingsReader
from shared.runtime.setup_document import SetupDocument
from shared.runtime.signer_access import lines_of, read_signer_credential
from shared.signing.doors import NONCE_PATH, REQUEST_PATH

MOST_VALUES = 2  # the old one and the new one, while a credential changes


def read_callers(reader: SettingsReader, setup: SetupDocument | None) -> tuple[Caller, ...]:
    """A door without a credential of its own is opened by the one of both. Faults are gathered in the reader."""
    own = [
        Caller(name, frozenset({door}), *_values(reader, name, *texts))
        for name, door, texts in (
            ("listener", NONCE_PATH, _nonce_credential(reader)),
            ("worker", REQUEST_PATH, _request_credential(reader)),
        )
        if texts
    ]
    doors = BOTH_DOORS.difference(*(caller.doors for caller in own))
    if doors:
        texts = read_signer_credential(reader, setup, _secret_of_aws(reader))
        name = "both" if doors == BOTH_DOORS else "worker" if REQUEST_PATH in doors else "listener"
        own.append(Caller(name, doors, *_values(reader, name, *texts)))
    tokens = [token for caller in own for token in caller.tokens]
    if len(set(tokens)) != len(tokens):
        reader.add_fault("Two callers of the signer have the same token, or one has it twice: give each its own.")
    return tuple(own)


def _nonce_credential(reader: SettingsReader) -> tuple[str, str] | None:
    if not (reader.has("SIGNER_NONCE_TOKEN") or reader.has("SIGNER_NONCE_SECRET_KEY")):
        return None
    return reader.text("SIGNER_NONCE_TOKEN"), reader.text("SIGNER_NONCE_SECRET_KEY")


def _request_credential(reader: SettingsReader) -> tuple[str, str] | None:
    if not (reader.has("SIGNER_REQUEST_TOKEN") or reader.has("SIGNER_REQUEST_SECRET_KEY")):
        return None
    return reader.text("SIGNER_REQUEST_TOKEN"), reader.text("SIGNER_REQUEST_SECRET_KEY")


def _secret_of_aws(reader: SettingsReader) -> tuple[str, str] | None:
    secret_id = reader.optional_text("SECRET_ID")
    if not secret_id:
        return None
    try:
        # boto3 takes a third of a second to import, and most signers do without it
        secrets_manager = import_module("services.signer.secrets_manager")
    except ModuleNotFoundError as error:
        reader.add_fault(f"SECRET_ID needs {error.name}: install requirements/signer.txt.")
        return "", ""
    try:
        token, secret_key = secrets_manager.read_secret(secret_id)
    except secrets_manager.SecretRefusedError as error:
        reader.add_fault(str(error))
        return "", ""
    return token, secret_key


def _values(reader: SettingsReader, name: str, token: str, secret_key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    tokens, secret_keys = tuple(lines_of(token)), tuple(lines_of(secret_key))
    if max(len(tokens), len(secret_keys)) > MOST_VALUES:
        reader.add_fault(f"The credential of the signer's caller {name} has more than two values: give old and new.")
    return tokens, secret_keys
