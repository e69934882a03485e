"""One HTTP request and its answer: no redirect followed, no proxy asked, nothing kept open."""

import io
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTP_PORT, HTTPS_PORT, HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from typing import Any
from urllib.parse import urlsplit

from services.worker.adapters.subscribers.connection import CallError, Opener
from services.worker.adapters.subscribers.deadline import Deadline
from shared.domain.hub.delivery import FailureReason

MOST_ANSWER_BYTES = 64 * 1024
# Headers, interim answers and the framing of chunks count here; without it they could be as many as come in time.
_MOST_BYTES = 4 * MOST_ANSWER_BYTES


@dataclass(frozen=True, slots=True)
class Request:
    """`body` is None for a request without one, as a GET."""

    method: str
    url: str
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """The names of `headers` are in lower case; `body` is its beginning, as far as it came in time."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _ThroughTls(HTTPConnection):
    """Over a socket that speaks TLS already: only the Host header must know."""

    default_port = HTTPS_PORT


class _Incoming(io.RawIOBase):
    """What comes from a socket, which ends after so many bytes whatever the sender has still to say."""

    def __init__(self, connected: socket.socket) -> None:
        self._connected = connected
        self._bytes_left = _MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._connected.recv_into(memoryview(buffer)[: self._bytes_left]) if self._bytes_left else 0
        self._bytes_left -= count
        return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        """All that HTTPResponse asks of a socket."""
        return io.BufferedReader(self)


class Exchange:
    """Calls any URL that the opener lets it."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener

    def call(self, request: Request, deadline: Deadline) -> Answer:
        """The answer, whatever its status. Raises CallError."""
        try:
            return self._call(request, deadline)
        except (OSError, HTTPException) as error:
            if deadline.is_over:
                raise CallError(f"no answer within {deadline.seconds:.0f} s") from error
            raise CallError(_words(error)) from error
        except ValueError as error:  # of the URL or of a header; UnicodeError too
            raise CallError(
                f"it cannot be called as it is set up: {type(error).__name__}", FailureReason.OTHER
            ) from error

    def _call(self, request: Request, deadline: Deadline) -> Answer:
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        is_secure = parts.scheme == "https"
        port = parts.port or (HTTPS_PORT if is_secure else HTTP_PORT)
        with self._opener.open(parts.scheme, host, port, deadline) as connected, deadline.cuts_off(connected):
            connected.settimeout(deadline.left())
            connection = _ThroughTls(host, port) if is_secure else HTTPConnection(host, port)
            connection.sock = connected
            _send(connection, request, parts._replace(scheme="", netloc="", fragment="").geturl() or "/")
            incoming: Any = _Incoming(connected)
            with closing(HTTPResponse(incoming, method=request.method)) as response:
                response.begin()
                headers = {name.lower(): value for name, value in response.getheaders()}
                return Answer(response.status, headers, _beginning(response))


def _send(connection: HTTPConnection, request: Request, target: str) -> None:
    connection.putrequest(request.method, target)  # with Accept-Encoding: identity, as nothing is unpacked here
    for name, value in (*request.headers, ("Connection", "close")):
        connection.putheader(name, value)
    if request.body is not None:
        connection.putheader("Content-Length", str(len(request.body)))
    # Who hangs up on a body that is still coming may have answered first, as with 401 or 413.
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.endheaders(request.body)


def _beginning(response: HTTPResponse) -> bytes:
    """The status is the verdict already: a body that breaks off takes nothing from it."""
    try:
        return response.read(MOST_ANSWER_BYTES)
    except IncompleteRead as error:
        return error.partial[:MOST_ANSWER_BYTES]
    except (OSError, HTTPException):
        return b""


def _words(error: OSError | HTTPException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the receiver's certificate is not trusted: {error.verify_message}"
    said = error.strerror if isinstance(error, OSError) else ""
    return f"no connection or no answer: {said or type(error).__name__}"
