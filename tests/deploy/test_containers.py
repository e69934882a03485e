"""Every container of the sandbox overlay starts from its image's own files, works with the others, and ends in time.

They are local processes: what a missing COPY, a missing package, a folder that cannot be written, a secret that is not
mounted or a command that the store's user may not give would break, breaks here.
"""

import json
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from deploy.cluster.doctor.probe import PROCESSES, script_for
from deploy.cluster.sandbox_secrets import sandbox_secrets
from sandbox.player import HttpDoors, Player
from sandbox.story import load_stories
from tests.deploy.overlays import workload, workloads
from tests.deploy.running_cluster import RunningCluster, running_cluster

pytestmark = pytest.mark.enable_socket

BANK = workload("sandbox", "subscription-api").literals["BANKS"]
SEEN_IN = {
    "worker": "worker-payments",
    "deliveries": "worker-deliveries",
    "listener": "listener",
    "api": "subscription-api",
    "metrics": "worker-metrics",
}
NAMES = [each.name for each in workloads("sandbox") if each.image != "valkey"]


@pytest.fixture(scope="module")
def running() -> Iterator[RunningCluster]:
    """Everything is ready by the manifests' own probes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # the images' user goes through it
        with running_cluster(folder, sandbox_secrets()) as found:
            yield found


@pytest.fixture(scope="module")
def token(running: RunningCluster) -> str:
    """Of a user whom an operator has added in the API's container."""
    role = ("--role", f"CanCreateWebhook@{BANK}")
    result = running.containers["subscription-api"].run(
        ["python", "-m", "services.console", "users", "add", "ann", *role]
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.parametrize("story_id", ["d1-fps-settled", "hub-obp-credit"])
def test_a_story_goes_all_the_way(running: RunningCluster, token: str, story_id: str) -> None:
    doors = {"bank": "sandbox-clearbank", "core": "sandbox-mambu", "sinks": "sandbox-sinks", "api": "subscription-api"}
    player = Player(
        HttpDoors({door: running.url(name) for door, name in doors.items()}, {"api": token}),
        running.store_url,
        operate=lambda _: None,
        known={"sinksUrl": running.url("sandbox-sinks"), "bankId": BANK},
    )
    (story,) = load_stories([story_id])
    (row,) = player.play_all([story], done=lambda _: None)
    assert row.reached == story.expected


@pytest.mark.parametrize("name", NAMES)
def test_a_container_lives_by_its_probe_and_its_image_thinks_so_too(running: RunningCluster, name: str) -> None:
    container = running.containers[name]
    # A probe that is a command has been asked when everything became ready.
    liveness = container.workload.container["livenessProbe"]
    if "httpGet" in liveness:
        assert requests.get(running.url(name) + liveness["httpGet"]["path"], timeout=5).ok
    if container.image.command == container.workload.container["command"]:
        result = container.run(container.image.health)
        assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("process", PROCESSES)
def test_the_doctor_finds_nothing_wrong_from_within(running: RunningCluster, token: str, process: str) -> None:
    result = running.containers[SEEN_IN[process]].run(["python", "-"], given=script_for(process))
    assert result.returncode == 0, result.stderr
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert rows
    assert [row for row in rows if row["verdict"] == "FAIL"] == []


def test_an_operator_finds_the_commands_in_a_worker(running: RunningCluster) -> None:
    result = running.containers["worker-payments"].run(["python", "-m", "services.worker.operator", "parked"])
    assert result.returncode == 0, result.stderr


def test_flower_lets_nobody_in_without_its_login(running: RunningCluster) -> None:
    login = running.cluster.secrets["flower"]["basic-auth"].split(":")
    url = running.url("flower") + "/workers"
    assert requests.get(url, timeout=5).status_code == 401
    assert requests.get(url, auth=(login[0], login[1]), timeout=5).ok


def test_the_store_refused_no_command_of_any_of_them(running: RunningCluster) -> None:
    # What it refused stands in its log of the access rules.
    with running.store() as store:
        assert store.acl_log() == []


def test_every_process_ends_within_its_grace_period_and_has_written_nowhere_else(running: RunningCluster) -> None:
    began = time.monotonic()
    for name, process in running.processes.items():
        process.send_signal(getattr(signal, running.containers[name].image.stop_signal))
    for name, process in running.processes.items():
        left = began + workload("sandbox", name).pod["terminationGracePeriodSeconds"] - time.monotonic()
        process.wait(max(left, 0))
        # Celery's processes end with 0 too: their signal was SIGQUIT at heart.
        assert (name, process.returncode) == (name, 0), running.containers[name].log()[-2000:]
    assert {name: each.files() for name, each in running.containers.items()} == running.before
