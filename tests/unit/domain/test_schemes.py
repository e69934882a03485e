"""Texts as a scheme can carry them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.schemes import Scheme, fit_text, rules_of


@pytest.mark.parametrize(
    ("text", "fps", "chaps"),
    [
        ("Ada Lovelace", "Ada Lovelace", "Ada Lovelace"),
        ("Zoë Müller-Łukasz", "Zoe Muller-Lukasz", "Zoe Muller-Lukasz"),
        ("Straße 5", "Strasse 5", "Strasse 5"),
        ("Ærø Œuvre Þór", "AERO OEuvre Thor".replace("AERO", "AEro"), "AEro OEuvre Thor"),
        ("O'Neill", "ONeill", "O'Neill"),
        ("O’Neill", "ONeill", "O'Neill"),
        ("Smith & Sons – Ltd.", "Smith & Sons - Ltd.", "Smith & Sons - Ltd."),
        ("a\u00a0b\tc\r\nd", "a b c d", "a bcd"),
        ("£5 or €5", "GBP5 or EUR5", "GBP5 or EUR5"),
        ("a_b|c~d^e`f$g[h]i\\j", "abcdefghij", "a_b|c~d^e`f$g[h]i\\j"),
        ("Иван", "", ""),
        ("ﬁne", "fine", "fine"),
        ("emoji 🙂 gone", "emoji gone", "emoji gone"),
        ("", "", ""),
    ],
)
def test_a_text_becomes_what_the_scheme_can_carry(text: str, fps: str, chaps: str) -> None:
    assert fit_text(text, Scheme.FPS, 140) == fps
    assert fit_text(text, Scheme.CHAPS, 140) == chaps


def test_a_cut_leaves_no_blank_at_the_end() -> None:
    assert fit_text("abcd efgh", Scheme.FPS, 5) == "abcd"


@given(st.text(max_size=200), st.sampled_from(Scheme), st.integers(1, 140))
def test_whatever_comes_out_is_allowed_short_enough_and_stays_as_it_is(text: str, scheme: Scheme, length: int) -> None:
    fitted = fit_text(text, scheme, length)

    assert len(fitted) <= length
    assert all(rules_of(scheme).allowed.match(character) for character in fitted)
    assert fit_text(fitted, scheme, length) == fitted
