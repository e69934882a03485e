"""What one call that changes something outside can come to. There is no fifth answer.

`Unknown` is never answered by a new payment: the same bytes go again under the same id, or the other side is asked.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Accepted:
    """The other side took it. `reference` is its id for it, where it gives one."""

    reference: str = ""
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The other side will not do it, now or later. `code` is for machines, `reason` for people.

    `verdict` is False when it judged the call and not the payment (a withdrawn path, a wrong address): then nothing
    follows by itself, a person must look. `always` is True when the same bytes are refused whatever went before, like
    a field that breaks its form.
    """

    code: str
    reason: str
    verdict: bool = True
    correlation_id: str = ""
    always: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have happened. `seen` says that the other side knows the id, so asking tells more than repeating."""

    reason: str
    seen: bool = False
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class TryLater:
    """It has not happened and may go again, not before `after_seconds` if the other side named a time.

    `tried` is False when the call was not even begun, because nobody may call the other side now: that says nothing of
    this call, and must not make its next attempt later than others'.
    """

    reason: str
    after_seconds: float | None = None
    correlation_id: str = ""
    tried: bool = True


Outcome = Accepted | Refused | Unknown | TryLater


@dataclass(frozen=True, slots=True)
class NotDone:
    """An answer to asking, never to sending: the other side is sure that it has not happened, so it may be sent."""

    reason: str


LookUp = Accepted | Refused | Unknown | NotDone
