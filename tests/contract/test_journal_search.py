"""Flows are found by what bank, core and people call them, and listed by the state they are in."""

from dataclasses import replace

from shared.domain.events import LoanAssigned, LoanLocated, LoanNotLocated
from shared.domain.posting import Posting
from shared.domain.transitions import DisbursementState, PostingState
from tests.builders import LOAN_IBAN, a_closure, a_repayment, a_settled_credit
from tests.contract.conftest import Stores
from tests.contract.records import a_disbursement

UNMATCHED = LoanNotLocated("loan_not_found", "no loan has this IBAN")


def a_credit(transaction_id: str) -> Posting:
    return a_repayment(a_settled_credit(transaction_id=transaction_id))


def test_a_flow_is_found_by_each_of_its_references(stores: Stores) -> None:
    flow = stores.journal.move(a_repayment(), [], None)
    assert len(flow.references) >= 3
    for reference in flow.references:
        assert stores.journal.find(reference) == [flow]


def test_nothing_is_found_by_what_no_flow_mentions(stores: Stores) -> None:
    stores.journal.move(a_disbursement(), [], None)
    assert stores.journal.find("another") == []


def test_what_is_found_is_the_flow_as_last_moved(stores: Stores) -> None:
    flow = stores.journal.move(a_repayment(), [], None)
    moved = stores.journal.move(flow.apply(UNMATCHED), [], None)
    assert stores.journal.find(LOAN_IBAN) == [moved]


def test_a_flow_is_found_by_what_it_learned_on_its_way(stores: Stores) -> None:
    flow = stores.journal.move(a_repayment(), [], None)
    assert stores.journal.find("LOAN7") == []
    moved = stores.journal.move(flow.apply(LoanLocated("LOAN7", "key-7")), [], None)
    assert stores.journal.find("LOAN7") == [moved]


def test_a_flow_is_still_found_by_the_loan_it_was_first_taken_to(stores: Stores) -> None:
    flow = stores.journal.move(replace(a_repayment(), loan_id="LOAN1"), [], None)
    moved = stores.journal.move(replace(flow, loan_id="LOAN2"), [], None)
    assert stores.journal.find("LOAN1") == stores.journal.find("LOAN2") == [moved]


def test_flows_of_several_kinds_are_found_newest_first(stores: Stores) -> None:
    found = []
    for flow in (a_repayment(), a_disbursement("9"), a_closure(), a_disbursement("1")):
        found.append(
            stores.journal.move(replace(flow, loan_id="LOAN1") if isinstance(flow, Posting) else flow, [], None)
        )
        stores.tick()
    assert stores.journal.find("LOAN1") == found[::-1]


def test_a_later_move_makes_no_flow_newer(stores: Stores) -> None:
    older = stores.journal.move(a_credit("older"), [], None)
    stores.tick()
    newer = stores.journal.move(a_credit("newer"), [], None)
    stores.tick()
    older = stores.journal.move(older.apply(UNMATCHED), [], None)
    assert stores.journal.find(LOAN_IBAN) == [newer, older]


def test_no_more_than_the_newest_hundred_are_found(stores: Stores) -> None:
    for number in range(101):
        stores.journal.move(a_credit(f"{number:03}"), [], None)
    found = [flow.settlement.transaction_id for flow in stores.journal.find(LOAN_IBAN)]
    assert found == [f"{number:03}" for number in range(100, 0, -1)]


def test_a_flow_is_listed_in_the_state_it_is_in_and_in_no_other(stores: Stores) -> None:
    flow = stores.journal.move(a_repayment(), [], None)
    assert stores.journal.in_state("repayment", PostingState.RECEIVED, 10) == [flow.id]
    flow = stores.journal.move(flow.apply(UNMATCHED), [], None)
    assert stores.journal.in_state("repayment", PostingState.RECEIVED, 10) == []
    assert stores.journal.in_state("repayment", PostingState.UNMATCHED, 10) == [flow.id]
    stores.journal.move(flow.apply(LoanAssigned("LOAN1")), [], None)
    assert stores.journal.in_state("repayment", PostingState.UNMATCHED, 10) == []


def test_kinds_that_share_the_name_of_a_state_are_listed_apart(stores: Stores) -> None:
    repayment = stores.journal.move(a_repayment(), [], None)
    disbursement = stores.journal.move(a_disbursement(), [], None)
    assert stores.journal.in_state("repayment", PostingState.RECEIVED, 10) == [repayment.id]
    assert stores.journal.in_state("disbursement", DisbursementState.RECEIVED, 10) == [disbursement.id]


def test_flows_are_listed_by_the_time_they_entered_the_state(stores: Stores) -> None:
    flows = [stores.journal.move(a_credit(key), [], None) for key in ("b", "c", "a")]
    for flow in flows:
        stores.tick()
        stores.journal.move(flow.apply(UNMATCHED), [], None)
    ids = [flow.id for flow in flows]
    assert stores.journal.in_state("repayment", PostingState.UNMATCHED, 10) == ids
    assert stores.journal.in_state("repayment", PostingState.UNMATCHED, 10, oldest_first=False) == ids[::-1]
    assert stores.journal.in_state("repayment", PostingState.UNMATCHED, 2) == ids[:2]
    assert stores.journal.in_state("repayment", PostingState.UNMATCHED, 2, oldest_first=False) == [ids[2], ids[1]]


def test_none_are_listed_when_none_are_asked_for(stores: Stores) -> None:
    stores.journal.move(a_repayment(), [], None)
    assert stores.journal.in_state("repayment", PostingState.RECEIVED, 0) == []
    assert stores.journal.in_state("repayment", PostingState.RECEIVED, -1) == []


def test_a_move_within_a_state_keeps_the_place_in_its_list(stores: Stores) -> None:
    first = stores.journal.move(a_credit("z"), [], None)
    stores.tick()
    second = stores.journal.move(a_credit("a"), [], None)
    stores.tick()
    stores.journal.move(replace(first, failure="waits"), [], None)
    assert stores.journal.in_state("repayment", PostingState.RECEIVED, 10) == [first.id, second.id]
