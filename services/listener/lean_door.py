"""ClearBank's door without Flask: the same rules on an event loop, for a fraction of the cost (docs/speed.md)."""

import asyncio
import time
from collections.abc import Callable

from granian._granian import RSGIHTTPProtocol, RSGIProtocolClosed
from granian.rsgi import Scope

from services.listener.acceptance import DEADLINE_SECONDS, MAX_BODY_BYTES
from services.listener.clearbank import SOURCE, TOO_LATE, ClearBank
from services.listener.refusals import Refusal, Unavailable, body_too_large, refusal_of
from services.listener.store_and_sign import Taken, Wanted
from shared.runtime.rsgi import read_body, sender_address
from shared.runtime.tracing import span
from shared.signing.client import SignedAnswer

JSON = ("content-type", "application/json")


class LeanDoor:
    """POST /webhooks/clearbank. `take` settles the future it is given, in the loop's own thread."""

    def __init__(
        self,
        rules: ClearBank,
        take: "Callable[[Wanted, asyncio.Future[Taken]], None]",
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._rules = rules
        self._take = take
        self._deadline_seconds = deadline_seconds

    async def __call__(self, scope: Scope, protocol: RSGIHTTPProtocol) -> None:
        with span("webhook received"):
            await self._receive(scope, protocol)

    async def _receive(self, scope: Scope, protocol: RSGIHTTPProtocol) -> None:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self._deadline_seconds):
                answer = await self._answer(scope, protocol)
        except Exception as error:
            refusal = Unavailable(TOO_LATE, error) if isinstance(error, TimeoutError) else refusal_of(error)
            self._rules.desk.refused(SOURCE, refusal)
            protocol.response_bytes(refusal.status, [JSON], refusal.body)
        else:
            protocol.response_bytes(200, [JSON, ("digitalsignature", answer.signature)], answer.body)
        self._rules.desk.metrics.seconds.labels(SOURCE).observe(time.perf_counter() - began)

    async def _answer(self, scope: Scope, protocol: RSGIHTTPProtocol) -> SignedAnswer:
        self._rules.check_sender(sender_address(scope))
        try:
            raw = await read_body(scope, protocol, MAX_BODY_BYTES)
        except RSGIProtocolClosed as error:
            raise Refusal(400, "body_incomplete", "the body broke off") from error
        if raw is None:
            raise body_too_large(MAX_BODY_BYTES)
        wanted = self._rules.proved(raw, scope.headers)
        taken: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        self._take(wanted, taken)
        return self._rules.answer(wanted, await taken)
