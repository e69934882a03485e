"""`make doctor` beside a running `make up`, and its probe as a pod would run it: by its text alone."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values

from deploy.cluster.doctor.probe import script_for
from tests.e2e.test_up import Checkout
from tests.processes import ROOT, python_environment

pytestmark = pytest.mark.enable_socket


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    place = Checkout(tmp_path_factory.mktemp("checkout"))
    place.start_up()
    place.wait_until_up()
    yield place
    place.down()


def test_everything_of_a_running_stand_is_well(checkout: Checkout) -> None:
    done = doctor(checkout)
    rows = rows_of(done.stdout)
    assert done.returncode == 0, rows
    for check in (
        "Python",
        "requirements",
        "listener ready",
        "signer ready",
        "setup document",
        "notification document",
        "store",
        "clocks agree",
        "signer signs (nonce door)",
        "signer signs (request door)",
        "ClearBank's public key",
        "bank reachable",
        "core reachable",
    ):
        assert rows[check]["verdict"] == "ok", rows[check]


def test_a_wrong_credential_is_found_though_everything_runs(checkout: Checkout) -> None:
    done = doctor(checkout, SIGNER_TOKEN="of somebody else")
    assert done.returncode == 1
    row = rows_of(done.stdout)["signer signs (nonce door)"]
    assert row["verdict"] == "FAIL"
    assert "401" in row["found"]


def test_the_probe_sees_the_same_from_within_with_nothing_of_the_checkout_but_the_shared_code(
    checkout: Checkout, tmp_path: Path
) -> None:
    """As in a pod: the text on standard input, the image's code beside it, the settings in the environment."""
    (tmp_path / "shared").symlink_to(ROOT / "shared")
    settings = {name: value or "" for name, value in dotenv_values(checkout.folder / ".causeway/up.env").items()}
    done = subprocess.run(
        [sys.executable, "-"],
        cwd=tmp_path,
        env={**python_environment(**settings), "PYTHONPATH": ""},
        input=script_for("worker"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    rows = rows_of(done.stdout)
    assert done.returncode == 0, done.stderr
    assert rows["signer signs (request door)"]["verdict"] == rows["bank reachable"]["verdict"] == "ok"


def doctor(checkout: Checkout, **settings: str) -> "subprocess.CompletedProcess[str]":
    """What `FORMAT=json make doctor` does in the checkout."""
    ports = {name: str(port) for name, port in checkout.ports.items()}
    environment = python_environment(FORMAT="json", **ports, **settings)
    command = [sys.executable, "-m", "deploy.cluster", "doctor"]
    return subprocess.run(
        command, cwd=checkout.folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def rows_of(printed: str) -> dict[str, dict[str, str]]:
    return {row["check"]: row for row in map(json.loads, printed.splitlines())}
