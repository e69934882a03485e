"""The core as it is really served: killed and started again, and with faults on the wire."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import pytest
import requests

from sandbox.mambu.wire import V2
from tests.processes import eventually, free_port, running
from tests.sandbox.mambu.conftest import new_key
from tests.sandbox.mambu.receiver import Receiver

pytestmark = pytest.mark.enable_socket
GRANIAN = ("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--workers", "1", "--blocking-threads", "16")


class CoreProcess:
    def __init__(self, url: str, process: Popen[bytes]) -> None:
        self._url = url
        self.process = process
        self._session = requests.Session()
        self._session.auth = ("causeway", "sesame")
        self._session.headers.update({"Accept": V2})

    def call(self, method: str, path: str, body: object = None, key: str = "") -> requests.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return self._session.request(method, self._url + path, json=body, headers=headers, timeout=20)

    def kill(self) -> None:
        """The worker is a child of granian's own process: both go at once."""
        for child in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
        self.process.kill()
        self.process.wait()


@contextmanager
def serving(folder: Path, receiver: Receiver, *, granian: bool) -> Iterator[CoreProcess]:
    port = str(free_port())
    url = f"http://127.0.0.1:{port}"
    settings = {
        "SANDBOX_MAMBU_PORT": port,
        "SANDBOX_MAMBU_DATA": str(folder / "data"),
        "SANDBOX_MAMBU_USER": "causeway",
        "SANDBOX_MAMBU_PASSWORD": "sesame",
        "SANDBOX_MAMBU_WEBHOOK_URL": receiver.url,
        "SANDBOX_MAMBU_RETRY_SECONDS": "0.1",
        "MAMBU_WEBHOOK_USERNAME": "mambu",
        "MAMBU_WEBHOOK_PASSWORD": "sesame",
    }
    arguments = (*GRANIAN, "--port", port, "sandbox.mambu.wsgi:app") if granian else ("-m", "sandbox.mambu")
    with running(arguments, folder, settings, lambda: requests.get(f"{url}/readyz", timeout=5).ok) as process:
        yield CoreProcess(url, process)


def test_a_core_killed_in_the_middle_forgets_nothing(tmp_path: Path, receiver: Receiver) -> None:
    receiver.refuse()
    key, body = new_key(), {"amount": 5}
    with serving(tmp_path, receiver, granian=True) as core:
        loan = core.call("POST", "/_sandbox/loans", {"id": "LN1"}).json()
        core.call("POST", "/_sandbox/loans/LN1/disburse", {"channel": "MBU_Loan_Disbursement_FPS"})
        first = core.call("POST", "/api/loans/LN1/repayment-transactions", body, key)
        receiver.wait_for(1)
        core.kill()
    receiver.refuse(times=0)
    with serving(tmp_path, receiver, granian=True) as core:
        hooks = "/_sandbox/webhooks?loanId=LN1"
        eventually(lambda: core.call("GET", hooks).json()["webhooks"][0]["state"] == "SENT", "the webhook is sent")
        again = core.call("POST", "/api/loans/LN1/repayment-transactions", body, key)
        assert (again.status_code, again.text) == (201, first.text)
        now = core.call("GET", "/_sandbox/loans/LN1").json()
        assert (now["encodedKey"], now["balance"]) == (loan["encodedKey"], "1495.00")


def test_granian_knows_no_final_102_and_says_409(tmp_path: Path, receiver: Receiver) -> None:
    with serving(tmp_path, receiver, granian=True) as core:
        core.call("POST", "/_sandbox/loans", {"id": "LN1", "state": "ACTIVE"})
        core.call("POST", "/_sandbox/faults", {"on": "loan-read", "kind": "status_102"})
        assert core.call("GET", "/api/loans/LN1").status_code == 409
        core.call("POST", "/_sandbox/faults", {"on": "loan-read", "kind": "reset_after"})
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            core.call("GET", "/api/loans/LN1")


def test_on_its_own_server_102_and_cuts_are_as_in_life(tmp_path: Path, receiver: Receiver) -> None:
    key = new_key()
    with serving(tmp_path, receiver, granian=False) as core:
        core.call("POST", "/_sandbox/loans", {"id": "LN1", "state": "ACTIVE"})
        core.call("POST", "/_sandbox/faults", {"on": "repayment", "kind": "reset_after"})
        core.call("POST", "/_sandbox/faults", {"on": "repayment", "kind": "status_102", "times": 2})
        statuses = [_repay(core, key) for _ in range(4)]
        assert statuses == [102, 102, None, 201]
        assert core.call("GET", "/_sandbox/loans/LN1").json()["balance"] == "1495.00"
        statuses = [call["status"] for call in core.call("GET", "/_sandbox/requests").json()["requests"]]
        assert statuses == [102, 102, 0, 201]


def _repay(core: CoreProcess, key: str) -> int | None:
    try:
        return core.call("POST", "/api/loans/LN1/repayment-transactions", {"amount": 5}, key).status_code
    except requests.ConnectionError:
        return None


def test_a_core_without_settings_says_which_are_missing(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="SANDBOX_MAMBU_USER is missing"),
        running(("-m", "sandbox.mambu"), tmp_path, {}, lambda: False),
    ):
        pass
