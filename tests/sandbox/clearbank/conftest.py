"""A bank in a temporary folder, a client with its own key, and the client's receiver of webhooks."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.clearbank.app import create_app
from sandbox.clearbank.bank import Bank, open_bank
from sandbox.clearbank.delivery import Sender
from sandbox.clearbank.settings import Settings
from tests.sandbox.clearbank.builders import OPERATING_IBAN, POOLED_ACCOUNT_ID, TOKEN, fresh
from tests.sandbox.clearbank.receiver import Receiver, signature_of


@dataclass(frozen=True)
class Keys:
    client: rsa.RSAPrivateKey
    bank: rsa.RSAPrivateKey


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys(*(rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)))


@pytest.fixture
def receiver(keys: Keys) -> Iterator[Receiver]:
    receiver = Receiver(keys.client, keys.bank.public_key())
    yield receiver
    receiver.close()


@pytest.fixture
def settings(tmp_path: Path, keys: Keys, receiver: Receiver) -> Settings:
    client_key_file, signing_key_file = tmp_path / "client.pem", tmp_path / "bank.pem"
    client_key_file.write_bytes(
        keys.client.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    signing_key_file.write_bytes(
        keys.bank.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return Settings(
        data=tmp_path / "data",
        token=TOKEN,
        client_key_file=client_key_file,
        signing_key_file=signing_key_file,
        webhook_url=receiver.url,
        operating_iban=OPERATING_IBAN,
        pooled_account_id=POOLED_ACCOUNT_ID,
        retry_seconds=0,
        settle_seconds=0,
    )


@pytest.fixture
def bank(settings: Settings) -> Iterator[Bank]:
    bank = open_bank(settings)
    yield bank
    bank.store.close()


@pytest.fixture
def sender(bank: Bank) -> Iterator[Sender]:
    sender = Sender(bank)
    yield sender
    sender.stop()


class Client:
    """Talks to the bank's API as a good client, and to its control door as a test."""

    def __init__(self, bank: Bank, sender: Sender, key: rsa.RSAPrivateKey) -> None:
        self._http = create_app(bank, sender).test_client()
        self._key = key
        self.sender = sender
        self.bank = bank

    def send(self, method: str, path: str, body: Any = None, request_id: str | None = None, **headers: str) -> Any:
        raw = b"" if body is None else json.dumps(body).encode()
        return self.send_raw(method, path, raw, request_id, **headers)

    def send_raw(self, method: str, path: str, raw: bytes, request_id: str | None = None, **headers: str) -> Any:
        """Headers are given with underscores; an empty one is left out."""
        given = {
            "Authorization": f"Bearer {TOKEN}",
            "X-Request-Id": fresh("request") if request_id is None else request_id,
            "DigitalSignature": signature_of(raw, self._key),
            "Content-Type": "application/json",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in given.items() if value}
        return self._http.open(path, method=method, data=raw, headers=kept)

    def get(self, path: str) -> Any:
        response = self._http.get(path, headers={"Authorization": f"Bearer {TOKEN}"})
        assert response.status_code == 200, response.text
        return response.json

    def pay(self, body: dict[str, Any], **headers: str) -> Any:
        return self.send("POST", "/v3/payments/fps", body, **headers)

    def pay_by_chaps(self, body: dict[str, Any]) -> Any:
        return self.send("POST", "/payments/chaps/v6/customer-payments", body)

    def control(self, path: str, **body: Any) -> Any:
        response = self._http.post(f"/_sandbox/{path}", json=body)
        assert response.status_code < 300, response.text
        return response.json

    def refused_control(self, path: str, **body: Any) -> Any:
        return self._http.post(f"/_sandbox/{path}", json=body)

    def ledger(self, end_to_end_id: str) -> Any:
        return self.get(f"/_sandbox/ledger?endToEndId={end_to_end_id}")["transactions"]

    def account(self, iban: str = OPERATING_IBAN) -> dict[str, Any]:
        accounts = self.get("/_sandbox/accounts")["accounts"]
        return next(account for account in accounts if account["iban"] == iban)

    def open_virtual_account(self, external_id: str = "", owner_name: str = "Jane Smith") -> dict[str, Any]:
        identifier = {"externalIdentifier": external_id or fresh("external")}
        body = {"virtualAccounts": [{"ownerName": owner_name, "accountIdentifier": identifier}]}
        assert self.send("POST", f"/v2/Accounts/{POOLED_ACCOUNT_ID}/Virtual", body).status_code == 202
        self.run()
        accounts = self.get("/_sandbox/accounts")["accounts"]
        return next(a for a in accounts if a["externalId"] == identifier["externalIdentifier"])

    def run(self) -> None:
        """Let everything happen that is due, until nothing is."""
        for _ in range(20):
            if not self.sender.run_due():
                return
        raise AssertionError("The sender does not come to rest.")


@pytest.fixture
def client(bank: Bank, sender: Sender, keys: Keys) -> Client:
    return Client(bank, sender, keys.client)
