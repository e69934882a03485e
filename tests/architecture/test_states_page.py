"""docs/states.md is written from the code; this finds a stale one."""

from docs.make_states import PAGE, page
from shared.domain.transitions import DISBURSEMENT, REPAYMENT


def test_the_page_of_states_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m docs.make_states` and commit docs/states.md"


def test_the_drawing_shows_every_edge_once() -> None:
    assert page().count(" --> ") == len(DISBURSEMENT) + len(REPAYMENT) + 2 + 4  # two beginnings, four ends
