"""The wire between our processes and the store: a small TCP proxy that can be spoiled as networks spoil things."""

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import cast


class Wire:
    """Listens on a free port of loopback and carries bytes to the store and back, in a thread of its own."""

    def __init__(self, store_port: int) -> None:
        self._store_port = store_port
        self._carriers: set[_Carrier] = set()
        self.loses_replies = False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="wire", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Reset every connection and listen no more."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
        self._listening.close()
        self._loop.close()

    def cut(self) -> int:
        """Reset every connection; how many there were."""
        return self._on_each(_Carrier.reset)

    def leave_half_open(self) -> int:
        """From now on the connections of this moment carry nothing, and nobody is told; how many there were."""
        return self._on_each(_Carrier.go_silent)

    def lose_replies(self, lost: bool) -> None:
        """Commands arrive and take effect; their reply never comes back, and the connection is reset."""
        self.loses_replies = lost

    def _on_each(self, act: "Callable[[_Carrier], None]") -> int:
        async def on_each() -> int:
            carriers = list(self._carriers)
            for carrier in carriers:
                act(carrier)
            return len(carriers)

        return asyncio.run_coroutine_threadsafe(on_each(), self._loop).result()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        server = await self._loop.create_server(lambda: _Carrier(self), sock=self._listening)
        async with server:
            await self._stopping.wait()
            for carrier in list(self._carriers):
                carrier.reset()
        await asyncio.sleep(0)  # let the transports go that were reset

    async def connect(self, carrier: "_Carrier") -> asyncio.WriteTransport | None:
        """The other half of a new connection, None when the store does not listen."""
        try:
            transport, _ = await self._loop.create_connection(
                lambda: _Reply(carrier), host="127.0.0.1", port=self._store_port
            )
        except OSError:
            return None
        return transport

    def keep(self, carrier: "_Carrier") -> None:
        self._carriers.add(carrier)

    def forget(self, carrier: "_Carrier") -> None:
        self._carriers.discard(carrier)


class _Carrier(asyncio.Protocol):
    """One connection of ours, with its other half to the store."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._ours: asyncio.Transport | None = None
        self._theirs: asyncio.WriteTransport | None = None
        self._silent = False
        self._connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._ours = cast("asyncio.Transport", transport)
        self._ours.pause_reading()
        self._wire.keep(self)
        self._connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        self._theirs = await self._wire.connect(self)
        if self._theirs is None or self._ours is None or self._ours.is_closing():
            self.reset()
        else:
            self._ours.resume_reading()

    def data_received(self, data: bytes) -> None:
        if not self._silent and self._theirs:
            self._theirs.write(data)

    def reply_received(self, data: bytes) -> None:
        if self._wire.loses_replies:
            self.reset()
        elif not self._silent and self._ours:
            self._ours.write(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._wire.forget(self)
        if self._theirs:
            self._theirs.close()

    def store_left(self) -> None:
        """A silent connection does not learn even this."""
        if self._ours and not self._silent:
            self._ours.close()

    def reset(self) -> None:
        if self._connecting:
            self._connecting.cancel()
        for transport in (self._ours, self._theirs):
            if transport:
                transport.abort()

    def go_silent(self) -> None:
        self._silent = True


class _Reply(asyncio.Protocol):
    """What comes back from the store."""

    def __init__(self, carrier: _Carrier) -> None:
        self._carrier = carrier

    def data_received(self, data: bytes) -> None:
        self._carrier.reply_received(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._carrier.store_left()
