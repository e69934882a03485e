import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import pytest

from shared.runtime.batching import Batcher

SOON_SECONDS = 10


class Slow:
    """Answers each number with itself, and notes every call. The first call waits until it is let go."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.first_began, self.let_go = threading.Event(), threading.Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.calls.append(list(numbers))
        if len(self.calls) == 1:
            self.first_began.set()
            assert self.let_go.wait(SOON_SECONDS)
        return list(numbers)

    def batcher(self, largest: int = 10) -> Batcher[int, int]:
        return Batcher(self, largest, "test")


def answers(futures: Sequence["Future[int]"]) -> list[int]:
    return [future.result(SOON_SECONDS) for future in futures]


def always(run: Callable[[Sequence[int]], Sequence[int | Exception]]) -> Batcher[int, int]:
    return Batcher(run, 10, "test")


def test_a_lone_caller_does_not_wait_for_company() -> None:
    assert always(lambda numbers: [number * 2 for number in numbers]).submit(21).result(SOON_SECONDS) == 42


def test_what_came_during_a_call_shares_the_next_one() -> None:
    slow = Slow()
    batcher = slow.batcher()
    futures = [batcher.submit(0)]
    assert slow.first_began.wait(SOON_SECONDS)
    futures += [batcher.submit(number) for number in (1, 2, 3)]
    slow.let_go.set()
    assert answers(futures) == [0, 1, 2, 3]
    assert slow.calls == [[0], [1, 2, 3]]


def test_no_batch_is_larger_than_the_largest() -> None:
    slow = Slow()
    batcher = slow.batcher(largest=2)
    futures = [batcher.submit(0)]
    assert slow.first_began.wait(SOON_SECONDS)
    futures += [batcher.submit(number) for number in (1, 2, 3, 4, 5)]
    slow.let_go.set()
    assert answers(futures) == [0, 1, 2, 3, 4, 5]
    assert slow.calls == [[0], [1, 2], [3, 4], [5]]


def test_an_exception_among_the_answers_is_its_own_callers_alone() -> None:
    def run(numbers: Sequence[int]) -> list[int | Exception]:
        return [ValueError("odd") if number % 2 else number for number in numbers]

    batcher = always(run)
    even, odd = batcher.submit(2), batcher.submit(3)
    assert even.result(SOON_SECONDS) == 2
    with pytest.raises(ValueError, match="odd"):
        odd.result(SOON_SECONDS)


def test_a_call_that_fails_fails_for_all_and_the_next_one_works() -> None:
    failures = [OSError("the store is away")]

    def run(numbers: Sequence[int]) -> Sequence[int]:
        if failures:
            raise failures.pop()
        return numbers

    batcher = always(run)
    with pytest.raises(OSError, match="away"):
        batcher.submit(1).result(SOON_SECONDS)
    assert batcher.submit(2).result(SOON_SECONDS) == 2


def test_an_answer_too_few_is_an_error_and_never_another_callers_answer() -> None:
    with pytest.raises(ValueError, match="zip"):
        always(lambda numbers: []).submit(1).result(SOON_SECONDS)


def test_many_callers_each_get_their_own_answer() -> None:
    batcher = always(lambda numbers: [number * 10 for number in numbers])
    found: dict[int, int] = {}

    def ask(number: int) -> None:
        found[number] = batcher.submit(number).result(SOON_SECONDS)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON_SECONDS)
    assert found == {number: number * 10 for number in range(50)}


def test_an_event_loop_is_woken_once_for_a_batch() -> None:
    slow, woken = Slow(), []

    async def ask() -> list[int]:
        loop = asyncio.get_running_loop()

        def deliver(settle: Callable[[], None]) -> None:
            woken.append(settle)
            loop.call_soon_threadsafe(settle)

        batcher = Batcher(slow, 10, "test", deliver)
        futures = [loop.create_future() for _ in range(4)]
        batcher.put(0, futures[0])
        await asyncio.to_thread(slow.first_began.wait, SOON_SECONDS)
        for number in (1, 2, 3):
            batcher.put(number, futures[number])
        slow.let_go.set()
        return await asyncio.wait_for(asyncio.gather(*futures), SOON_SECONDS)

    assert asyncio.run(ask()) == [0, 1, 2, 3]
    assert len(woken) == len(slow.calls) == 2


def test_a_caller_that_gave_up_takes_nothing_from_the_others() -> None:
    slow = Slow()
    batcher = slow.batcher()
    futures = [batcher.submit(0)]
    assert slow.first_began.wait(SOON_SECONDS)
    futures += [batcher.submit(number) for number in (1, 2)]
    assert futures[1].cancel()
    slow.let_go.set()
    assert answers([futures[0], futures[2]]) == [0, 2]
