"""What granian serves: the lean door for ClearBank's webhooks, Flask for everything else, in one process."""

import asyncio

from granian._granian import RSGIHTTPProtocol
from granian.rsgi import Scope

from services.listener.acceptance import MAX_BODY_BYTES
from services.listener.clearbank import PATH
from services.listener.lean_door import LeanDoor
from services.listener.settings import ListenerSettings
from services.listener.wsgi import build, configure
from shared.runtime.rsgi import WsgiBridge


class Front:
    def __init__(self, settings: ListenerSettings) -> None:
        self._settings = settings

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        listener = build(self._settings, loop.call_soon_threadsafe)
        self._lean_door = LeanDoor(listener.clearbank, listener.taking.put)
        self._flask = WsgiBridge(listener.app, self._settings.threads, MAX_BODY_BYTES)

    async def __rsgi__(self, scope: Scope, protocol: RSGIHTTPProtocol) -> None:
        is_clearbanks = scope.path == PATH and scope.method == "POST"
        await (self._lean_door if is_clearbanks else self._flask)(scope, protocol)


def build_front() -> Front:
    """Ends the process with a sentence per fault when a setting is wrong."""
    return Front(configure())
