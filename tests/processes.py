"""Real processes for tests: started on loopback, waited for by asking, stopped at the end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_SECONDS, STOP_SECONDS = 30.0, 15.0


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(check: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Ask until the check says True; a check that cannot connect yet counts as not yet."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if check():
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise AssertionError(f"after {seconds} s it is still not so: {what}")


def python_environment(**settings: str) -> dict[str, str]:
    """Nothing of the caller's settings, only what is given here. Nobody balances load in a test: it stops at once."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DRAIN_SECONDS": "0", **settings}


@contextmanager
def running(
    arguments: Sequence[str],
    folder: Path,
    settings: Mapping[str, str],
    is_ready: Callable[[], bool],
    log_name: str = "log",
) -> Iterator[subprocess.Popen[bytes]]:
    """`python <arguments>` in `folder`, ready when the block begins; its output goes to `log_name` there."""
    command = [sys.executable, *arguments]
    environment = python_environment(**settings)
    with (
        (folder / log_name).open("wb") as log,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        ) as process,
    ):
        try:
            eventually(lambda: process.poll() is not None or is_ready(), f"{arguments} is ready")
            assert process.poll() is None, (folder / log_name).read_text()
            yield process
        finally:
            stop(process)


def signal_all(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the process and its children: a server's workers are children."""
    os.killpg(process.pid, number)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end; kill it and its children when it does not."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        signal_all(process, signal.SIGKILL)
