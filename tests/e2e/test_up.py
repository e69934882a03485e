"""`make up` stays, honours what it is given, is found by commands beside it, and goes with `make down`."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from deploy.local.addresses import PORTS
from shared.runtime.settings import SettingsReader
from tests.processes import ROOT, eventually, free_port
from tests.unit.runtime.setup_documents import SETUP

pytestmark = pytest.mark.enable_socket
START_SECONDS = 60


class Checkout:
    """A folder in which `up` and `down` run, on ports of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in PORTS}
        ports = {name: str(port) for name, port in self.ports.items()}
        given = {name: os.environ[name] for name in ("PATH", "REDIS_URL") if name in os.environ}
        self._started: list[subprocess.Popen[bytes]] = []
        self._environment = {**given, "PYTHONPATH": str(ROOT), "WORKERS": "1", **ports, **settings}

    def start_up(self) -> "subprocess.Popen[bytes]":
        with (self.folder / "up.log").open("ab") as log:
            process = subprocess.Popen(
                self._command("up"), cwd=self.folder, env=self._environment, stdout=log, stderr=log
            )
        self._started.append(process)
        return process

    def wait_until_up(self) -> None:
        eventually((self.folder / ".causeway/up.env").exists, "up has told its addresses", START_SECONDS)

    def down(self) -> None:
        """What `make down` does; returns when everything has gone."""
        subprocess.run(self._command("down"), cwd=self.folder, env=self._environment, check=True, timeout=60)
        for process in self._started:
            process.wait(30)

    def answers(self, port: str, path: str = "/livez") -> int:
        return requests.get(f"http://127.0.0.1:{self.ports[port]}{path}", timeout=5).status_code

    def log(self) -> str:
        return (self.folder / "up.log").read_text()

    def _command(self, name: str) -> list[str]:
        return [sys.executable, "-m", "deploy.local", name]


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    place = Checkout(tmp_path)
    yield place
    place.down()


def test_it_answers_is_found_and_goes(checkout: Checkout) -> None:
    process = checkout.start_up()
    checkout.wait_until_up()
    assert checkout.answers("LISTENER_PORT") == checkout.answers("SIGNER_PORT") == 200
    assert checkout.answers("FLOWER_PORT", "/") == 401
    assert SettingsReader(checkout.folder).text("SETUP_FILE") == str(checkout.folder / ".causeway/setup.json")
    checkout.down()
    assert process.wait(30) == 0
    assert not (checkout.folder / ".causeway/up.env").exists()
    with pytest.raises(requests.ConnectionError):
        checkout.answers("LISTENER_PORT")


def test_it_starts_again_over_what_a_killed_one_left(checkout: Checkout) -> None:
    first = checkout.start_up()
    checkout.wait_until_up()
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    (checkout.folder / ".causeway/up.env").unlink()
    second = checkout.start_up()
    checkout.wait_until_up()
    assert second.poll() is None
    assert checkout.answers("LISTENER_PORT", "/readyz") == 200


def test_a_given_setup_document_is_honoured(tmp_path: Path) -> None:
    given = tmp_path / "ours.json"
    given.write_text(json.dumps(SETUP))
    checkout = Checkout(tmp_path, SETUP_FILE=str(given))
    try:
        checkout.start_up()
        checkout.wait_until_up()
        assert SettingsReader(tmp_path).text("SETUP_FILE") == str(given)
        url = f"http://127.0.0.1:{checkout.ports['SANDBOX_CLEARBANK_PORT']}/v1/Test"
        token = {"Authorization": SETUP["authorizationHeader"]}
        assert requests.get(url, headers=token, timeout=5).status_code == 200
    finally:
        checkout.down()


def test_a_faulty_document_stops_it_with_every_fault(tmp_path: Path) -> None:
    given = tmp_path / "ours.json"
    given.write_text(json.dumps({**SETUP, "mambuUrl": "ftp://x", "secretKey": ""}))
    checkout = Checkout(tmp_path, SETUP_FILE=str(given))
    assert checkout.start_up().wait(START_SECONDS) == 1
    assert "mambuUrl" in checkout.log()
    assert "secretKey" in checkout.log()
    assert "Traceback" not in checkout.log()
