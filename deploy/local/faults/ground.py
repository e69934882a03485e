"""The stand that a round is played on: our processes, a store of its own that may be killed, and the wire between."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
from redis.exceptions import RedisError

from deploy.local.addresses import PORTS, Addresses, free_port
from deploy.local.environment import of_the_machine
from deploy.local.faults.wire import Wire
from deploy.local.processes import ProcessPlan, plan_stand, plan_store, run_in
from deploy.local.stand import Stand
from deploy.local.supervisor import Supervisor
from shared.store.connection import connect

STORE = "valkey"
# In the order of an update: the workers before those who listen.
OURS = ("signer", "worker", "deliveries", "beat", "console-api", "listener", STORE)


class EndedError(Exception):
    """The round is to end now."""


class Ground:
    """Everything runs on free ports of loopback, below `folder`. The services reach the store by the wire only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store_port = free_port()
        self.wire = Wire(self.store_port)
        self.ended = threading.Event()
        self.restarts: list[str] = []
        self._besides: list[subprocess.Popen[bytes]] = []
        addresses = Addresses({name: free_port() for name in PORTS})
        given = {**of_the_machine(), "REDIS_URL": f"redis://127.0.0.1:{self.wire.port}/0"}
        self.this_release = Path(__file__).parents[3]
        self._release = folder / "release"
        self.run_from(self.this_release)
        self._stand = Stand(
            folder, addresses, given, with_flower=False, said=self.restarts.append, run_from=self._release
        )
        self._store = Supervisor(of_the_machine(), folder / "logs", self.restarts.append)
        self.addresses = addresses
        self.environment = {**given, **self._stand.environment}

    @property
    def names(self) -> list[str]:
        """What will be started."""
        return [STORE, *self._stand.names]

    @property
    def bank_id(self) -> str:
        """Of our own events."""
        return self.environment["BANKS"].split(",")[0]

    @property
    def store_url(self) -> str:
        """The store itself, for who must see it whatever is wrong with the wire."""
        return f"redis://127.0.0.1:{self.store_port}/0"

    @property
    def store_folder(self) -> Path:
        return self.folder / STORE

    def start(self, ready: Callable[[str], None]) -> None:
        """Raises StandError, NoServerError."""
        self._store.start([_with_limits_as_errors(plan_store(self.store_port, self.store_folder))], ready)
        self._store.watch()
        self.wire.start()
        self._stand.start(ready)

    def stop(self) -> None:
        """End everything, also what a strike had stopped or begun."""
        self.ended.set()
        for process in self._besides:
            process.kill()
            process.wait()
        store = self.find(STORE)
        if store:
            os.kill(store.pid, signal.SIGCONT)
        self._stand.stop()
        self.wire.stop()
        self._store.stop()

    def wait(self, seconds: float) -> None:
        """Raises EndedError when the round is ended meanwhile."""
        if self.ended.wait(seconds):
            raise EndedError

    def find(self, name: str) -> psutil.Process | None:
        """The process that runs under this name now, None while it is away."""
        pid = (self._stand.supervisor.pids() | self._store.pids()).get(name, 0)
        try:
            process = psutil.Process(pid) if pid else None
            return process if process and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    def running(self, name: str) -> psutil.Process:
        """The same, waited for. Raises EndedError."""
        while (process := self.find(name)) is None:
            self.wait(0.05)
        return process

    def plan(self, name: str) -> ProcessPlan:
        """How a process of this name is started."""
        plans = plan_stand(self.addresses, "1", with_flower=False)
        return run_in(next(plan for plan in plans if plan.name == name), self._release)

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def log_beside(self, name: str) -> Path:
        return self.log(f"{name}-beside")

    def run_from(self, release: Path) -> None:
        """Who is started from now on runs the code of this folder."""
        new = self._release.with_suffix(".new")
        new.symlink_to(release)
        new.replace(self._release)

    def write_beside(self, count: int) -> None:
        """Have the store write so many bytes that mean nothing to anybody, if it can."""
        with suppress(RedisError), connect(self.store_url, timeout_seconds=1) as redis:
            redis.set("faults:filler", bytes(count))

    def run_beside(self, name: str) -> subprocess.Popen[bytes]:
        """A second process of this name, that nobody starts again."""
        with self.log_beside(name).open("ab") as log:
            process = subprocess.Popen(self.plan(name).command, env=self.environment, stdout=log, stderr=log)  # noqa: S603
        self._besides.append(process)
        return process


def _with_limits_as_errors(plan: ProcessPlan) -> ProcessPlan:
    """A server that has reached its limit of file size shall see an error, as on a full disk, and not a signal."""
    return replace(plan, command=("/bin/sh", "-c", 'trap "" XFSZ; exec "$@"', "sh", *plan.command))
