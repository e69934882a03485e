"""urllib3 over a Unix socket, which it does not offer itself: on one host it costs a fraction of TCP."""

import socket
from functools import partial
from typing import Any

from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError


class _UnixConnection(HTTPConnection):
    def __init__(self, socket_path: str, **options: Any) -> None:
        super().__init__(**options)
        self._socket_path = socket_path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout if isinstance(self.timeout, int | float) else None)
        try:
            self.sock.connect(self._socket_path)
        except OSError as error:
            self.sock.close()
            raise NewConnectionError(self, f"cannot connect to {self._socket_path}: {error}") from error


def unix_connections(socket_path: str, most: int) -> HTTPConnectionPool:
    pool = HTTPConnectionPool("localhost", maxsize=most)
    pool.ConnectionCls = partial(_UnixConnection, socket_path)  # type: ignore[assignment]
    return pool
