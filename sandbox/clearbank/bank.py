"""The bank put together: its settings, its memory and its keys."""

import secrets
import sqlite3
import time
import uuid
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from sandbox.clearbank import source
from sandbox.clearbank.accounts import iban_of
from sandbox.clearbank.settings import Settings
from sandbox.clearbank.signatures import load_client_key, load_signing_key
from sandbox.clearbank.store import open_store
from sandbox.sqlite import Store, insert

OPENING_BALANCE_PENCE = 100_000_000_000_00  # a hundred billion pounds: funds run out only when a test wants it
SEED_BITS = 48


@dataclass(frozen=True)
class Bank:
    settings: Settings
    store: Store
    client_key: RSAPublicKey
    signing_key: RSAPrivateKey


def open_bank(settings: Settings) -> Bank:
    """Open the bank where it was left; found it when its folder is empty. Raises KeyFileError.

    A new bank makes ids unlike any other's, until it is reset with a seed.
    """
    client_key = load_client_key(settings.client_key_file)
    signing_key = load_signing_key(settings.signing_key_file)
    bank = Bank(settings, open_store(settings.data), client_key, signing_key)
    with bank.store.transaction() as db:
        if db.execute("SELECT 1 FROM source").fetchone() is None:
            _found(db, settings, secrets.randbits(SEED_BITS))
    return bank


def reset(bank: Bank, seed: int) -> None:
    """Forget everything; the same seed gives the same ids, nonces and account numbers again."""
    with bank.store.transaction() as db:
        bank.store.empty(db)
        _found(db, bank.settings, seed)


def _found(db: sqlite3.Connection, settings: Settings, seed: int) -> None:
    source.seed(db, seed)
    operating_id = str(uuid.uuid5(uuid.NAMESPACE_OID, settings.operating_iban))
    _open_real_account(db, operating_id, "Operating Account", settings.operating_iban)
    pooled_iban = iban_of(settings.operating_iban[4:14] + source.next_digits(db, 8))
    _open_real_account(db, settings.pooled_account_id, "Client Money Account", pooled_iban)


def _open_real_account(db: sqlite3.Connection, account_id: str, name: str, iban: str) -> None:
    now = time.time()
    insert(
        db,
        "accounts",
        id=account_id,
        name=name,
        label=name,
        iban=iban,
        bban=iban[4:],
        status="Enabled",
        balance_pence=OPENING_BALANCE_PENCE,
        earmarked_pence=0,
        created_at=now,
        modified_at=now,
    )
