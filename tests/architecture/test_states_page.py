"""docs/states.md is written from the code; this finds a stale one."""

from docs.make_states import PAGE, SECTIONS, page
from shared.domain.flows import Flow, Step


def test_the_page_of_states_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m docs.make_states` and commit docs/states.md"


def test_the_drawings_show_every_edge_once() -> None:
    edges = sum(len(section.edges) for section in SECTIONS)
    ends = 2 + 1 + 2 + 1 + 1 + 1  # of a disbursement, a posting, a closure, a notification, an announcement, a delivery

    assert page().count(" --> ") == edges + len(SECTIONS) + ends


def test_every_kind_of_flow_has_its_drawing() -> None:
    drawn = {kind.__name__ for section in SECTIONS for kind in section.kinds}

    assert drawn == {kind.__name__ for kind in _all_kinds(Flow) if kind.STEPS}


def test_every_step_is_named_on_the_page() -> None:
    assert [step for step in Step if step.value not in page()] == []


def _all_kinds(kind: type[Flow]) -> set[type[Flow]]:
    return {kind}.union(*(_all_kinds(child) for child in kind.__subclasses__()))
