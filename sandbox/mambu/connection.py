"""The caller's own TCP connection, for what HTTP servers refuse to do: silence, and a final status 102.

Werkzeug's server hands the socket to the application (`python -m sandbox.mambu`). Granian does not, and its HTTP layer
turns every final 1xx into a 500: there a cut is a broken answer and 102 becomes 409, which means the same to Mambu.
"""

import socket
from collections.abc import Iterator
from contextlib import suppress

from flask import Request, Response

CUT = "X-Sandbox-Cut"  # marks an answer that never leaves
_LAST_WORDS_102 = b"HTTP/1.1 102 Processing\r\nConnection: close\r\n\r\n"


def cut(request: Request) -> Response:
    """Closes the connection without a word; without a socket, with a head whose one promised byte never comes."""
    if _end(request, b""):
        return Response(status=502, headers={CUT: "cut"})

    def body() -> Iterator[bytes]:
        raise ConnectionAbortedError("The connection is cut because a fault was asked for.")
        yield b""

    return Response(body(), 502, headers={CUT: "cut", "Content-Length": "1"})


def final_102(request: Request) -> Response:
    """102 as Mambu sends it: the one and last answer, where servers know 1xx as a prelude only."""
    is_granian = request.environ.get("SERVER_SOFTWARE", "").startswith("Granian")
    _end(request, _LAST_WORDS_102)
    return Response(status=409 if is_granian else 102)


def _end(request: Request, last_words: bytes) -> bool:
    connection: socket.socket | None = request.environ.get("werkzeug.socket")
    if connection is None:
        return False
    with suppress(OSError):  # the caller may have left already
        connection.sendall(last_words)
        connection.shutdown(socket.SHUT_RDWR)
    return True
