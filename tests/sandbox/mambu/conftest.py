"""A core in a temporary folder, a good client of its API, and the lender's door for webhooks."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.mambu.app import create_app
from sandbox.mambu.core import Core, open_core
from sandbox.mambu.delivery import Sender
from sandbox.mambu.settings import Settings
from sandbox.mambu.wire import V2, from_json
from tests.sandbox.mambu.receiver import Receiver

USER, PASSWORD, API_KEY = "causeway", "open sesame", "key-1"
LOAN_SET, TRANSACTION_SET = "_ClearBank", "_ClearBank_Transaction_By_Channe"


def new_key() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def webhook_url() -> str:
    """Tests that watch webhooks replace this by a receiver's."""
    return "http://127.0.0.1:9/webhooks/mambu"


@pytest.fixture
def settings(tmp_path: Path, webhook_url: str) -> Settings:
    return Settings(
        data=tmp_path / "mambu",
        user=USER,
        password=PASSWORD,
        api_key=API_KEY,
        zone=ZoneInfo("Europe/London"),
        webhook_url=webhook_url,
        webhook_user="mambu",
        webhook_password="sesame",
        retry_seconds=0,
    )


@pytest.fixture
def core(settings: Settings) -> Iterator[Core]:
    core = open_core(settings)
    yield core
    core.store.close()


class Client:
    """Calls the API as a good client and the control door as a test."""

    def __init__(self, core: Core) -> None:
        self.sender = Sender(core)
        self._http = create_app(core, self.sender).test_client()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Headers are given with underscores; an empty one is left out."""
        given = {"Accept": V2, "Content-Type": "application/json", "apikey": API_KEY}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        kept = {name: value for name, value in given.items() if value}
        return self._http.open(f"/api{path}", method=method, data=raw, headers=kept)

    def get(self, path: str) -> Any:
        response = self.send("GET", path)
        assert response.status_code == 200, response.text
        return from_json(response.data)

    def post(self, path: str, body: Any, key: str = "") -> Any:
        return self.send("POST", path, body, Idempotency_Key=key or new_key())

    def refused(self, path: str, body: Any) -> int:
        """The error code of a posting that is refused with 400."""
        response = self.post(path, body)
        assert response.status_code == 400, response.text
        return error_code(response)

    def find(self, field: str, operator: str = "EQUALS", where: str = "/loans:search", **slots: Any) -> list[str]:
        body = {"filterCriteria": [{"field": field, "operator": operator, **slots}]}
        response = self.send("POST", where, body)
        assert response.status_code == 200, response.text
        return [row["id"] for row in from_json(response.data)]

    def control(self, path: str, /, **body: Any) -> Any:
        response = self._http.post(f"/_sandbox/{path}", json=body)
        assert response.status_code < 300, response.text
        return response.json

    def look(self, path: str) -> Any:
        return self._http.get(f"/_sandbox/{path}").json

    def loan(self, **given: Any) -> Any:
        return self.control("loans", **given)

    def repay(self, loan: Any, amount: float, **more: Any) -> Any:
        return self.post(f"/loans/{loan['id']}/repayment-transactions", {"amount": amount, **more})

    def disburse(self, loan: Any, **more: Any) -> Any:
        return self.post(f"/loans/{loan['id']}/disbursement-transactions", more)

    def adjust(self, transaction_key: str, notes: str = "taken back") -> Any:
        return self.post(f"/loans/transactions/{transaction_key}:adjust", {"notes": notes})

    def state(self, loan: Any) -> tuple[str, str | None, str]:
        now = self.look(f"loans/{loan['id']}")
        return now["state"], now.get("accountSubState"), now["balance"]

    def run(self) -> None:
        """Let the sender do what is due, until nothing is."""
        for _ in range(20):
            if not self.sender.run_due():
                return
        raise AssertionError("The sender does not come to rest.")


def error_code(response: Any) -> int:
    [error] = response.json["errors"]
    assert error["errorReason"]
    code: int = error["errorCode"]
    return code


@pytest.fixture
def client(core: Core) -> Iterator[Client]:
    client = Client(core)
    yield client
    client.sender.stop()
