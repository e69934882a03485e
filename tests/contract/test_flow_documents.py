"""Whole documents: what is written is what is read, every field of every kind; and old ones stay readable."""

import itertools
import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from shared.domain.closure import Closure, LoanClosed
from shared.domain.disbursement import Disbursement, DisbursementOrder
from shared.domain.events import AccountChosen, AccountWanted, Address, Routed
from shared.domain.flows import Flow, Parked, Step, StepRecord
from shared.domain.hub.announcement import Announcement
from shared.domain.hub.event import BusinessEvent
from shared.domain.notification import Flag, Notice, Notification
from shared.domain.posting import BankDisbursement, Posting, Repayment
from shared.domain.settlement import Settlement
from shared.domain.transitions import DisbursementState, PostingState
from shared.store import keys
from shared.store.journal import Journal
from tests.builders import a_notice, a_notification
from tests.contract.conftest import Stores

KINDS: dict[str, type[Flow]] = {
    "disbursement": Disbursement,
    "repayment": Repayment,
    "bank-disbursement": BankDisbursement,
    "closure": Closure,
    "notification": Notification,
    "event": Announcement,
}

# Every moment of ours knows its offset from UTC.
_OFFSETS = (UTC, timezone(timedelta(hours=1)), timezone(timedelta(hours=-9, minutes=-30)))
st.register_type_strategy(datetime, st.datetimes(timezones=st.sampled_from(_OFFSETS)))

# Left to itself, Hypothesis gives most fields their default, and a default tells nothing: here all are drawn.
_PARTS: tuple[Any, ...] = (Address, Routed, AccountWanted, AccountChosen, Parked, StepRecord)
_INPUTS: tuple[Any, ...] = (DisbursementOrder, Settlement, LoanClosed, Notice, BusinessEvent)
for _kind in (*_PARTS, *_INPUTS, *KINDS.values()):
    st.register_type_strategy(_kind, st.builds(_kind, **{field.name: ... for field in fields(_kind)}))

_numbers = itertools.count()


@pytest.mark.parametrize("prefix", KINDS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_field_comes_back_as_it_went(stores: Stores, prefix: str, data: st.DataObject) -> None:
    flow_id = f"{prefix}:{next(_numbers)}:of:this:example"
    flow = replace(data.draw(st.from_type(KINDS[prefix])), id=flow_id, version=0)
    moved = stores.journal.move(flow, [], None)
    loaded = stores.journal.load(flow_id)
    assert loaded == moved == replace(flow, version=1)
    assert type(loaded) is KINDS[prefix]
    assert loaded.references == flow.references
    assert all(type(step) is Step and type(record) is StepRecord for step, record in loaded.steps.items())


def test_a_notification_comes_back_with_its_flags(stores: Stores) -> None:
    for flags in ((), (Flag.CREATE_PAYMENT, Flag.REVERSE_DISBURSEMENT)):
        notification = a_notification(a_notice(code=f"told by {len(flags)}", flags=flags))
        stores.journal.move(notification, [], None)
        assert stores.journal.load(notification.id).notice.flags == flags


def store(redis: Redis, flow_id: str, **document: Any) -> None:
    """As a version before this one stored it."""
    redis.hset(keys.flow(flow_id), mapping={"doc": json.dumps({"id": flow_id, **document}), "version": 3})


def test_a_disbursement_stored_before_linkage_was_known_is_read(server: Redis) -> None:
    order = {
        "transaction_key": "8a81",
        "loan_id": "LOAN1",
        "channel": "FPS",
        "amount_pence": 150000,
        "currency": "GBP",
        "creditor_iban": "GB82WEST12345698765432",
        "creditor_name": "Ada Lovelace",
    }
    steps = {"pay": {"outcome": "open", "attempts": 2, "first_at": "2026-11-20T12:00:00+00:00"}}
    parked = {"code": "gave_up", "reason": "the bank was busy for a day"}
    store(server, "disbursement:8a81", order=order, state="submitting", steps=steps, parked=parked)
    flow = Journal(server).load("disbursement:8a81")
    assert isinstance(flow, Disbursement)
    assert (flow.version, flow.state) == (3, DisbursementState.SUBMITTING)
    assert (flow.wanted, flow.account, flow.order.assigned_user_key) == (None, None, "")
    assert flow.parked is not None
    assert flow.parked.step is None
    assert (flow.step(Step.PAY).attempts, flow.step(Step.PAY).generation) == (2, 1)


@pytest.mark.parametrize("prefix", ["repayment", "bank-disbursement"])
def test_a_posting_with_nothing_but_its_money_is_read(server: Redis, prefix: str) -> None:
    settlement = {
        "transaction_id": "t",
        "direction": "credit",
        "amount_pence": 8850,
        "currency": "GBP",
        "account_iban": "GB33BUKB20201555555555",
    }
    store(server, f"{prefix}:t", settlement=settlement)
    flow = Journal(server).load(f"{prefix}:t")
    assert isinstance(flow, Posting)
    assert (flow.state, flow.loan_id, flow.settlement.settled_at) == (PostingState.RECEIVED, "", None)


def test_a_field_that_a_later_version_added_is_passed_over(server: Redis) -> None:
    store(server, "closure:LOAN1:f", closed={"loan_id": "LOAN1", "later": 1}, later={"more": True})
    flow = Journal(server).load("closure:LOAN1:f")
    assert isinstance(flow, Closure)
    assert flow.closed.loan_id == "LOAN1"


def test_a_kind_that_this_version_does_not_know_is_named(server: Redis) -> None:
    store(server, "mandate:1")
    with pytest.raises(ValueError, match=r"mandate:1.*does not know"):
        Journal(server).load("mandate:1")
