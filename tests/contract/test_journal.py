import itertools
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.disbursement import Disbursement, DisbursementOrder
from shared.domain.events import Address, Confirmed, Routed
from shared.domain.payments import Parked, Payment, Request, Step, StepOutcome, StepRecord
from shared.domain.repayment import MoneyReceived, Repayment
from shared.domain.schemes import Scheme
from shared.domain.transitions import DisbursementState, RepaymentState
from tests.builders import a_repayment
from tests.contract.conftest import Stores
from tests.contract.records import NOON, a_disbursement, an_entry


def test_a_new_payment_is_stored_as_version_one(stores: Stores) -> None:
    payment = a_disbursement()
    assert stores.journal.load(payment.id) is None
    moved = stores.journal.move(payment, [an_entry("received")], None)
    assert moved == replace(payment, version=1)
    assert stores.journal.load(payment.id) == moved


def test_a_payment_that_exists_is_not_stored_again(stores: Stores) -> None:
    stores.journal.move(a_disbursement(), [an_entry("received")], None)
    assert stores.journal.move(a_disbursement(creditor_name="Other"), [an_entry("received")], None) is None
    assert stores.journal.load(a_disbursement().id).order.creditor_name == "Ada Lovelace"


def test_of_two_moves_from_one_version_the_second_is_refused_and_leaves_no_trace(stores: Stores) -> None:
    payment = stores.journal.move(a_repayment(), [an_entry("received")], None)
    first = replace(payment, state=RepaymentState.LOCATED, loan_id="LOAN1")
    second = replace(payment, state=RepaymentState.UNMATCHED)
    assert stores.journal.move(first, [an_entry("located")], None).version == 2
    assert stores.journal.move(second, [an_entry("unmatched")], stores.now()) is None
    assert stores.journal.load(payment.id).state is RepaymentState.LOCATED
    assert [entry.what for entry in stores.journal.history(payment.id)] == ["received", "located"]
    assert stores.outbox.take_due(10, 0) == []


def test_history_only_grows_oldest_first(stores: Stores) -> None:
    payment = stores.journal.move(a_disbursement(), [an_entry("one"), an_entry("two")], None)
    last = replace(an_entry("three", NOON + timedelta(seconds=1)), outcome="fine", request_id="r", correlation_id="c")
    stores.journal.move(payment, [last], None)
    assert stores.journal.history(payment.id) == [an_entry("one"), an_entry("two"), last]


def test_a_payment_without_history_has_none(stores: Stores) -> None:
    assert stores.journal.history("disbursement:unknown") == []


def test_a_move_sets_and_clears_when_the_sweeper_must_look(stores: Stores) -> None:
    payment = stores.journal.move(a_disbursement(), [], stores.now() - timedelta(seconds=1))
    assert stores.outbox.take_due(10, 0) == [payment.id]
    payment = stores.journal.move(payment, [], stores.now() + timedelta(hours=1))
    assert stores.outbox.take_due(10, 0) == []
    payment = stores.journal.move(payment, [], stores.now() - timedelta(seconds=1))
    stores.journal.move(payment, [], None)
    assert stores.outbox.take_due(10, 0) == []


# Whole documents: what is written is what is read, every field of it.

_numbers = itertools.count()
_text = st.text(st.characters(codec="utf-8"), max_size=12)
_moments = st.none() | st.datetimes(timezones=st.just(NOON.tzinfo))
_addresses = st.builds(Address, _text, _text, _text, _text, _text)
_requests = st.builds(Request, _text, _text, _text, _text)
_step_records = st.builds(
    StepRecord,
    outcome=st.sampled_from(StepOutcome),
    request=st.none() | _requests,
    attempts=st.integers(0, 2**31),
    first_at=_moments,
    leased_until=_moments,
    next_at=_moments,
    ask_first=st.booleans(),
    reference=_text,
    reason=_text,
)
_common = {
    "steps": st.dictionaries(st.sampled_from(Step), _step_records, max_size=3),
    "parked": st.none() | st.builds(Parked, _text, _text),
    "failure": _text,
}
_orders = st.builds(DisbursementOrder, *[_text] * 3, st.integers(0, 10**15), *[_text] * 7)
_disbursements = st.builds(
    Disbursement,
    id=st.just("disbursement"),
    order=_orders,
    state=st.sampled_from(DisbursementState),
    route=st.none() | st.builds(Routed, st.sampled_from(Scheme), *[_text] * 5),
    confirmation=st.none() | st.builds(Confirmed, _text, _text, _text, _addresses, _addresses),
    bank_transaction_id=_text,
    **_common,
)
_money = st.builds(MoneyReceived, _text, _text, st.integers(0, 10**15), *[_text] * 7, _moments)
_repayments = st.builds(
    Repayment,
    id=st.just("repayment"),
    money=_money,
    state=st.sampled_from(RepaymentState),
    loan_id=_text,
    core_transaction_id=_text,
    **_common,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payment=_disbursements | _repayments)
def test_every_field_comes_back_as_it_went(stores: Stores, payment: Payment) -> None:
    payment = replace(payment, id=f"{payment.id}:{next(_numbers)}")  # an id of its own for every example
    moved = stores.journal.move(payment, [], None)
    loaded = stores.journal.load(payment.id)
    assert loaded == moved == replace(payment, version=1)
    assert type(loaded) is type(payment)
    assert all(type(step) is Step for step in loaded.steps)
