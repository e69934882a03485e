"""The one way our applications are served: granian, whose WSGI and RSGI keep header names with underscores.

gunicorn and werkzeug drop `client_key` and its like without a word, and senders need them.
"""

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels


def serve(
    target: str, host: str, port: int, *, workers: int, threads: int, interface: Interfaces = Interfaces.WSGI
) -> None:
    """Serve what `target` (module:factory) makes, until a signal comes. Each worker process calls the factory anew and
    makes its own connections; one that dies is replaced. A stop that hangs ends after the kill timeout.

    An RSGI application brings its own threads; `threads` then only says how much it takes at once.
    """
    Granian(
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
        workers_kill_timeout=10,
    ).serve()
