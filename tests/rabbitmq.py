"""A real RabbitMQ for tests, where one is installed: started on loopback, gone with its data at the end."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kombu import Connection
from kombu.exceptions import OperationalError

from tests.processes import STOP_SECONDS, eventually, free_port

# Debian's. What it puts on PATH changes the user and the folder.
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


@contextmanager
def started_rabbitmq() -> Iterator[str]:
    """The URL of a broker of our own. Its port mapper is ours too: by itself it leaves one running."""
    port, mapper_port = free_port(), free_port()
    url = f"amqp://guest:guest@127.0.0.1:{port}//"
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "ERL_EPMD_PORT": str(mapper_port),
            "RABBITMQ_NODENAME": f"test-{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        }
        with (
            subprocess.Popen(["epmd", "-port", str(mapper_port), "-address", "127.0.0.1"]) as mapper,
            subprocess.Popen([SERVER], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server,
        ):
            try:
                eventually(lambda: server.poll() is not None or _answers(url), "RabbitMQ answers")
                assert server.poll() is None
                yield url
            finally:
                server.terminate()
                server.wait(STOP_SECONDS)
                mapper.terminate()


def _answers(url: str) -> bool:
    try:
        with Connection(url, connect_timeout=1) as connection:
            connection.connect()
            return True
    except (OSError, OperationalError):
        return False
