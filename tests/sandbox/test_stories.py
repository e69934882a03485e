"""The story files: readable, complete, and asking only for what exists."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.observe import Observer
from sandbox.story import Memory, Story, StoryError, load_stories

# These ids stay: scripts of lenders name them.
PROMISED = """
    d1-fps-settled d1-chaps-settled d1-group-settled d1-held-settled d1-held-rejected d1-rejected d1-assessment-failed
    d1-validation-failed d1-rejected-in-202 d1-returned d1-route-refused d1-confirm-refused d1-linkage-created
    d1-linkage-conflict d1-linkage-failed d2-fps d2-chaps d2-unmatched r1-fps r1-chaps r1-bacs r1-reference r1-overpaid
    r1-unmatched r2-returned r3-held-settled c-closed c-written-off unmatched-assigned unmatched-returned duplicate
    conflict same-end-to-end-id forged test-event unknown-type bank-timeout-after-effect bank-503 core-102
    core-timeout-after-effect
"""
STORIES = load_stories()
KNOWN_IDS = {story.id: story for story in STORIES}


def placeholders(value: Any) -> Iterator[str]:
    """The first word of every placeholder: what must be known by then."""
    if isinstance(value, dict):
        for item in value.values():
            yield from placeholders(item)
    elif isinstance(value, list):
        for item in value:
            yield from placeholders(item)
    elif isinstance(value, str):
        yield from (name.split(".")[0] for name in re.findall(r"\{([A-Za-z0-9_.]+)\}", value))


def words_of(expected: str) -> list[str]:
    return [part.partition(": ")[0] for part in expected.split("; ")]


@pytest.mark.parametrize("name", PROMISED.split())
def test_every_promised_story_is_there(name: str) -> None:
    assert KNOWN_IDS[name].title.endswith(".")


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_a_story_asks_for_what_it_has_learned(story: Story) -> None:
    known = {"tag", "sinksUrl", "bankId"}
    for step in story.steps:
        assert set(placeholders({key: value for key, value in step.items() if key != "as"})) <= known
        known |= {step["as"]} if "as" in step else set()
    assert set(placeholders(dict(story.watch))) <= known


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_a_story_watches_what_can_be_seen_and_expects_just_that(story: Story) -> None:
    assert words_of(story.expected) == list(story.watch)
    assert set(story.watch) <= set(Observer.WORDS)
    assert not list(placeholders(story.expected)), "an expected end is the same in every play"
    for step in story.steps:
        if "until" in step:
            assert words_of(step["until"]) == list(step["watch"])
            assert set(step["watch"]) <= set(Observer.WORDS)
        elif "operator" in step:
            assert step["operator"][0] in ("assign", "return")
        else:
            assert step["door"] in ("bank", "core", "sinks", "api")


def test_a_placeholder_of_nothing_is_named() -> None:
    with pytest.raises(StoryError, match=r"nothing is known as {loan\.id}"):
        Memory({"tag": "T"}).fill("/loans/{loan.id}")


def test_a_placeholder_keeps_what_it_names_and_texts_are_filled_in() -> None:
    memory = Memory({"hook": {"statuses": [200, 200]}, "tag": "T"})
    assert memory.fill({"answers": "{hook.statuses}", "match": "x {tag} {hook.statuses.1}"}) == {
        "answers": [200, 200],
        "match": "x T 200",
    }
