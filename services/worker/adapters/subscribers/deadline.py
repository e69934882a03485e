"""One span of time for all that a call does: a receiver that drips must not hold a thread for longer."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Deadline:
    """Begins when it is made."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends_at = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._ends_at

    def left(self) -> float:
        """The seconds that are left, more than 0. Raises TimeoutError."""
        seconds = self._ends_at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    @contextmanager
    def cuts_off(self, connected: socket.socket) -> Iterator[None]:
        """Whatever waits for the socket inside the block ends with the deadline.

        A timeout of the socket alone counts from each byte to the next.
        """
        timer = threading.Timer(self.left(), _hang_up, (connected,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _hang_up(connected: socket.socket) -> None:
    with suppress(OSError):  # it has been closed meanwhile
        # Not SSLSocket's own: that one takes the TLS away from under the thread that reads.
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
