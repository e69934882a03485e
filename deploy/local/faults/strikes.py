"""How our own processes are struck, one at a time; who dies is started again by the supervisor."""

import resource
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from deploy.local.faults.ending import end_in_time, kill_group
from deploy.local.faults.ground import OURS, STORE, Ground
from deploy.local.faults.plan import Strike, StrikePlan
from deploy.local.faults.played import Played
from deploy.local.faults.rolling import NoPreviousReleaseError, Rolling
from sandbox.player import HttpDoors

_LOOK_SECONDS = 0.02
_ROOM_BYTES = 4096  # how much a full disk still takes: the last write breaks off in its middle
_VICTIMS = {
    Strike.KILL_LISTENER: "listener",
    Strike.KILL_WORKER: "worker",
    Strike.KILL_DELIVERIES: "deliveries",
    Strike.KILL_BEAT: "beat",
    Strike.KILL_SIGNER: "signer",
    Strike.KILL_STORE: STORE,
}


class Striker:
    """Carries strikes out. Raises EndedError when the round ends meanwhile."""

    def __init__(self, ground: Ground, doors: HttpDoors, played: Played) -> None:
        self._ground = ground
        self._doors = doors
        self._played = played

    def strike(self, plan: StrikePlan) -> None:
        self._HOW[plan.kind](self, plan)

    def _kill(self, plan: StrikePlan) -> None:
        """The process and its children, as a node that fails takes the whole pod."""
        kill_group(self._ground, _VICTIMS[plan.kind])
        self._done(plan.kind)

    def _kill_child(self, plan: StrikePlan) -> None:
        while not (children := self._children()):
            self._ground.wait(_LOOK_SECONDS)
        with suppress(psutil.NoSuchProcess):
            children[int(plan.draw * len(children))].kill()
        self._done(plan.kind)

    def _children(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return self._ground.running("worker").children()
        return []

    def _restart_all(self, plan: StrikePlan) -> None:
        for name in OURS:
            end_in_time(self._ground, self._played, name)
        self._done(plan.kind)

    def _roll_back_and_update(self, plan: StrikePlan) -> None:
        try:
            Rolling(self._ground, self._played).play()
        except NoPreviousReleaseError as error:
            self._played.skip(plan.kind, str(error))
        else:
            self._done(plan.kind)

    def _second_beat(self, plan: StrikePlan) -> None:
        """It goes on while other strikes follow; the ground ends it with everything else."""
        self._ground.run_beside("beat")
        self._done(plan.kind)

    def _pause_store(self, plan: StrikePlan) -> None:
        store = self._ground.running(STORE)
        store.suspend()
        try:
            self._ground.wait(plan.lasts_seconds)
        finally:
            store.resume()
        self._done(plan.kind)

    def _fill_disk(self, plan: StrikePlan) -> None:
        """No file of the store's may grow: it sees EFBIG where a full disk gives ENOSPC, and treats both alike."""
        if not hasattr(resource, "prlimit"):
            self._played.skip(plan.kind, f"{sys.platform} cannot limit the file size of another process")
            return
        most_bytes = _largest_file(self._ground.store_folder) + _ROOM_BYTES
        first, until = self._ground.running(STORE).pid, time.monotonic() + plan.lasts_seconds
        try:
            while time.monotonic() < until:
                self._limit(most_bytes)
                self._ground.write_beside(_ROOM_BYTES)
                self._ground.wait(_LOOK_SECONDS)
        except PermissionError as error:
            self._played.skip(plan.kind, f"not allowed to limit the store's file size ({error.strerror})")
            return
        finally:
            self._limit(resource.RLIM_INFINITY)
        if self._ground.running(STORE).pid == first:
            self._played.skip(plan.kind, "the store wrote too little to fill it")
        else:  # with appendfsync always a server ends rather than answer for what it could not write
            self._done(plan.kind)

    def _limit(self, most_bytes: int) -> None:
        store = self._ground.find(STORE)
        if store:
            with suppress(ProcessLookupError):
                _, hard = resource.prlimit(store.pid, resource.RLIMIT_FSIZE)
                resource.prlimit(store.pid, resource.RLIMIT_FSIZE, (most_bytes, hard))

    def _leave_half_open(self, plan: StrikePlan) -> None:
        self._ground.wire.leave_half_open()
        self._done(plan.kind)

    def _lose_replies(self, plan: StrikePlan) -> None:
        self._ground.wire.lose_replies(True)
        try:
            self._ground.wait(plan.lasts_seconds)
        finally:
            self._ground.wire.lose_replies(False)
        self._done(plan.kind)

    def _cut_connections(self, plan: StrikePlan) -> None:
        self._ground.wire.cut()
        self._done(plan.kind)

    def _break_key(self, plan: StrikePlan) -> None:
        """The signer finds its key damaged and refuses to start; nothing may be answered 200 meanwhile."""
        key = Path(self._ground.environment["SIGNING_KEY_FILE"])
        good = key.read_bytes()
        key.write_bytes(good[: len(good) // 2])
        try:
            kill_group(self._ground, "signer")
            self._ground.wait(plan.lasts_seconds / 2)
            answer = self._doors.call("bank", "/_sandbox/webhooks", {"payload": "the signer has no key"})
            if (answer["status"] or 0) < 500:
                self._played.complain("signer", f"without a key, and a webhook was answered {answer['status']}")
            self._ground.wait(plan.lasts_seconds / 2)
        finally:
            key.write_bytes(good)
        self._done(plan.kind)

    def _done(self, what: str) -> None:
        self._played.count_fault(what)

    _HOW: Mapping[Strike, Callable[["Striker", StrikePlan], None]] = {
        **dict.fromkeys(_VICTIMS, _kill),
        Strike.KILL_WORKER_CHILD: _kill_child,
        Strike.ROLLING_RESTART: _restart_all,
        Strike.ROLLING_UPDATE: _roll_back_and_update,
        Strike.SECOND_BEAT: _second_beat,
        Strike.PAUSE_STORE: _pause_store,
        Strike.FULL_DISK: _fill_disk,
        Strike.HALF_OPEN: _leave_half_open,
        Strike.LOST_REPLIES: _lose_replies,
        Strike.CUT_CONNECTIONS: _cut_connections,
        Strike.BROKEN_KEY: _break_key,
    }


def _largest_file(folder: Path) -> int:
    return max(file.stat().st_size for file in folder.rglob("*") if file.is_file())
