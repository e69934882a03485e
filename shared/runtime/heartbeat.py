"""A file that a process's main loop touches: liveness that asks nobody else. A probe that asks the broker turns its
outage into a storm of restarts, and no probe hides a loop that stands still.

The file holds the machine's monotonic clock, so that a clock that is set does not age it.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

EVERY_SECONDS = 2.0

_log = structlog.get_logger()


class Heart:
    """Beats into `file`; without one it does nothing."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file

    def beat(self) -> None:
        """Say that the loop has come round. A file that cannot be written is logged: the probe then sees it age."""
        if self._file is None:
            return
        fresh = self._file.with_name(f"{self._file.name}.new")
        try:
            fresh.write_text(str(time.monotonic()))
            fresh.replace(self._file)
        except OSError as error:
            _log.error("heartbeat not written", reason="heartbeat_file", why=str(error))

    @contextmanager
    def beating(self) -> Iterator[None]:
        """For a block that may rightly wait for long, as for a broker that is away."""
        if self._file is None:
            yield
            return
        over = threading.Event()

        def beat_on() -> None:
            while not over.wait(EVERY_SECONDS):
                self.beat()

        self.beat()
        thread = threading.Thread(target=beat_on, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def seconds_since_beat(file: Path) -> float | None:
    """None when there was no beat since this machine started."""
    try:
        age_seconds = time.monotonic() - float(file.read_text())
    except (OSError, ValueError):
        return None
    return age_seconds if age_seconds >= 0 else None
