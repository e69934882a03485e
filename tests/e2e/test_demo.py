"""`make demo` ends as promised, also when any one of its processes is killed while it plays."""

import os
import signal

import psutil
import pytest

from tests.e2e.a_demo import MARKS, a_demo
from tests.processes import eventually

pytestmark = [pytest.mark.enable_socket, pytest.mark.alone]

# One of each kind of work, so that a kill meets something under way.
STORIES = (
    "d1-fps-settled",
    "d1-chaps-settled",
    "d1-rejected",
    "d1-returned",
    "r1-fps",
    "r1-chaps",
    "duplicate",
    "forged",
    "bank-timeout-after-effect",
    "core-timeout-after-effect",
)


def test_every_scenario_ends_as_expected_and_nothing_is_left_running() -> None:
    with a_demo() as demo:
        demo.wait_until_it_plays()
        children = psutil.Process(demo.process.pid).children(recursive=True)
        rows = demo.rows()
    assert [row for row in rows if not row["ok"]] == []
    assert demo.process.returncode == 0
    assert set(rows[0]) == {"scenario", "expected", "reached", "ok", "seconds"}
    assert psutil.wait_procs(children, timeout=10)[1] == []


@pytest.mark.parametrize("name", MARKS)
def test_a_process_killed_while_it_plays_changes_nothing_in_the_end(name: str) -> None:
    if name == "valkey" and os.environ.get("REDIS_URL"):
        pytest.skip("the server that REDIS_URL names is not ours to kill")
    with a_demo(*STORIES) as demo:
        demo.wait_until_it_plays()
        first = demo.pid_of(name)
        assert first is not None
        os.kill(first, signal.SIGKILL)
        eventually(lambda: demo.pid_of(name) not in (None, first), f"{name} is started again")
        rows = demo.rows()
    assert [row for row in rows if not row["ok"]] == []
    assert demo.process.returncode == 0


def test_an_unknown_scenario_is_named_with_those_that_exist() -> None:
    with a_demo("no-such-story") as demo:
        output, errors = demo.process.communicate(timeout=60)
    assert demo.process.returncode == 1
    assert output == ""
    assert "no-such-story" in errors
    assert "d1-fps-settled" in errors


def test_a_lenders_own_documents_and_addresses_are_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETUP_FILE", "no/such/document.json")
    monkeypatch.setenv("SIGNER_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("SIGNING_KEY_PROVIDER", "none")
    with a_demo("d1-fps-settled") as demo:
        rows = demo.rows()
    assert [row["ok"] for row in rows] == [True]
