"""Keeps the processes of a stand running, as a cluster would: one that dies is started again."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.local.processes import ProcessPlan

START_SECONDS = 60.0
STOP_SECONDS = 20.0
RESTART_PAUSE_SECONDS = 0.5


class StandError(Exception):
    """A process did not come up; the sentence names it and its log."""


class _Process:
    """One plan, and the process group that runs it now."""

    def __init__(self, plan: ProcessPlan, environment: Mapping[str, str], log: Path) -> None:
        self.plan = plan
        self._environment = environment
        self.log = log
        self._log_start = 0
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as output:
            self._popen = subprocess.Popen(  # noqa: S603
                self.plan.command,
                env=dict(self._environment),
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid if self._popen else 0

    def is_running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    def is_ready(self) -> bool:
        if self.plan.ready_url:
            return _answers(self.plan.ready_url)
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return self.plan.ready_words.encode() in log.read()

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill_group(self) -> None:
        """End whatever is left of the group: a killed parent leaves children that hold its port."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)


class Supervisor:
    """Starts, watches and stops. `said` hears one short line about each restart."""

    def __init__(
        self, environment: Mapping[str, str], logs: Path, said: Callable[[str], None] = lambda _line: None
    ) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._environment = {**environment, "PYTHONUNBUFFERED": "1", "REMAP_SIGTERM": "SIGQUIT"}
        self._logs = logs
        self._said = said
        self._processes: list[_Process] = []
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def start(self, plans: Sequence[ProcessPlan], ready: Callable[[str], None] = lambda _name: None) -> None:
        """Start all, wait until each is ready, tell `ready` its name. Raises StandError."""
        started = []
        for plan in plans:
            process = _Process(plan, self._environment, self._logs / f"{plan.name}.log")
            process.start()
            started.append(process)
            self._processes.append(process)
        deadline = time.monotonic() + START_SECONDS
        waiting = list(started)
        while waiting:
            for process in [process for process in waiting if process.is_ready()]:
                waiting.remove(process)
                ready(process.plan.name)
            for process in waiting:
                if not process.is_running() or time.monotonic() > deadline:
                    raise StandError(_why(process))
            time.sleep(0.05)

    def watch(self) -> None:
        """From now on, start again what dies."""
        self._watcher.start()

    def pids(self) -> dict[str, int]:
        """The process now running for each name."""
        return {process.plan.name: process.pid for process in self._processes}

    def stop(self) -> None:
        """End all, the last started first; whoever does not go in time is killed. What never came up is killed at
        once: it has nothing under way, and granian may not hear a signal while it starts."""
        self._stopping.set()
        if not self._watcher.is_alive():
            for process in self._processes:
                process.kill_group()
        for process in reversed(self._processes):
            if process.plan.name != "valkey":
                process.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in reversed(self._processes):
            if process.plan.name == "valkey":
                process.signal(signal.SIGTERM)
            while process.is_running() and time.monotonic() < deadline:
                time.sleep(0.05)
            process.kill_group()

    def _watch(self) -> None:
        while not self._stopping.wait(0.1):
            for process in self._processes:
                if not process.is_running() and not self._stopping.is_set():
                    self._said(f"{process.plan.name} ended and is started again")
                    process.kill_group()
                    self._stopping.wait(RESTART_PAUSE_SECONDS)
                    process.start()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _why(process: _Process) -> str:
    state = "is not ready in time" if process.is_running() else "ended at its start"
    tail = process.log.read_text(errors="replace").strip().splitlines()[-12:]
    print("\n".join(tail), file=sys.stderr)
    return f"{process.plan.name} {state}: see the lines above, or {process.log}."
