"""What tells of a move begins in the same step, notification or announcement: none is there without the other."""

from dataclasses import replace

import pytest
from redis.exceptions import ResponseError

from shared.domain.events import Addressed, EventPublished
from shared.domain.transitions import AnnouncementState, NotificationState
from tests.builders import a_repayment
from tests.contract.conftest import Stores
from tests.contract.records import a_disbursement, a_notification, an_announcement, an_entry

RECEIVED, ADDRESSED = NotificationState.RECEIVED, NotificationState.ADDRESSED
AN_HOUR = 3600.0


def test_a_notification_is_stored_as_version_one_and_due_at_once(stores: Stores) -> None:
    stores.journal.move(a_disbursement(), [an_entry("parked")], None, [a_notification()])
    assert stores.journal.load(a_notification().id) == replace(a_notification(), version=1)
    assert stores.outbox.take_due(10, AN_HOUR) == [a_notification().id]


def test_a_notification_is_found_by_what_it_is_about_and_by_its_loan(stores: Stores) -> None:
    flow, notification = a_repayment(), a_notification(about=a_repayment().id)
    stores.journal.move(flow, [], None, [notification])
    begun = replace(notification, version=1)
    assert stores.journal.find(flow.id) == [begun]
    assert stores.journal.find(notification.notice.loan_id) == [begun]
    assert stores.journal.in_state("notification", RECEIVED, 10) == [notification.id]


def test_the_history_of_a_notification_begins_with_the_flow_that_caused_it(stores: Stores) -> None:
    before = stores.now()
    stores.journal.move(a_disbursement(), [an_entry("parked")], None, [a_notification()])
    (begun,) = stores.journal.history(a_notification().id)
    assert (begun.what, begun.cause, begun.state) == ("begun", a_disbursement().id, RECEIVED.value)
    assert before <= begun.at <= stores.now()
    assert [entry.what for entry in stores.journal.history(a_disbursement().id)] == ["parked"]


def test_several_notifications_begin_with_one_move(stores: Stores) -> None:
    codes = ("pay:gave_up", "amend-owner:refused", "held")
    stores.journal.move(a_disbursement(), [], None, [a_notification(code) for code in codes])
    assert sorted(stores.outbox.take_due(10, AN_HOUR)) == sorted(a_notification(code).id for code in codes)


def test_announcements_begin_with_a_move_beside_notifications(stores: Stores) -> None:
    begun = [a_notification(), an_announcement("1"), an_announcement("2")]
    stores.journal.move(a_disbursement(), [], None, begun)
    assert sorted(stores.outbox.take_due(10, AN_HOUR)) == sorted(each.id for each in begun)
    assert [stores.journal.load(each.id) for each in begun] == [replace(each, version=1) for each in begun]
    found = stores.journal.find(a_disbursement().id)
    assert sorted(each.id for each in found) == sorted(each.id for each in begun)


def test_announcements_without_a_move_begin_together_and_once(stores: Stores) -> None:
    first, second = an_announcement("1"), an_announcement("2")
    assert stores.journal.move(first, [an_entry("begun")], stores.now(), [second]) == replace(first, version=1)
    published = stores.journal.move(stores.journal.load(first.id).apply(EventPublished()), [], None)
    assert stores.journal.move(first, [an_entry("begun")], stores.now(), [second]) is None
    assert stores.journal.load(first.id) == published
    assert stores.journal.in_state("event", AnnouncementState.PUBLISHED, 10) == [first.id]
    assert stores.journal.in_state("event", AnnouncementState.RECEIVED, 10) == [second.id]


def test_a_notification_that_was_begun_before_is_left_alone(stores: Stores) -> None:
    flow = stores.journal.move(a_disbursement(), [], None, [a_notification()])
    begun = stores.journal.load(a_notification().id)
    addressed = stores.journal.move(begun.apply(Addressed("loan-key", "user-key")), [an_entry("addressed")], None)
    assert stores.journal.move(flow, [], None, [a_notification()]).version == 2
    assert stores.journal.load(a_notification().id) == addressed
    assert [entry.what for entry in stores.journal.history(addressed.id)] == ["begun", "addressed"]
    assert stores.journal.in_state("notification", RECEIVED, 10) == []
    assert stores.journal.in_state("notification", ADDRESSED, 10) == [addressed.id]
    assert stores.outbox.take_due(10, 0) == []


def test_one_that_was_begun_before_keeps_no_other_from_beginning(stores: Stores) -> None:
    flow = stores.journal.move(a_disbursement(), [], None, [a_notification("old")])
    stores.journal.move(flow, [], None, [a_notification("old"), a_notification("new")])
    assert stores.journal.load(a_notification("new").id).version == 1


def test_the_same_problem_twice_in_one_move_is_told_once(stores: Stores) -> None:
    stores.journal.move(a_disbursement(), [], None, [a_notification(), a_notification()])
    assert len(stores.journal.history(a_notification().id)) == 1


def test_a_move_that_loses_begins_no_notification(stores: Stores) -> None:
    flow = stores.journal.move(a_disbursement(), [], None)
    stores.journal.move(flow, [], None)
    assert stores.journal.move(flow, [], stores.now(), [a_notification()]) is None
    assert stores.journal.load(a_notification().id) is None
    assert stores.journal.history(a_notification().id) == []
    assert stores.journal.find(a_disbursement().id) == []
    assert stores.journal.in_state("notification", RECEIVED, 10) == []
    assert stores.outbox.take_due(10, 0) == []


def test_a_flow_or_notification_without_a_kind_is_refused_and_nothing_is_stored(stores: Stores) -> None:
    for flow, notification in (
        (replace(a_disbursement(), id="nameless"), a_notification()),
        (a_disbursement(), replace(a_notification(), id="nameless")),
    ):
        with pytest.raises(ResponseError, match="move:"):
            stores.journal.move(flow, [an_entry("received")], stores.now(), [notification])
        assert stores.journal.load(flow.id) is None
        assert stores.journal.load(notification.id) is None
        assert stores.outbox.take_due(10, 0) == []
