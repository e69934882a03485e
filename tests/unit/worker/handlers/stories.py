"""What any story is made of: webhooks in any order and number, troubles on every way out, workers that die and nap.

`STORIES` in the environment says how many stories each property tells.
"""

import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
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

STORIES = int(os.environ.get("STORIES", "300"))
stories = settings(
    max_examples=STORIES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

Fact = Callable[[FakeLender], Meaning | None]
"""What a webhook tells once the world is so far; None before."""

# Seen and not done: the bank will never show such a payment, so asking goes on until a person is called.
LOST = is_unknown_before_the_effect(seen=True)
NOTHING_HAPPENED = (says_try_later(), says_try_later(after_seconds=300), is_unknown_before_the_effect(), Reply())
IT_HAPPENED = (is_unknown_after_the_effect(), is_unknown_after_the_effect(seen=True))
ANYTHING = (*NOTHING_HAPPENED, *IT_HAPPENED, LOST)
WITHIN_THE_DAY = (0.1, 1, 7)
_MOST_WAITS = 40


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


def replies(possible: Sequence[Reply]) -> st.SearchStrategy[list[Reply]]:
    return st.lists(st.sampled_from(possible), max_size=4)


def troubles(bank: Sequence[Reply] = ANYTHING, naps: Sequence[float] = WITHIN_THE_DAY) -> st.SearchStrategy[Troubles]:
    """`bank`: what may come of what is sent to it."""
    return st.builds(
        Troubles,
        bank_sends=replies(bank),
        bank_look_ups=replies((LOST, Reply())),
        bank_reads=replies((says_try_later(), Reply())),
        core_sends=replies(ANYTHING),
        core_look_ups=replies((LOST, Reply())),
        core_reads=replies((says_try_later(), Reply())),
        notifier_sends=replies((*ANYTHING, refuses("no_such_group"))),
        deaths=st.lists(st.tuples(st.integers(0, 60), st.sampled_from(("before", "after"))), max_size=3),
        naps=st.lists(st.sampled_from(naps), max_size=2),
    )


@st.composite
def told_in_any_order(draw: st.DrawFn, facts: Sequence[Fact]) -> list[Fact]:
    """Each of the facts at least once, some again, in any order."""
    again = draw(st.lists(st.sampled_from(facts), max_size=3))
    return draw(st.permutations([*facts, *again]))


def tell(lender: FakeLender, facts: Sequence[Fact], trouble: Troubles) -> None:
    """Deliver the webhooks one after the other, each as a receipt of its own, and let everything come to rest.

    One that the world is not ready for comes later, as the bank's own repeat would; one that it never gets ready for
    does not come.
    """
    trouble.befall(lender)
    naps, waiting, waits = deque(trouble.naps), deque(facts), 0
    for number in range(len(facts) + _MOST_WAITS):
        if not waiting or waits > _MOST_WAITS:
            break
        fact = waiting.popleft()
        meaning = fact(lender)
        if meaning is None:
            waiting.append(fact)
            waits += 1
            lender.clock.pass_time(minutes=waits)
        else:
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
