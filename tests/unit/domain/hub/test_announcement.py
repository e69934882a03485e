from shared.domain.events import EventPublished
from shared.domain.flows import Step
from shared.domain.hub.announcement import Announcement
from shared.domain.transitions import AnnouncementState
from tests.builders.hub import an_event


def test_an_announcement_waits_to_be_published_and_is_found_by_what_it_tells_of() -> None:
    announcement = Announcement.of(an_event(), "repayment:1")
    assert announcement.id == f"event:{an_event().id}"
    assert announcement.next_step is Step.PUBLISH
    assert announcement.references == ("repayment:1",)


def test_once_published_it_keeps_what_it_was_and_lets_go_of_its_texts() -> None:
    published = Announcement.of(an_event(), "repayment:1").apply(EventPublished())
    assert published.state is AnnouncementState.PUBLISHED
    assert published.next_step is None
    assert (published.event.id, published.event.trigger) == (an_event().id, an_event().trigger)
    assert (published.event.payload, published.event.values) == ("", {})
