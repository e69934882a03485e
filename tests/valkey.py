"""A real Valkey or Redis for tests: the one named by REDIS_URL, else one found here and started on loopback."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from redis import Redis
from redis.exceptions import RedisError

from deploy.local.store_server import server_command
from tests.processes import STOP_SECONDS, eventually, free_port

LAST_DATABASE = 15  # a server has 16 unless told otherwise


@contextmanager
def a_database() -> Iterator[str]:
    """The URL of a database that these tests may flush; a test process beside this one gets another."""
    if given := os.environ.get("REDIS_URL"):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
        yield urlunsplit(urlsplit(given)._replace(path=f"/{LAST_DATABASE - int(worker.removeprefix('gw'))}"))
        return
    with started_server() as url:
        yield url


@contextmanager
def started_server(*options: str) -> Iterator[str]:
    """The URL of a server of our own, gone with its data at the end."""
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    with tempfile.TemporaryDirectory() as folder:
        command = [*server_command(port, Path(folder)), *options]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                eventually(lambda: answers(url), f"{command[0]} answers")
                yield url
            finally:
                process.terminate()
                process.wait(STOP_SECONDS)


def answers(url: str) -> bool:
    """Whether a server answers at the URL now."""
    try:
        with Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as redis:
            return bool(redis.ping())
    except RedisError:
        return False
