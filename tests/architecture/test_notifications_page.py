"""docs/notifications.md is written from the code; this finds a stale one."""

from docs.make_notifications import PAGE, page, problems
from shared.domain.notification import Flag


def test_the_page_of_notifications_is_what_the_code_says() -> None:
    advice = "run `python -m docs.make_notifications` and commit docs/notifications.md"

    assert PAGE.read_text(encoding="utf-8") == page(), advice


def test_every_switch_tells_something() -> None:
    assert {flag for problem in problems() for flag in problem.flags} == set(Flag)
