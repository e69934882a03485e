"""A roll-back and an update while the load runs: the release before this one and this one work side by side.

The services run from the folder that a link names. First the release before takes over, the listeners before the
workers; then this one, the workers before the listeners. Of the workers both releases are there at once for a while,
and whatever one has stored, queued, moved or begun to send the other goes on with.
"""

import io
import os
import subprocess
import tarfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import requests

from deploy.local.faults.ending import end_in_time
from deploy.local.faults.ground import OURS, STORE, Ground
from deploy.local.faults.played import Played
from deploy.local.processes import ProcessPlan

READY_SECONDS = 60.0
_LOOK_SECONDS = 0.1
_GIT_SECONDS = 60
# What the services are made of; the stand, the sandbox and the load stay those of this checkout.
_PARTS = ("services", "shared")
_WORKERS = ("worker", "deliveries")


class NoPreviousReleaseError(Exception):
    """There is no other release here to roll back to; the sentence says why."""


class Rolling:
    """One strike. Raises EndedError when the round ends meanwhile, NoPreviousReleaseError."""

    def __init__(self, ground: Ground, played: Played) -> None:
        self._ground = ground
        self._played = played

    def play(self) -> None:
        previous = fetch_previous(self._ground.this_release, self._ground.folder / "previous-release")
        self._roll_to(previous, tuple(reversed(_order())))
        self._roll_to(self._ground.this_release, _order())

    def _roll_to(self, release: Path, order: tuple[str, ...]) -> None:
        self._ground.run_from(release)
        seconds = [self._start_second(name) for name in _WORKERS]
        for name in order:
            self._replace(name)
            self._check_release(name, release)
        for name, second in zip(_WORKERS, seconds, strict=True):
            self._end(name, second)

    def _start_second(self, name: str) -> "subprocess.Popen[bytes]":
        """Of the new release, ready before the first of the old one goes, as a surge of a Deployment."""
        is_ready = self._readiness(name, self._ground.log_beside(name))
        second = self._ground.run_beside(name)
        self._wait_until(is_ready, f"a second {name}")
        return second

    def _replace(self, name: str) -> None:
        is_ready = self._readiness(name, self._ground.log(name))
        end_in_time(self._ground, self._played, name)
        self._wait_until(is_ready, name)

    def _check_release(self, name: str, release: Path) -> None:
        """A strike that only restarts what was there would prove nothing."""
        runs = Path(self._ground.running(name).cwd())
        if runs != release.resolve():
            self._played.complain(name, f"runs the code of {runs} where that of {release} was due")

    def _end(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        process.terminate()
        self._wait_until(lambda: process.poll() is not None, f"the end of the second {name}")

    def _readiness(self, name: str, log: Path) -> Callable[[], bool]:
        """Whether the process that is started after now is ready."""
        plan, begin = self._ground.plan(name), log.stat().st_size if log.exists() else 0
        return (lambda: _answers(plan)) if plan.ready_url else (lambda: _says(plan, log, begin))

    def _wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + READY_SECONDS
        while not is_so():
            if time.monotonic() > until:
                self._played.complain(what, f"was not there {READY_SECONDS:.0f} s after it was asked for")
                return
            self._ground.wait(_LOOK_SECONDS)


def _order() -> tuple[str, ...]:
    """Workers before listeners, as `make deploy` has it."""
    return tuple(name for name in OURS if name != STORE)


def fetch_previous(checkout: Path, folder: Path) -> Path:
    """The code of the release before, in a folder of its own: PREVIOUS names a commit, else it is the newest tag before
    this commit, and until there is a release the last commit. Raises NoPreviousReleaseError."""
    for name in filter(None, (os.environ.get("PREVIOUS"), _newest_tag(checkout), "HEAD")):
        with suppress(NoPreviousReleaseError):
            archive = _git(checkout, "archive", "--format=tar", name, *_PARTS)
            with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                tar.extractall(folder, filter="data")
            return folder
    raise NoPreviousReleaseError("this is no git checkout with a commit: PREVIOUS=commit names one")


def _newest_tag(checkout: Path) -> str:
    with suppress(NoPreviousReleaseError):
        return _git(checkout, "describe", "--tags", "--abbrev=0", "HEAD~1").decode().strip()
    return ""


def _git(checkout: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(checkout), *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=True, timeout=_GIT_SECONDS).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise NoPreviousReleaseError(f"{' '.join(command)} failed") from error


def _answers(plan: ProcessPlan) -> bool:
    with suppress(requests.RequestException):
        return requests.get(plan.ready_url, timeout=2).ok
    return False


def _says(plan: ProcessPlan, log: Path, begin: int) -> bool:
    with log.open("rb") as lines:
        lines.seek(begin)
        return plan.ready_words.encode() in lines.read()
