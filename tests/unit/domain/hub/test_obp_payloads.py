"""What a receiver written for the Open Bank Project gets, to the letter."""

import json

import pytest

from shared.domain.hub.obp_payloads import account_payload, amount_text, transaction_payload
from shared.domain.hub.triggers import ACCOUNT_TRIGGERS, Trigger


@pytest.mark.parametrize("trigger", sorted(ACCOUNT_TRIGGERS))
def test_an_account_event_has_amount_and_balance_with_their_currency(trigger: Trigger) -> None:
    assert account_payload(trigger, "e-1", "gh.29.uk", "GB29", 5000, 73_900, "EUR") == (
        f'{{"event_name":"{trigger.value}","event_id":"e-1","bank_id":"gh.29.uk","account_id":"GB29",'
        '"amount":"50.00 EUR","balance":"739.00 EUR"}'
    )


def test_a_debit_is_negative() -> None:
    read = json.loads(account_payload(Trigger.ON_DEBIT_TRANSACTION, "e", "b", "a", -5, -1))

    assert (read["amount"], read["balance"]) == ("-0.05 GBP", "-0.01 GBP")


def test_a_balance_that_is_not_known_is_empty_and_one_of_nought_is_not() -> None:
    unknown, nought = (account_payload(Trigger.ON_BALANCE_CHANGE, "e", "b", "a", 1, pence) for pence in (None, 0))

    assert json.loads(unknown)["balance"] == ""
    assert json.loads(nought)["balance"] == "0.00 GBP"


def test_a_created_transaction_names_itself_and_no_amount() -> None:
    assert transaction_payload("e-1", "gh.29.uk", "GB29", "t-1") == (
        '{"event_name":"OnCreateTransaction","event_id":"e-1","bank_id":"gh.29.uk","account_id":"GB29",'
        '"transaction_id":"t-1","related_entities":[]}'
    )


@pytest.mark.parametrize(
    ("pence", "currency", "text"),
    [
        (5000, "GBP", "50.00"),
        (5, "GBP", "0.05"),
        (0, "GBP", "0.00"),
        (-123_456, "EUR", "-1234.56"),
        (5000, "JPY", "5000"),
        (5000, "CZK", "5000"),
        (-5000, "KRW", "-5000"),
        (5000, "KWD", "5.000"),
        (5, "OMR", "0.005"),
        (10**20, "GBP", "1000000000000000000.00"),
    ],
)
def test_amounts_have_the_places_of_their_currency(pence: int, currency: str, text: str) -> None:
    assert amount_text(pence, currency) == text
