"""The queue and the readers of webhooks, in memory."""

from collections.abc import Sequence

from shared.domain.meanings import Meaning, Unrecognised
from shared.domain.receipts import Receipt
from shared.messages import tasks
from shared.runtime.publisher import PublishError


class FakePublisher:
    """`enqueued` are (task, argument), oldest first; while `away` the broker takes nothing. `most` fit into a queue."""

    def __init__(self) -> None:
        self.enqueued: list[tuple[str, str]] = []
        self.away = False
        self.most = 500

    def enqueue(self, task: str, argument: str) -> None:
        if self.away:
            raise PublishError(f"The broker did not take {task}.")
        self.enqueued.append((task, argument))

    def room(self, queue: str) -> int:
        return self.most - sum(tasks.queue_of(*call) == queue for call in self.enqueued)


class FakeInterpreter:
    """Knows what a body means because the test said so."""

    def __init__(self) -> None:
        self._meanings: dict[bytes, Sequence[Meaning]] = {}

    def learn(self, body: bytes, meanings: Sequence[Meaning]) -> None:
        self._meanings[body] = meanings

    def interpret(self, receipt: Receipt) -> Sequence[Meaning]:
        return self._meanings.get(receipt.body, [Unrecognised("unknown_type", "no such webhook")])
