"""What any story is made of: webhooks in any order and number, troubles on every way out, workers that die and nap.

`STORIES` in the environment says how many stories each property tells.
"""

import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from hypothesis import Phase, note, settings
from hypothesis import strategies as st

from shared.domain.meanings import Ignored, Meaning
from tests.fakes.lender import FakeLender
from tests.fakes.replies import (
    Reply,
    is_unknown_after_the_effect,
    is_unknown_before_the_effect,
    refuses,
    says_try_later,
)
from tests.fakes.wire import When

STORIES = int(os.environ.get("STORIES", "400"))
# Made smaller, a story's seed tells another story, so there is nothing to shrink.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
stories = settings(max_examples=STORIES, deadline=None, phases=PHASES)
long_stories = settings(stories, max_examples=max(STORIES // 5, 1))
"""For what takes days of repeats to tell."""

Fact = Callable[[FakeLender], Meaning | None]
"""What a webhook tells once the world is so far; None before."""

# Seen and not done: the bank will never show such a payment, so asking goes on until a person is called.
LOST = is_unknown_before_the_effect(seen=True)
NOTHING_HAPPENED = (says_try_later(), says_try_later(after_seconds=300), is_unknown_before_the_effect(), Reply())
IT_HAPPENED = (is_unknown_after_the_effect(), is_unknown_after_the_effect(seen=True))
ANYTHING = (*NOTHING_HAPPENED, *IT_HAPPENED, LOST)
WITHIN_THE_DAY = (0.1, 1, 7)
WHEN: tuple[When, When] = ("before", "after")
_MOST_WAITS = 40

T = TypeVar("T")


@dataclass
class Troubles:
    """What goes wrong on the way. `naps` are hours without any worker, one after each of the first deliveries."""

    bank_sends: list[Reply] = field(default_factory=list)
    bank_look_ups: list[Reply] = field(default_factory=list)
    bank_reads: list[Reply] = field(default_factory=list)
    core_sends: list[Reply] = field(default_factory=list)
    core_look_ups: list[Reply] = field(default_factory=list)
    core_reads: list[Reply] = field(default_factory=list)
    notifier_sends: list[Reply] = field(default_factory=list)
    deaths: list[tuple[int, When]] = field(default_factory=list)
    naps: list[float] = field(default_factory=list)

    def befall(self, lender: FakeLender) -> None:
        lender.bank.sends.then(*self.bank_sends)
        lender.bank.look_ups.then(*self.bank_look_ups)
        lender.bank.reads.then(*self.bank_reads)
        lender.core.sends.then(*self.core_sends)
        lender.core.look_ups.then(*self.core_look_ups)
        lender.core.reads.then(*self.core_reads)
        lender.notifier.sends.then(*self.notifier_sends)
        for call, when in self.deaths:
            lender.wire.die_at(call, when)


class Chance(Random):
    """All that chance decides in one story, from one seed.

    Lists that Hypothesis draws one by one come out too much alike: faults that must meet would hardly ever do.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._seed = seed

    def __repr__(self) -> str:
        return f"Chance({self._seed})"

    def pence(self, most: int = 10**9) -> int:
        return self.randint(1, most)

    def some(self, possible: Sequence[T], most: int) -> list[T]:
        """None to `most` of them, any of them more than once."""
        return self.choices(possible, k=self.randint(0, most))

    def in_any_order(self, facts: Sequence[Fact]) -> list[Fact]:
        """Each of the facts at least once, some again."""
        told = [*facts, *self.some(facts, 3)]
        self.shuffle(told)
        return told

    def troubles(self, bank: Sequence[Reply] = ANYTHING, naps: Sequence[float] = WITHIN_THE_DAY) -> Troubles:
        """`bank`: what may come of what is sent to it."""
        return Troubles(
            bank_sends=self.some(bank, 4),
            bank_look_ups=self.some((LOST, Reply()), 4),
            bank_reads=self.some((says_try_later(), Reply()), 4),
            core_sends=self.some(ANYTHING, 4),
            core_look_ups=self.some((LOST, Reply()), 4),
            core_reads=self.some((says_try_later(), Reply()), 4),
            notifier_sends=self.some((*ANYTHING, refuses("no_such_group")), 4),
            deaths=[(call, self.choice(WHEN)) for call in self.some(range(60), 3)],
            naps=self.some(naps, 2),
        )


CHANCES = st.builds(Chance, st.integers(0, 2**63 - 1))


def tell(lender: FakeLender, facts: Sequence[Fact], trouble: Troubles) -> None:
    """Deliver the webhooks one after the other, each as a receipt of its own, and let everything come to rest.

    One that the world is not ready for comes later, as the bank's own repeat would; one that it never gets ready for
    does not come.
    """
    note(f"{trouble}")
    trouble.befall(lender)
    naps, waiting, waits, number = deque(trouble.naps), deque(facts), 0, 0
    while waiting and waits < _MOST_WAITS:
        meaning = waiting[0](lender)
        if meaning is None:
            waiting.rotate(-1)
            waits += 1
            lender.clock.pass_time(minutes=waits)
        else:
            waiting.popleft()
            number += 1
            note(f"delivery {number}: {meaning}")
            lender.hears(meaning, Ignored(f"delivery {number}"))
            lender.clock.pass_time(hours=naps.popleft() if naps else 0)
        lender.sweeps()
    lender.comes_to_rest()


def always(meaning: Meaning) -> Fact:
    """A webhook that may come at any time."""
    return lambda _lender: meaning


def parked(lender: FakeLender) -> set[str]:
    """What waits for a person, messages apart: what becomes of those touches nothing else."""
    return {member for member in lender.sets.parked if not member.startswith("notification:")}
