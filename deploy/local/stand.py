"""One stand: a store, the services and the sandbox, started in order and watched."""

import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from deploy.local.addresses import Addresses, free_port
from deploy.local.environment import complete
from deploy.local.processes import plan_stand, plan_store, run_in
from deploy.local.supervisor import Supervisor


class Stand:
    """`folder` keeps keys, documents, data and logs. `given` are the settings to honour. `said` hears one line about
    each restart; `only` names the processes to start when not all are wanted. Their code is the one here, or in the
    folder `run_from`."""

    def __init__(
        self,
        folder: Path,
        addresses: Addresses,
        given: Mapping[str, str],
        *,
        with_flower: bool,
        said: Callable[[str], None],
        only: Collection[str] = (),
        run_from: Path | None = None,
    ) -> None:
        self.addresses = addresses
        self._store_port = 0 if "REDIS_URL" in given else _store_port(folder)
        redis_url = given.get("REDIS_URL") or f"redis://127.0.0.1:{self._store_port}/0"
        self.environment = complete(folder, addresses, redis_url, given)
        self._folder = folder
        plans = plan_stand(addresses, self.environment["WORKERS"], with_flower=with_flower)
        wanted = [plan for plan in plans if not only or plan.name in only]
        self._plans = [run_in(plan, run_from) for plan in wanted] if run_from else wanted
        self.supervisor = Supervisor({**given, **self.environment}, folder / "logs", said)

    @property
    def names(self) -> list[str]:
        """What will be started."""
        return ["valkey"] * bool(self._store_port) + [plan.name for plan in self._plans]

    def start(self, ready: Callable[[str], None]) -> None:
        """Start everything and return when all is ready. Raises StandError, NoServerError."""
        if self._store_port:
            self.supervisor.start([plan_store(self._store_port, self._folder / "valkey")], ready)
        self.supervisor.start(self._plans, ready)
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
