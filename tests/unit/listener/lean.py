"""The lean door behind a WSGI face, so that one test client asks both doors."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any, ClassVar

from werkzeug.datastructures import EnvironHeaders
from werkzeug.wrappers import Response

from services.listener.acceptance import DEADLINE_SECONDS
from services.listener.clearbank import PATH, ClearBank
from services.listener.lean_door import LeanDoor
from services.listener.store_and_sign import Taken, Wanted


class Protocol:
    """As granian's: the body at once or in pieces, and one answer."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.answer = Response(status=599)

    async def __call__(self) -> bytes:
        return self._body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._body), 65536):
            yield self._body[start : start + 65536]

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answer = Response(body, status, headers)


class LeanInFront:
    """POST to ClearBank's path goes to the lean door, everything else to Flask."""

    deadline_seconds: ClassVar[float] = DEADLINE_SECONDS

    def __init__(
        self, app: Callable[..., Iterable[bytes]], rules: ClearBank, take: Callable[[Wanted], Future[Taken]]
    ) -> None:
        self._app = app
        self._rules = rules
        self._take = take

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) != ("POST", PATH):
            return self._app(environ, start_response)
        body = environ["wsgi.input"].read()
        client = f"{environ.get('REMOTE_ADDR', '127.0.0.1')}:50000"
        scope = SimpleNamespace(client=client, headers=EnvironHeaders(environ))
        protocol = Protocol(body)
        asyncio.run(self._ask(scope, protocol))
        return protocol.answer(environ, start_response)

    async def _ask(self, scope: Any, protocol: Any) -> None:
        def take(wanted: Wanted, taken: "asyncio.Future[Taken]") -> None:
            known = self._take(wanted)
            if known.done() and known.exception():
                taken.set_exception(known.exception() or AssertionError)
            elif known.done():
                taken.set_result(known.result())

        await LeanDoor(self._rules, take, self.deadline_seconds)(scope, protocol)
