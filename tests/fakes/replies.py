"""What a fake bank or core does with one call, told beforehand by the test; without a plan it does as it is asked."""

from collections import deque
from dataclasses import dataclass, field

from shared.domain.outcomes import Accepted, LookUp, NotDone, Outcome, Refused, TryLater, Unknown


@dataclass(frozen=True, slots=True)
class Reply:
    """`happens`: whether the effect takes place; `outcome`: what the caller hears, None for the plain answer."""

    outcome: Outcome | LookUp | None = None
    happens: bool = True


def answers(reference: str | None = None) -> Reply:
    return Reply(None if reference is None else Accepted(reference))


def refuses(code: str = "InsufficientFunds", *, verdict: bool = True) -> Reply:
    return Reply(Refused(code, f"refused: {code}", verdict), happens=False)


def says_try_later(after_seconds: float | None = None) -> Reply:
    return Reply(TryLater("busy", after_seconds), happens=False)


def is_unknown_before_the_effect(*, seen: bool = False) -> Reply:
    return Reply(Unknown("connection lost", seen), happens=False)


def is_unknown_after_the_effect(*, seen: bool = False) -> Reply:
    return Reply(Unknown("no answer in time", seen), happens=True)


def says_not_done() -> Reply:
    return Reply(NotDone("there is no such thing"), happens=False)


@dataclass
class Plan:
    """Replies for the calls to come, in order; `always` when they are used up."""

    replies: deque[Reply] = field(default_factory=deque)
    always: Reply = field(default_factory=Reply)

    def then(self, *replies: Reply) -> None:
        self.replies.extend(replies)

    def next(self) -> Reply:
        return self.replies.popleft() if self.replies else self.always
