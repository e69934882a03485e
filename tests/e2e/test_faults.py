"""`make faults` in short: everything is struck once while payments run and subscribers are told of them, and nothing is
lost, doubled or unexplained."""

import json
import os
import subprocess
import sys

import pytest

from deploy.local.faults.plan import Strike
from tests.processes import ROOT

pytestmark = pytest.mark.enable_socket
PATIENCE_SECONDS = 280


def faults(**settings: str) -> "subprocess.CompletedProcess[str]":
    """One round, as a script runs it."""
    command = [sys.executable, "-m", "deploy.local", "faults"]
    environment = {**os.environ, "FORMAT": "json", **settings}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )


@pytest.mark.alone
def test_a_short_round_loses_doubles_and_leaves_nothing_unexplained() -> None:
    done = faults(SEED="20", SECONDS="20", LOAD="0.05")
    assert done.stdout, done.stderr
    result = json.loads(done.stdout)
    assert (result["lost"], result["duplicated"], result["unexplained"]) == ([], [], [])
    assert done.returncode == 0
    assert set(Strike) <= {*result["faults"], *result["skipped"]}
    assert result["held"]["webhooks answered 200"] >= 100
    assert result["held"]["attempts not answered 200"] > 0
    assert result["held"]["deliveries sent"] >= 150
    assert result["held"]["deliveries failed"] > 0
    assert result["held"]["attempts at deliveries"] > result["held"]["deliveries sent"]
    assert (
        result["restarts"] >= 12
    )  # in the rolling update alone: six services, back to the release before and on again


@pytest.mark.parametrize(("name", "value"), [("SEED", "seven"), ("SECONDS", "1"), ("LOAD", "-1"), ("LOAD", "nan")])
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    done = faults(**{name: value})
    assert done.returncode == 1
    assert done.stdout == ""
    assert name in done.stderr
    assert "Traceback" not in done.stderr
