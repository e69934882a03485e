"""Opens the keys that the settings name, from one provider or several."""

from collections.abc import Callable, Iterable
from importlib import import_module

from services.signer.keys import KeyProvider, KeyRefusedError, KeyUnavailableError, prove_that_it_signs
from shared.runtime.settings import SettingsReader

PROVIDERS = ("file", "s3", "pkcs11", "kms")


def open_keys(reader: SettingsReader, providers: Iterable[str]) -> list[KeyProvider]:
    """Every key of every provider, each proved by signing. Faults are gathered in the reader."""
    keys: list[KeyProvider] = []
    for provider in providers:
        if provider not in PROVIDERS:
            reader.add_fault(f"SIGNING_KEY_PROVIDER is {provider!r}: give one of {', '.join(PROVIDERS)}.")
            continue
        try:
            keys += import_module(f"services.signer.providers.{provider}").read_keys(reader)
        except ModuleNotFoundError as error:
            reader.add_fault(f"SIGNING_KEY_PROVIDER {provider} needs {error.name}: install requirements/signer.txt.")
    return keys


def open_each(reader: SettingsReader, names: str, open_one: Callable[[str], KeyProvider]) -> list[KeyProvider]:
    """One key for each of `names`, which stand between commas. Faults are gathered in the reader."""
    keys = []
    for name in filter(None, (part.strip() for part in names.split(","))):
        try:
            key = open_one(name)
            prove_that_it_signs(key)
            keys.append(key)
        except (KeyRefusedError, KeyUnavailableError) as error:
            reader.add_fault(str(error))
    return keys
