"""Which virtual account belongs to a loan, and what it should be called."""

import pytest

from shared.domain.events import AccountChosen, AccountWanted, LinkRefused
from shared.domain.linkage import account_wanted, iban_to_link, linked, owner_name
from tests.builders import (
    LOAN_IBAN,
    VIRTUAL_ACCOUNT_ID,
    a_core_loan,
    a_disbursement_order,
    a_virtual_account,
    an_unlinked_loan,
)

ANOTHER_IBAN = "GB95CLRB04190000001114"
PRINTED = "gb33 bukb 2020 1555 5555 55"


@pytest.mark.parametrize(
    ("holder_name", "expected"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("Zoë O'Brien-Ñandú", "Zoë O'Brien-Ñandú"),
        ("Ada 🦉 Lovelace", "Ada Lovelace"),
        ("A|B_C[D]E<F>G^H`I~J\\K$L", "A B C D E F G H I J K L"),
        ("  tab\there\nand there ", "tab here and there"),
        ("👩‍🚀", "\u200d"),
        ("$$$", ""),
        ("x" * 141, "x" * 140),
        ("x" * 139 + " y", "x" * 139),
    ],
)
def test_an_owner_name_keeps_what_a_virtual_account_can_carry(holder_name: str, expected: str) -> None:
    assert owner_name(holder_name) == expected


@pytest.mark.parametrize(
    ("given", "known", "by_external_id", "answer"),
    [
        (LOAN_IBAN, LOAN_IBAN, False, LOAN_IBAN),
        (PRINTED, LOAN_IBAN, True, LOAN_IBAN),
        ("", LOAN_IBAN, False, LOAN_IBAN),
        ("", LOAN_IBAN, True, LOAN_IBAN),
        (PRINTED, "", False, LOAN_IBAN),
        ("", "", True, ""),
        (LOAN_IBAN, "", True, "linkage_conflict"),
        ("", "", False, "iban_missing"),
        (ANOTHER_IBAN, LOAN_IBAN, False, "loan_iban_differs"),
        (ANOTHER_IBAN, LOAN_IBAN, True, "loan_iban_differs"),
    ],
)
def test_the_account_that_must_pay(given: str, known: str, by_external_id: bool, answer: str) -> None:
    order, loan = a_disbursement_order(debtor_iban=given), a_core_loan(iban=known)
    iban = iban_to_link(order, loan, by_external_id=by_external_id)

    assert (iban.code if isinstance(iban, LinkRefused) else iban) == answer


@pytest.mark.parametrize(
    ("loan", "account", "chosen"),
    [
        (a_core_loan(), a_virtual_account(), AccountChosen(LOAN_IBAN, VIRTUAL_ACCOUNT_ID)),
        (a_core_loan(iban=PRINTED), a_virtual_account(), AccountChosen(LOAN_IBAN, VIRTUAL_ACCOUNT_ID)),
        (an_unlinked_loan(), a_virtual_account(), AccountChosen(LOAN_IBAN, VIRTUAL_ACCOUNT_ID, write_linkage=True)),
        (
            a_core_loan(virtual_account_id=""),
            a_virtual_account(),
            AccountChosen(LOAN_IBAN, VIRTUAL_ACCOUNT_ID, write_linkage=True),
        ),
        (
            a_core_loan(),
            a_virtual_account(owner_name="A Byron"),
            AccountChosen(LOAN_IBAN, VIRTUAL_ACCOUNT_ID, owner_name="Ada Lovelace"),
        ),
    ],
)
def test_an_account_that_exists_is_taken_with_what_must_still_be_written(loan, account, chosen) -> None:
    assert linked(account, loan, "Ada Lovelace") == chosen


def test_a_holder_without_a_name_that_fits_leaves_the_owner_as_it_is() -> None:
    assert linked(a_virtual_account(), a_core_loan(), "$$$").owner_name == ""


def test_an_account_wanted_by_iban_names_the_iban() -> None:
    wanted = account_wanted(an_unlinked_loan(), "Ada Lovelace", LOAN_IBAN)

    assert isinstance(wanted, AccountWanted)
    assert (wanted.iban, wanted.external_id, wanted.owner_name) == (LOAN_IBAN, "", "Ada Lovelace")


def test_an_account_whose_number_the_bank_picks_is_asked_for_by_the_request_key() -> None:
    wanted = account_wanted(an_unlinked_loan(), "Ada Lovelace", "")

    assert isinstance(wanted, AccountWanted)
    assert (wanted.iban, wanted.external_id) == ("", wanted.request_key)


def test_two_disbursements_of_one_loan_ask_for_one_account_and_two_loans_for_two() -> None:
    first, again, other = (
        account_wanted(loan, "Ada Lovelace", "")
        for loan in (an_unlinked_loan(), an_unlinked_loan(), an_unlinked_loan(key="another"))
    )

    assert first == again
    assert first != other


def test_an_account_that_was_refused_is_asked_for_under_another_id() -> None:
    first, second = (account_wanted(an_unlinked_loan(), "Ada Lovelace", "", refusals) for refusals in (0, 1))

    assert isinstance(first, AccountWanted)
    assert isinstance(second, AccountWanted)
    assert first.external_id != second.external_id
    assert first.request_key != second.request_key


def test_a_holder_without_a_name_that_fits_gets_no_account() -> None:
    answer = account_wanted(an_unlinked_loan(), "$$$", "")

    assert isinstance(answer, LinkRefused)
    assert answer.code == "owner_name_invalid"
