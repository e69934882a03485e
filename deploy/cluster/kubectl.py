"""The one way to the cluster: the program kubectl, with argument lists and limits of time."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CALL_SECONDS, REACH_SECONDS = 60.0, 10.0
_EXCERPT = 300


class ClusterError(Exception):
    """The cluster, or kubectl, did not do what was asked: one sentence says what and what to do."""


@dataclass(frozen=True)
class Kubectl:
    """`context` of the kubeconfig, empty for its current one. Every call raises ClusterError."""

    context: str = ""
    namespace: str = ""

    def reach(self) -> str:
        """The name of the context, once its cluster has answered."""
        limit = f"--request-timeout={REACH_SECONDS:.0f}s"
        try:
            name = self.context or self.run("config", "current-context").strip()
            self.run("get", "--raw", "/readyz", limit, timeout_seconds=2 * REACH_SECONDS)
        except ClusterError as error:
            raise ClusterError(f"No cluster answers, so check KUBECONFIG and CONTEXT: {error}") from error
        return name

    def run(self, *arguments: str, given: str = "", timeout_seconds: float = CALL_SECONDS) -> str:
        """What it prints; `given` is its standard input."""
        try:
            done = subprocess.run(  # noqa: S603
                self._command(arguments),
                input=given,
                capture_output=True,
                text=True,
                check=False,
                timeout=timeout_seconds,
            )
        except subprocess.TimeoutExpired as error:
            raise ClusterError(
                f"kubectl {arguments[0]} did not end within {timeout_seconds:.0f} s: try again."
            ) from error
        if done.returncode:
            raise ClusterError(f"kubectl {' '.join(arguments[:2])} failed: {_last_words(done.stderr)}")
        return done.stdout

    def read(self, *arguments: str) -> Any:
        """The JSON of `kubectl get ...`."""
        return json.loads(self.run("get", *arguments, "--output=json"))

    def apply(self, documents: list[Mapping[str, Any]]) -> None:
        self.run("apply", "--filename=-", given=_listed(documents))

    def delete(self, documents: list[Mapping[str, Any]], wait_seconds: float) -> None:
        """What is not there counts as deleted; returns when all has gone."""
        limit = f"--timeout={wait_seconds:.0f}s"
        self.run(
            *("delete", "--ignore-not-found", "--wait=true", limit, "--filename=-"),
            given=_listed(documents),
            timeout_seconds=wait_seconds + CALL_SECONDS,
        )

    def wait_for(self, workload: str, wait_seconds: float) -> None:
        """Until every pod of `deployment/name` is a new one and ready."""
        limit = f"--timeout={wait_seconds:.0f}s"
        self.run("rollout", "status", workload, limit, timeout_seconds=wait_seconds + CALL_SECONDS)

    def inside(self, workload: str, container: str, script: str, *arguments: str) -> str:
        """What a Python script prints in a pod of `deployment/name`: it has that container's settings and network."""
        place = ("exec", "--stdin", workload, f"--container={container}", "--")
        return self.run(*place, "python", "-", *arguments, given=script)

    def show(self, *arguments: str) -> int:
        """Let it talk to the terminal itself until it ends, or Ctrl-C; its exit code."""
        with subprocess.Popen(self._command(arguments)) as process:  # noqa: S603
            try:
                return process.wait()
            except KeyboardInterrupt:
                process.terminate()
                process.wait()
                return 0

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        context = [f"--context={self.context}"] if self.context else []
        namespace = [f"--namespace={self.namespace}"] if self.namespace else []
        return [find_kubectl(), *context, *namespace, *arguments]


def find_kubectl() -> str:
    """The one on PATH, else the one that came with the development requirements. Raises ClusterError."""
    found = shutil.which("kubectl") or shutil.which("kubectl", path=str(Path(sys.executable).parent))
    if found is None:
        raise ClusterError("There is no kubectl: install it (kubernetes.io/docs/tasks/tools), then try again.")
    return found


def _listed(documents: list[Mapping[str, Any]]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})


def _last_words(text: str) -> str:
    lines = text.strip().splitlines() or ["it said nothing"]
    return lines[-1][:_EXCERPT]
