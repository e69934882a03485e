"""One `make demo` as a script runs it, and what can be done to it meanwhile."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests

from tests.processes import eventually

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 240

# How one word of a process's command line ends.
MARKS = {
    "valkey": "-server",
    "signer": "services.signer",
    "listener": "services.listener",
    "worker": "worker",
    "beat": "beat",
    "sandbox-clearbank": "sandbox.clearbank.wsgi:app",
    "sandbox-mambu": "sandbox.mambu",
}


@dataclass
class Demo:
    """A running demo with JSON rows."""

    process: "subprocess.Popen[str]"

    def pid_of(self, name: str) -> int | None:
        """The process of this name that runs now."""
        for child in psutil.Process(self.process.pid).children():
            if any(word.endswith(MARKS[name]) for word in _words(child)):
                return child.pid
        return None

    def wait_until_it_plays(self) -> None:
        """Returns when the first story has made the bank send a webhook."""
        eventually(self._has_sent_webhooks, "the bank has sent a webhook", PATIENCE_SECONDS)

    def rows(self) -> list[dict[str, Any]]:
        """What it printed, once it has ended."""
        output, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        rows = [json.loads(line) for line in output.splitlines()]
        assert rows, errors
        return rows

    def _has_sent_webhooks(self) -> bool:
        pid = self.pid_of("sandbox-clearbank")
        words = _words(psutil.Process(pid)) if pid else []
        if "--port" not in words:
            return False
        url = f"http://127.0.0.1:{words[words.index('--port') + 1]}/_sandbox/webhooks"
        try:
            return bool(requests.get(url, timeout=5).json()["webhooks"])
        except (requests.RequestException, KeyError):
            return False


@contextmanager
def a_demo(*scenarios: str) -> Iterator[Demo]:
    """A demo of these scenarios, all when none is named; ended with the block, whatever happened in it."""
    environment = os.environ | {"FORMAT": "json", "SCENARIOS": " ".join(scenarios)}
    command = [sys.executable, "-m", "deploy.local", "demo"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Demo(process)
        finally:
            process.terminate()


def _words(process: psutil.Process) -> list[str]:
    try:
        return " ".join(process.cmdline()).split()  # a server may write its whole title into one word
    except psutil.Error:
        return []
