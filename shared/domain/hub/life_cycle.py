"""What subscribers are told of a payment's life: the difference between two versions of a flow, as events."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.closure import Closure
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Flow
from shared.domain.hub.bookings import is_booked_now, is_undone_now
from shared.domain.hub.event import BusinessEvent, event_id
from shared.domain.hub.life_values import account_of, values_of
from shared.domain.hub.placeholders import sendable
from shared.domain.hub.triggers import Trigger
from shared.domain.posting import BankDisbursement, Repayment
from shared.domain.transitions import ClosureState as C
from shared.domain.transitions import DisbursementState as D
from shared.domain.transitions import PostingState as P
from shared.domain.transitions import State

_T = Trigger

# The bank's words come in any order: what a later one implies is told with it, so every payment has the same story.
_DISBURSEMENT: Mapping[tuple[State, State], tuple[Trigger, ...]] = {
    **{
        (state, D.REVERSING): (_T.PAYMENT_REJECTED,)
        for state in (D.RECEIVED, D.ROUTED, D.CONFIRMED, D.LINKED, D.SUBMITTING, D.SUBMITTED, D.HELD)
    },
    (D.LINKING, D.LINKED): (_T.VIRTUAL_ACCOUNT_CREATED,),
    (D.LINKING, D.REVERSING): (_T.VIRTUAL_ACCOUNT_FAILED, _T.PAYMENT_REJECTED),
    (D.SUBMITTING, D.SUBMITTED): (_T.PAYMENT_SUBMITTED,),
    (D.SUBMITTING, D.HELD): (_T.PAYMENT_SUBMITTED, _T.PAYMENT_HELD),
    (D.SUBMITTING, D.SETTLED): (_T.PAYMENT_SUBMITTED, _T.PAYMENT_SETTLED),
    (D.SUBMITTING, D.TAKING_BACK): (_T.PAYMENT_SUBMITTED, _T.PAYMENT_SETTLED, _T.PAYMENT_RETURNED),
    (D.SUBMITTED, D.HELD): (_T.PAYMENT_HELD,),
    **{(state, D.SETTLED): (_T.PAYMENT_SETTLED,) for state in (D.SUBMITTED, D.HELD)},
    **{(state, D.TAKING_BACK): (_T.PAYMENT_SETTLED, _T.PAYMENT_RETURNED) for state in (D.SUBMITTED, D.HELD)},
    (D.SETTLED, D.TAKING_BACK): (_T.PAYMENT_RETURNED,),
}
_POSTING: Mapping[tuple[State, State], tuple[Trigger, ...]] = {
    **{(state, P.UNMATCHED): (_T.PAYMENT_UNMATCHED,) for state in (P.RECEIVED, P.POSTING, P.RETURNING)},
    **{(state, P.RETURNED): (_T.PAYMENT_RETURNED,) for state in (P.RECEIVED, P.LOCATED, P.UNMATCHED, P.RETURNING)},
    **{(state, P.TAKING_BACK): (_T.PAYMENT_RETURNED,) for state in (P.POSTING, P.POSTED)},
}
_CHANGES: Mapping[type[Flow], Mapping[tuple[State, State], tuple[Trigger, ...]]] = {
    Disbursement: _DISBURSEMENT,
    Repayment: _POSTING,
    BankDisbursement: _POSTING,
    Closure: {(C.DISABLING, C.DISABLED): (_T.VIRTUAL_ACCOUNT_DISABLED,)},
}
_OF_AN_ACCOUNT = frozenset({_T.VIRTUAL_ACCOUNT_CREATED, _T.VIRTUAL_ACCOUNT_FAILED})
_HEAD = ("EVENT_ID", "EVENT_NAME", "EVENT_TIME", "BANK_ID", "ACCOUNT_ID")


def life_events(before: Flow, after: Flow, bank_id: str, now: datetime) -> list[BusinessEvent]:
    """What one move of a flow gives to tell; nothing when the flow is none that moves money or accounts.

    A move has its version, so what happens a second time is a second event.
    """
    return [_event(trigger, before, after, bank_id, now) for trigger in _triggers(before, after)]


def _triggers(before: Flow, after: Flow) -> Iterator[Trigger]:
    yield from _CHANGES.get(type(after), {}).get((before.state, after.state), ())
    if isinstance(after, Repayment):
        if is_booked_now(before, after):
            yield _T.REPAYMENT_POSTED
        if is_undone_now(before, after):
            yield _T.REPAYMENT_ADJUSTED


def _event(trigger: Trigger, before: Flow, after: Flow, bank_id: str, now: datetime) -> BusinessEvent:
    bare = BusinessEvent(
        id=event_id(trigger, *_origin(trigger, before, after)),
        trigger=trigger,
        bank_id=bank_id,
        occurred_at=now,
        payload="",
        account_id=account_of(after, trigger),
        values=values_of(after, trigger),
    )
    return replace(bare, payload=_payload(bare))


def _origin(trigger: Trigger, before: Flow, after: Flow) -> tuple[str, ...]:
    """Two disbursements of one loan ask for one account under one key, and both hear what became of it."""
    if trigger in _OF_AN_ACCOUNT and isinstance(after, Disbursement) and after.wanted:
        return (after.wanted.request_key,)
    return (after.id, str(before.version))


def _payload(event: BusinessEvent) -> str:
    head = {name.lower(): event.placeholders[name] for name in _HEAD}
    data = {name.lower(): value for name, value in event.values.items()}
    return sendable(json.dumps({**head, "data": data}, ensure_ascii=False, separators=(",", ":")))
