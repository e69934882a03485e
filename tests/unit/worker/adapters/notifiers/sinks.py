"""The sandbox's sinks on loopback, where a test plans the answers and reads what came."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from sandbox.sinks.app import Plan, create_app
from sandbox.sinks.store import Arrivals


@dataclass
class Sinks:
    """`url` is where `/sink/<name>` and `/zendesk` are."""

    url: str
    _store: Arrivals

    def will_answer(self, sink: str, status: int, body: Any = None, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        plan = Plan().load({"status": status, "body": body, "headers": named})
        self._store.plan(sink, plan, plan.pop("times") or 1)

    def came_to(self, sink: str) -> list[dict[str, Any]]:
        """What arrived, as the control door shows it; header names are in lower case."""
        shown = [arrival.described() for arrival in self._store.of(sink)]
        return [each | {"headers": {name.lower(): value for name, value in each["headers"].items()}} for each in shown]


@contextmanager
def running_sinks(folder: Path) -> Iterator[Sinks]:
    store = Arrivals(folder)
    server = make_server("127.0.0.1", 0, create_app(store), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield Sinks(f"http://127.0.0.1:{server.port}", store)
    server.shutdown()
    thread.join()
    server.server_close()
    store.close()
