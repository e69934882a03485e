"""How what we serve stops: first nobody sends more, then everybody is answered, then it ends."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import pytest
import urllib3

from tests.integration.conftest import LISTENER, SIGNER, RunningListener, is_ready, settings_of
from tests.processes import STOP_SECONDS, eventually, free_port, running
from tests.unit.listener.listeners import a_webhook

pytestmark = pytest.mark.enable_socket


@dataclass(frozen=True)
class Served:
    """The echo application in its process, which writes into `folder`."""

    url: str
    folder: Path
    process: Popen[bytes]

    def get(self, path: str) -> urllib3.BaseHTTPResponse:
        return urllib3.request("GET", self.url + path, retries=False, timeout=STOP_SECONDS)


@pytest.fixture(params=["wsgi", "rsgi"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    url = f"http://127.0.0.1:{(port := free_port())}"
    settings = {"PORT": str(port), "INTERFACE": request.param}
    with running(["-m", "tests.integration.echo"], tmp_path, settings, lambda: is_ready(url)) as process:
        yield Served(url, tmp_path, process)


def test_a_request_in_flight_is_answered_and_then_the_server_ends(served: Served) -> None:
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(served.get, "/when/told")
        eventually((served.folder / "told-has-come").exists, "the request is in flight")
        served.process.send_signal(signal.SIGTERM)
        eventually(lambda: refuses_to_connect(served), "nobody is taken in any more")
        (served.folder / "told").touch()
        assert (answer.result().status, answer.result().data) == (200, b"told")
    assert served.process.wait(STOP_SECONDS) == 0


def refuses_to_connect(served: Served) -> bool:
    try:
        urllib3.request("GET", f"{served.url}/livez", retries=False, timeout=1)
    except urllib3.exceptions.HTTPError:
        return True
    return False


@pytest.mark.parametrize("served", ["rsgi"], indirect=True)
def test_a_request_that_never_ends_does_not_keep_the_server_for_ever(served: Served) -> None:
    with ThreadPoolExecutor() as pool:
        pool.submit(served.get, "/when/never")
        eventually((served.folder / "never-has-come").exists, "the request is in flight")
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(STOP_SECONDS) is not None


def test_the_listener_says_that_it_will_stop_while_it_still_serves(valkey: str, tmp_path: Path) -> None:
    ports = free_port(), free_port()
    settings = settings_of(tmp_path, valkey, ports) | {"DRAIN_SECONDS": "3"}
    url, signer_url = (f"http://127.0.0.1:{port}" for port in ports)
    with (
        running(SIGNER, tmp_path, settings, lambda: is_ready(signer_url), "signer.log") as signer,
        running(LISTENER, tmp_path, settings, lambda: is_ready(url), "listener.log") as process,
    ):
        listener = RunningListener(url, valkey, tmp_path / "clearbank.pub", tmp_path / "listener.log", process, signer)
        process.send_signal(signal.SIGTERM)
        eventually(lambda: not is_ready(url), "it is not ready")
        readiness = urllib3.request("GET", f"{url}/readyz", retries=False, timeout=5)
        assert (readiness.status, readiness.json()["reason"]) == (503, "it is about to stop")
        assert urllib3.request("GET", f"{url}/livez", retries=False, timeout=5).status == 200
        assert listener.is_signed_by_us(listener.from_the_bank(a_webhook()))
        assert process.wait(STOP_SECONDS) == 0
