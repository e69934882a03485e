"""IBANs that money may be sent to, and British account numbers."""

import pytest

from shared.domain.accounts import IbanError, UkAccount, checked_iban, normal_iban, uk_account


@pytest.mark.parametrize(
    ("text", "iban"),
    [
        ("GB29NWBK60161331926819", "GB29NWBK60161331926819"),
        ("gb29 nwbk 6016 1331 9268 19", "GB29NWBK60161331926819"),
        ("\tGB82 WEST 1234 5698 7654 32\n", "GB82WEST12345698765432"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("NO9386011117947", "NO9386011117947"),
        ("MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"),
    ],
)
def test_an_iban_whose_check_digits_agree_is_taken_in_its_normal_form(text: str, iban: str) -> None:
    assert checked_iban(text) == iban


@pytest.mark.parametrize(
    "text",
    ["GB28NWBK60161331926819", "GB29NWBK60161331926818", "GB29NWBK60161331962819", "GB00CUBK22210000000000"],
)
def test_one_wrong_or_swapped_digit_is_found(text: str) -> None:
    with pytest.raises(IbanError, match="check digits"):
        checked_iban(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GB",
        "GB29",
        "60161331926819",
        "GBXXNWBK60161331926819",
        "GB29-NWBK-60161331926819",
        "GB29NWBK6016133192681é",
        "NO93860111179",
        "GB29" + "A" * 31,
        "ＧＢ29NWBK60161331926819",
    ],
)
def test_what_has_not_the_shape_of_an_iban_is_refused(text: str) -> None:
    with pytest.raises(IbanError, match="two letters, two digits"):
        checked_iban(text)


def test_ibans_are_compared_without_blanks_and_in_capitals() -> None:
    assert normal_iban("gb29 nwbk\u00a06016 1331926819") == normal_iban("GB29NWBK60161331926819")


def test_sort_code_and_account_number_keep_their_leading_zeros() -> None:
    assert uk_account("GB00 CUBK 0400 0400 0000 12") == UkAccount("040004", "00000012")


@pytest.mark.parametrize("text", ["DE89370400440532013000", "GB29NWBK6016133192681", "GB29NWBK601613319268199", ""])
def test_other_ibans_have_no_sort_code(text: str) -> None:
    assert uk_account(text) is None
