"""How a process is asked to end, and what becomes of one that takes longer than a cluster would wait."""

import os
import signal
import time
from contextlib import suppress

import psutil

from deploy.local.faults.ground import Ground
from deploy.local.faults.played import Played

GRACE_SECONDS = 30.0  # what Kubernetes gives a pod unless told otherwise
_LOOK_SECONDS = 0.02


def end_in_time(ground: Ground, played: Played, name: str) -> None:
    """SIGTERM, and return when another process has its place. Raises EndedError when the round ends meanwhile."""
    process = ground.running(name)
    with suppress(psutil.NoSuchProcess):
        process.terminate()
    if not _has_gone(ground, name, process.pid):
        played.complain(name, f"did not end within {GRACE_SECONDS:.0f} s of SIGTERM and was killed")
        kill_group(ground, name)


def kill_group(ground: Ground, name: str) -> None:
    """The process and its children, as a node that fails takes the whole pod. Raises EndedError."""
    with suppress(ProcessLookupError):
        os.killpg(ground.running(name).pid, signal.SIGKILL)


def _has_gone(ground: Ground, name: str, pid: int) -> bool:
    """Whether another process has taken the place of this one before the grace period is over."""
    until = time.monotonic() + GRACE_SECONDS
    while (present := ground.find(name)) is None or present.pid == pid:
        if time.monotonic() > until:
            return False
        ground.wait(_LOOK_SECONDS)
    return True
