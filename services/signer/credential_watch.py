"""Keeps the callers' credentials current while the signer runs: a changed file or secret needs no restart."""

import os
import threading
import time
from collections.abc import Callable, Sequence

import structlog

from services.signer.callers import Caller
from shared.runtime.settings import SettingsError

REREAD_SECONDS = 30.0
# Strangers must not make the signer ask AWS more often than this, nor hold its threads for long.
LEAST_SECONDS_BETWEEN = 5.0
WAIT_SECONDS = 1.0


class CredentialWatch:
    """`read` gives the callers as they are now, or raises SettingsError; then those known stay."""

    def __init__(
        self,
        callers: Sequence[Caller],
        read: Callable[[], Sequence[Caller]],
        count_fault: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.callers = callers
        self._read = read
        self._count_fault = count_fault
        self._clock = clock
        self._read_at = clock()
        self._reading = threading.Lock()
        self._log = structlog.get_logger()

    def start(self) -> None:
        """Read again every half minute, in a thread of its own, also in a process forked from this one."""
        self._start_thread()
        os.register_at_fork(after_in_child=self._start_in_child)

    def read_again(self) -> Sequence[Caller]:
        """The callers for a call that was not proved: its credential may be newer than what was read last."""
        if self._reading.acquire(timeout=WAIT_SECONDS):
            try:
                if self._clock() - self._read_at >= LEAST_SECONDS_BETWEEN:
                    self._refresh()
            finally:
                self._reading.release()
        return self.callers

    def _start_in_child(self) -> None:
        self._reading = threading.Lock()
        self._start_thread()

    def _start_thread(self) -> None:
        threading.Thread(target=self._reread_for_ever, name="credentials", daemon=True).start()

    def _reread_for_ever(self) -> None:
        while True:
            time.sleep(REREAD_SECONDS)
            with self._reading:
                self._refresh()

    def _refresh(self) -> None:
        self._read_at = self._clock()
        try:
            callers = self._read()
        except SettingsError as error:
            self._fail(error.faults)
        except Exception as error:
            self._fail([type(error).__name__])
        else:
            if callers != self.callers:
                self._log.info("credentials changed", callers=[caller.name for caller in callers])
            self.callers = callers

    def _fail(self, faults: Sequence[str]) -> None:
        self._count_fault()
        self._log.warning("credentials not read again", faults=faults)
