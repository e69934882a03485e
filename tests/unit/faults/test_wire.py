"""The wire carries bytes faithfully, and spoils them exactly as it is told."""

import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from deploy.local.faults.wire import Wire
from tests.processes import eventually

pytestmark = pytest.mark.enable_socket


class Echo(socketserver.ThreadingTCPServer):
    """A store that says what it hears, and remembers it."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        self.heard = b""
        super().__init__(("127.0.0.1", 0), _Answer)


class _Answer(socketserver.BaseRequestHandler):
    server: Echo

    def handle(self) -> None:
        while data := self.request.recv(1024):
            self.server.heard += data
            self.request.sendall(data)


@pytest.fixture
def store() -> Iterator[Echo]:
    with Echo() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def wire(store: Echo) -> Iterator[Wire]:
    wire = Wire(store.server_address[1])
    wire.start()
    yield wire
    wire.stop()


@pytest.fixture
def client(wire: Wire) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as opened:
        opened.sendall(b"hello")
        assert opened.recv(1024) == b"hello"
        yield opened


def is_reset(client: socket.socket) -> bool:
    try:
        return client.recv(1024) == b""
    except ConnectionResetError:
        return True


def test_it_carries_what_is_said_and_answered(client: socket.socket) -> None:
    client.sendall(b"again")
    assert client.recv(1024) == b"again"


def test_a_lost_reply_takes_effect_and_resets_the_connection(wire: Wire, store: Echo, client: socket.socket) -> None:
    wire.lose_replies(True)
    client.sendall(b"!")
    assert is_reset(client)
    assert store.heard == b"hello!"


def test_a_cut_resets_every_connection(wire: Wire, client: socket.socket) -> None:
    assert wire.cut() == 1
    assert is_reset(client)


def test_a_half_open_connection_says_nothing_more_and_a_new_one_works(
    wire: Wire, store: Echo, client: socket.socket
) -> None:
    assert wire.leave_half_open() == 1
    client.sendall(b"!")
    with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as other:
        other.sendall(b"new")
        assert other.recv(1024) == b"new"
    assert store.heard == b"hellonew"
    client.setblocking(False)
    with pytest.raises(BlockingIOError):
        client.recv(1024)


def test_a_store_that_is_away_resets_who_comes(wire: Wire, store: Echo, client: socket.socket) -> None:
    store.shutdown()
    store.server_close()

    def is_refused() -> bool:
        with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as opened:
            return is_reset(opened)

    eventually(is_refused, "the wire refuses")
