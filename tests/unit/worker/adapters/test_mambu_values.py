from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.worker.adapters.mambu.values import as_json, taken_text, tenant_time


@pytest.mark.parametrize(
    "text",
    ["Ada Lovelace", "Zoë O’Brien-Łęcki", "Siân ap Dafydd's & Sons (Leeds) #7", "Ελένη", "李小龍", "£1,500 + €2"],
)
def test_letters_accents_and_signs_stay(text: str) -> None:
    assert taken_text(text, 255) == text


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("Ada 🎉 Lovelace", "Ada Lovelace"),
        ("👩‍👩‍👧 family", "family"),
        ("❤️ ☕ 5️⃣", "5"),
        ("👍🏽 agreed", "agreed"),
        ("𠮷田", "田"),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", ""),
        ("line one\r\nline two\ttabbed", "line one line two tabbed"),
        ("nul\x00 bell\x07 escape\x1b[31m", "nul bell escape[31m"),
        ("soft\u00adhyphen zero\u200bwidth \ufefforder", "softhyphen zerowidth order"),
        ("half of a pair \ud83d", "half of a pair"),
        ("  many   blanks\u00a0", "many blanks"),
        ("", ""),
    ],
)
def test_emoji_controls_and_invisible_marks_are_left_out(text: str, taken: str) -> None:
    assert taken_text(text, 255) == taken


def test_a_text_is_cut_to_length_and_never_ends_in_a_blank() -> None:
    assert taken_text("x" * 3000, 2048) == "x" * 2048
    assert taken_text("abc def", 4) == "abc"


@given(st.text(), st.integers(1, 40))
def test_what_is_taken_can_always_be_sent_and_is_taken_again(text: str, length: int) -> None:
    taken = taken_text(text, length)
    assert len(taken.encode()) <= 3 * length
    assert taken_text(taken, length) == taken


@pytest.mark.parametrize(
    ("zone", "utc", "written"),
    [
        ("Europe/London", "2026-01-15T12:00:00", "2026-01-15T12:00:00+00:00"),
        ("Europe/London", "2026-07-15T12:00:00", "2026-07-15T13:00:00+01:00"),
        ("Europe/London", "2026-07-15T23:30:00", "2026-07-16T00:30:00+01:00"),
        ("Europe/London", "2026-03-29T00:59:59", "2026-03-29T00:59:59+00:00"),
        ("Europe/London", "2026-03-29T01:00:00", "2026-03-29T02:00:00+01:00"),
        ("Europe/London", "2026-10-25T00:59:59", "2026-10-25T01:59:59+01:00"),
        ("Europe/London", "2026-10-25T01:00:00", "2026-10-25T01:00:00+00:00"),
        ("America/New_York", "2026-01-15T02:00:00", "2026-01-14T21:00:00-05:00"),
        ("Asia/Kolkata", "2026-07-15T12:00:00.9", "2026-07-15T17:30:00+05:30"),
        ("UTC", "2026-07-15T12:00:00", "2026-07-15T12:00:00+00:00"),
    ],
)
def test_a_time_carries_the_tenants_own_offset_of_that_day(zone: str, utc: str, written: str) -> None:
    assert tenant_time(datetime.fromisoformat(utc).replace(tzinfo=UTC), ZoneInfo(zone)) == written


def test_an_amount_is_written_digit_by_digit() -> None:
    assert as_json({"amount": Decimal("1000000.10")}) == '{"amount":1000000.10}'
