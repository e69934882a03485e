"""Idempotency keys in memory; tests/contract/hub/ runs the same suite on it and on shared.store."""

from shared.store.idempotency import Request


class FakeIdempotency:
    """Keeps everything for ever."""

    def __init__(self) -> None:
        self._stored: dict[str, Request] = {}

    def begin(self, key: str, fingerprint: str) -> Request | None:
        if key in self._stored:
            return self._stored[key]
        self._stored[key] = Request(fingerprint)
        return None

    def finish(self, key: str, request: Request) -> None:
        self._stored[key] = request

    def forget(self, key: str) -> None:
        self._stored.pop(key, None)
