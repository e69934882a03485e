"""The one way our applications are served: granian, whose WSGI and RSGI keep header names with underscores.

gunicorn and werkzeug drop `client_key` and its like without a word, and senders need them.
"""

import threading
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from shared.runtime.health import say_not_ready
from shared.runtime.settings import SettingsError, SettingsReader, refuse_to_start

KILL_SECONDS = 10  # a stop that hangs ends then (granian issues 459, 875); no request of ours takes half as long


def serve(
    target: str, host: str, port: int, *, workers: int, threads: int, interface: Interfaces = Interfaces.WSGI
) -> None:
    """Serve what `target` (module:factory) makes, until a signal comes. Each worker process calls the factory anew and
    makes its own connections; one that dies is replaced.

    SIGTERM: not ready for DRAIN_SECONDS and still serving, so that nobody sends more; then requests in flight are
    answered, and it ends. An RSGI application brings its own threads; `threads` then only says how much it takes at
    once.
    """
    _DrainingServer(
        _drain_seconds(),
        target,
        factory=True,
        address=host,
        port=port,
        interface=interface,
        workers=workers,
        blocking_threads=threads if interface is Interfaces.WSGI else 1,
        backlog=1024,
        backpressure=threads * 8,
        websockets=False,
        log_level=LogLevels.error,  # it warns of more threads than cores, which is the aim: they wait for the store
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=KILL_SECONDS,
    ).serve()


class _DrainingServer(Granian):  # type: ignore[misc,valid-type]  # it is one of two classes
    def __init__(self, drain_seconds: int, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._drain_seconds = drain_seconds

    def signal_handler_interrupt(self, *_: Any, **__: Any) -> None:
        """SIGTERM and SIGINT."""
        say_not_ready()
        threading.Timer(self._drain_seconds, super().signal_handler_interrupt).start()


def _drain_seconds() -> int:
    reader = SettingsReader()
    drain_seconds = reader.integer("DRAIN_SECONDS", 3, maximum=15)
    try:
        reader.check()
    except SettingsError as error:
        refuse_to_start(error.faults)
    return drain_seconds
