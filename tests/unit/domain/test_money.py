"""Text and JSON numbers become pence, and nothing is ever rounded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.money import AmountError, pence_from_number, pence_from_text, pounds


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("1500", 150_000),
        ("1500.00", 150_000),
        ("1,234.50", 123_450),
        ("1,000,000.00", 100_000_000),
        (" 88.5 ", 8850),
        ("0", 0),
        ("0.01", 1),
        ("0.1", 10),
        ("007", 700),
    ],
)
def test_an_amount_in_text_is_whole_pence(text: str, pence: int) -> None:
    assert pence_from_text(text) == pence


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "12.345",
        "-5",
        "+5",
        "1e3",
        "1.234,50",
        "1,23",
        "12,34.50",
        "1,2345",
        ",5",
        "5.",
        ".5",
        "£5",
        "5 GBP",
        "1 500",
        "NaN",
        "Infinity",
        "١٢",
        "0x10",
        "1,234,56",
        "1_000",
    ],
)
def test_what_is_not_an_amount_is_refused_and_named(text: str) -> None:
    with pytest.raises(AmountError, match="pounds with at most two decimals"):
        pence_from_text(text)


def test_a_refusal_shows_only_the_beginning_of_a_long_text() -> None:
    with pytest.raises(AmountError) as refusal:
        pence_from_text("9" * 40 + "x")
    assert "9" * 33 not in str(refusal.value)


@pytest.mark.parametrize(
    ("number", "pence"),
    [(5, 500), (Decimal("88.5"), 8850), (Decimal("88.50"), 8850), (Decimal("1E+2"), 10_000), (Decimal("0.010"), 1)],
)
def test_a_number_is_whole_pence(number: Decimal | int, pence: int) -> None:
    assert pence_from_number(number) == pence


@pytest.mark.parametrize("number", [Decimal("0.001"), Decimal("88.505"), Decimal("NaN"), Decimal("Infinity")])
def test_a_number_with_parts_of_a_penny_is_refused(number: Decimal) -> None:
    with pytest.raises(AmountError, match="parts of a penny"):
        pence_from_number(number)


@given(st.integers(0, 10**15))
def test_pounds_come_back_as_the_same_pence(pence: int) -> None:
    assert pence_from_number(pounds(pence)) == pence
    assert pence_from_text(f"{pounds(pence):,}") == pence


@pytest.mark.parametrize(
    ("pence", "text"), [(0, "0.00"), (5, "0.05"), (150_000, "1500.00"), (100_000_001, "1000000.01")]
)
def test_pounds_have_exactly_two_decimals(pence: int, text: str) -> None:
    assert str(pounds(pence)) == text
