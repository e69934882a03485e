from dataclasses import replace
from datetime import timedelta

from shared.domain.transitions import PostingState
from tests.builders import a_repayment
from tests.contract.conftest import Stores
from tests.contract.records import NOON, a_disbursement, an_entry


def test_a_new_flow_is_stored_as_version_one(stores: Stores) -> None:
    flow = a_disbursement()
    assert stores.journal.load(flow.id) is None
    moved = stores.journal.move(flow, [an_entry("received")], None)
    assert moved == replace(flow, version=1)
    assert stores.journal.load(flow.id) == moved


def test_a_flow_that_exists_is_not_stored_again(stores: Stores) -> None:
    stores.journal.move(a_disbursement(), [an_entry("received")], None)
    assert stores.journal.move(a_disbursement(creditor_name="Other"), [an_entry("received")], None) is None
    assert stores.journal.load(a_disbursement().id).order.creditor_name == "Ada Lovelace"


def test_of_two_moves_from_one_version_the_second_is_refused_and_leaves_no_trace(stores: Stores) -> None:
    flow = stores.journal.move(a_repayment(), [an_entry("received")], None)
    first = replace(flow, state=PostingState.LOCATED, loan_id="LOAN1")
    second = replace(flow, state=PostingState.UNMATCHED, loan_id="LOAN2")
    assert stores.journal.move(first, [an_entry("located")], None).version == 2
    assert stores.journal.move(second, [an_entry("unmatched")], stores.now()) is None
    assert stores.journal.load(flow.id).state is PostingState.LOCATED
    assert [entry.what for entry in stores.journal.history(flow.id)] == ["received", "located"]
    assert stores.outbox.take_due(10, 0) == []
    assert stores.journal.find("LOAN2") == []
    assert stores.journal.in_state("repayment", PostingState.UNMATCHED, 10) == []


def test_history_only_grows_oldest_first(stores: Stores) -> None:
    flow = stores.journal.move(a_disbursement(), [an_entry("one"), an_entry("two")], None)
    last = replace(an_entry("three", NOON + timedelta(seconds=1)), outcome="fine", request_id="r", correlation_id="c")
    stores.journal.move(flow, [last], None)
    assert stores.journal.history(flow.id) == [an_entry("one"), an_entry("two"), last]


def test_a_flow_without_history_has_none(stores: Stores) -> None:
    assert stores.journal.history("disbursement:unknown") == []


def test_a_move_sets_and_clears_when_the_sweeper_must_look(stores: Stores) -> None:
    flow = stores.journal.move(a_disbursement(), [], stores.now() - timedelta(seconds=1))
    assert stores.outbox.take_due(10, 0) == [flow.id]
    flow = stores.journal.move(flow, [], stores.now() + timedelta(hours=1))
    assert stores.outbox.take_due(10, 0) == []
    flow = stores.journal.move(flow, [], stores.now() - timedelta(seconds=1))
    stores.journal.move(flow, [], None)
    assert stores.outbox.take_due(10, 0) == []
