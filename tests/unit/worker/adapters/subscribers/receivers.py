"""A receiver on loopback that answers as a test says, byte for byte, and keeps what came."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answering = Callable[[socket.socket], None]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ntaken"


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """Header names are written with underscores for hyphens: `retry_after="1"`."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body


@dataclass
class Came:
    """One request: its first line, its headers as they were spelt, its body; `at` is by the monotonic clock."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    def __getitem__(self, name: str) -> str:
        """The one value of a header; the letter case counts."""
        [value] = [value for found, value in self.headers if found == name]
        return value

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.headers]


@dataclass
class Receiver:
    """`answering` are what the next requests meet, in order; the last one stays."""

    port: int
    scheme: str
    answering: list[Answering | bytes]
    came: list[Came] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def serve(self, connected: socket.socket) -> None:
        self.connections += 1
        arrived = _read(connected)
        if arrived is None:
            return
        self.came.append(arrived)
        act = self.answering[0] if len(self.answering) == 1 else self.answering.pop(0)
        if isinstance(act, bytes):
            connected.sendall(act)
        else:
            act(connected)


@contextmanager
def receiving(*answering: Answering | bytes, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Each connection has its own thread; all end with the block, whatever they are at."""
    over, taken = threading.Event(), list[socket.socket]()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        receiver = Receiver(listening.getsockname()[1], "https" if tls else "http", list(answering) or [OK])

        def serve(connected: socket.socket) -> None:
            with suppress(OSError), tls.wrap_socket(connected, server_side=True) if tls else connected as through:
                receiver.serve(through)

        def accept() -> None:
            while not over.is_set():
                with suppress(OSError):
                    connected, _ = listening.accept()
                    taken.append(connected)
                    threads.append(threading.Thread(target=serve, args=(connected,)))
                    threads[-1].start()

        threads = [threading.Thread(target=accept)]
        threads[0].start()
        try:
            yield receiver
        finally:
            over.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            for connected in taken:
                with suppress(OSError):
                    socket.socket.shutdown(connected, socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def hang(over: threading.Event) -> Answering:
    """Says nothing until the event, or until nobody listens any more, and then hangs up."""

    def answering(connected: socket.socket) -> None:
        connected.settimeout(0.05)
        while not over.is_set():
            with suppress(TimeoutError):
                if not connected.recv(1):
                    return

    return answering


def drip(beginning: bytes, over: threading.Event) -> Answering:
    """Sends the beginning, and then a byte now and then, without end."""

    def answering(connected: socket.socket) -> None:
        connected.sendall(beginning)
        while not over.wait(0.05):
            connected.sendall(b"x")

    return answering


def _read(connected: socket.socket) -> Came | None:
    with connected.makefile("rb") as stream:
        line = stream.readline().decode().strip()
        if not line:
            return None
        headers = []
        while (read := stream.readline().decode("latin-1").strip("\r\n")) != "":
            name, _, value = read.partition(":")
            headers.append((name, value.strip()))
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        return Came(line, headers, stream.read(length))
