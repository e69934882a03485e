"""One stand: a store, the services and the sandbox, started in order and watched."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from deploy.local.addresses import Addresses, free_port
from deploy.local.environment import complete
from deploy.local.processes import plan_stand, plan_store
from deploy.local.supervisor import Supervisor


class Stand:
    """`folder` keeps keys, documents, data and logs. `said` hears one line about each restart."""

    def __init__(self, folder: Path, addresses: Addresses, *, with_flower: bool, said: Callable[[str], None]) -> None:
        self.addresses = addresses
        self._store_port = 0 if os.environ.get("REDIS_URL") else _store_port(folder)
        redis_url = os.environ.get("REDIS_URL") or f"redis://127.0.0.1:{self._store_port}/0"
        self.environment = complete(folder, addresses, redis_url)
        self._folder = folder
        self._with_flower = with_flower
        self.supervisor = Supervisor(self.environment, folder / "logs", said)

    @property
    def names(self) -> list[str]:
        """What will be started."""
        plans = plan_stand(self.addresses, self.environment["WORKERS"], with_flower=self._with_flower)
        return ["valkey"] * bool(self._store_port) + [plan.name for plan in plans]

    def start(self, ready: Callable[[str], None]) -> None:
        """Start everything and return when all is ready. Raises StandError, NoServerError."""
        if self._store_port:
            self.supervisor.start([plan_store(self._store_port, self._folder / "valkey")], ready)
        plans = plan_stand(self.addresses, self.environment["WORKERS"], with_flower=self._with_flower)
        self.supervisor.start(plans, ready)
        self.supervisor.watch()

    def stop(self) -> None:
        self.supervisor.stop()


def say(line: str) -> None:
    """To people, never into what a script reads."""
    print(line, file=sys.stderr, flush=True)


def _store_port(folder: Path) -> int:
    """The port that this folder's store had before, so that its address stays; any free one the first time."""
    kept = folder / "valkey-port"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(str(free_port()))
    return int(kept.read_text())
