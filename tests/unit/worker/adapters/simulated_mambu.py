"""The simulated Mambu behind real HTTP on loopback, and the adapter that talks to it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.mambu.app import create_app
from sandbox.mambu.core import open_core
from sandbox.mambu.delivery import Sender
from sandbox.mambu.settings import Settings
from services.worker.adapters.http import HttpClient
from services.worker.adapters.mambu.client import Mambu
from shared.domain.outcomes import Accepted, Outcome
from shared.domain.posting import BankDisbursement, Posting, Repayment
from tests.builders import a_bank_disbursement, a_repayment, a_settled_credit, a_settled_debit
from tests.unit.worker.adapters.mambus import CREDENTIALS, names


class QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None: ...


@dataclass
class Simulated:
    """`core` is the adapter; the rest is what the lender's people do and see in Mambu's pages."""

    core: Mambu
    pages: FlaskClient

    def add_loan(self, **given: Any) -> Any:
        return self.control("loans", **given)

    def control(self, path: str, **given: Any) -> Any:
        response = self.pages.post(f"/_sandbox/{path}", json=given)
        assert response.status_code < 300, response.text
        return response.json

    def loan(self, loan: Any) -> Any:
        return self.pages.get(f"/_sandbox/loans/{loan['id']}").json

    def transactions(self, loan: Any) -> list[Any]:
        """Oldest first."""
        rows: list[Any] = self.loan(loan)["transactions"]
        return rows

    def post(self, posting: Posting) -> Outcome:
        return self.core.send(self.core.prepare_posting(posting))

    def undo(self, posting: Posting) -> Outcome:
        return self.core.send(self.core.prepare_undo(posting))


@contextmanager
def a_simulated_mambu(folder: Path, zone: str = "Europe/London") -> Iterator[Simulated]:
    core = open_core(
        Settings(
            data=folder / "mambu",
            user="user",
            password="password",
            api_key=CREDENTIALS["apikey"],
            zone=ZoneInfo(zone),
            webhook_url="http://127.0.0.1:9",
            webhook_user="mambu",
            webhook_password="sesame",
        )
    )
    app = create_app(core, Sender(core))
    with make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        adapter = Mambu(HttpClient(f"http://127.0.0.1:{server.server_port}/api", 10), CREDENTIALS, names(zone))
        yield Simulated(adapter, app.test_client())
        server.shutdown()
        thread.join()
    core.store.close()


def repayment_on(loan: Any, amount: str = "88.50", **changed: Any) -> Repayment:
    return a_repayment(a_settled_credit(amount, **changed), loan_id=loan["id"], loan_key=loan["encodedKey"])


def disbursement_on(loan: Any, amount: str = "1500.00", *, is_full: bool = False, **changed: Any) -> BankDisbursement:
    return a_bank_disbursement(
        a_settled_debit(amount, **changed),
        loan_id=loan["id"],
        loan_key=loan["encodedKey"],
        is_full_disbursement=is_full,
    )


def accepted(outcome: Outcome) -> str:
    assert isinstance(outcome, Accepted), outcome
    return outcome.reference
