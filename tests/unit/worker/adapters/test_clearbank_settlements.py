from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.worker.adapters.clearbank.webhooks.values import timestamp
from shared.domain.meanings import Meaning, Unrecognised
from shared.domain.settlement import Direction, Settlement
from tests.unit.worker.adapters.bank_webhooks import meanings, only_meaning

CREATED_AT = datetime(2025, 4, 19, 10, 2, 58, tzinfo=UTC)
SETTLED_AT = datetime(2025, 4, 19, 10, 3, 0, 964000, tzinfo=UTC)
PAYLOAD: dict[str, Any] = {
    "TransactionId": "t-1",
    "Status": "Settled",
    "Scheme": "FasterPayments",
    "EndToEndTransactionId": "e2e",
    "Amount": 88.52,
    "TimestampCreated": "2025-04-19T10:02:58",
    "TimestampSettled": "2025-04-19T10:03:00.964Z",
    "DebitCreditCode": "Credit",
    "Reference": " LOAN1 ",
    "IsReturn": False,
    "Account": {"IBAN": "GB00CUBK11223312345678", "OwnerName": "JOHN DOE"},
    "CounterpartAccount": {
        "IBAN": "GB00CUBK44556687654321",
        "OwnerName": "Not Provided",
        "TransactionOwnerName": "JANE DOE",
    },
    "ActualEndToEndTransactionId": "fpid-1",
}
SETTLEMENT = Settlement(
    transaction_id="t-1",
    direction=Direction.CREDIT,
    amount_pence=8852,
    currency="GBP",
    account_iban="GB00CUBK11223312345678",
    end_to_end_id="e2e",
    scheme="FasterPayments",
    account_name="JOHN DOE",
    counterpart_iban="GB00CUBK44556687654321",
    counterpart_name="JANE DOE",
    reference="LOAN1",
    scheme_id="fpid-1",
    created_at=CREATED_AT,
    settled_at=SETTLED_AT,
)


def settled(**changed: Any) -> Meaning:
    """None leaves a field out."""
    payload = {key: value for key, value in (PAYLOAD | changed).items() if value is not None}
    return only_meaning("TransactionSettled", payload)


@pytest.mark.parametrize(("word", "direction"), [("Credit", Direction.CREDIT), ("Debit", Direction.DEBIT)])
@pytest.mark.parametrize("is_return", [True, False])
def test_money_that_moved_is_a_settlement_in_or_out_paid_or_returned(
    word: str, direction: Direction, *, is_return: bool
) -> None:
    expected = replace(SETTLEMENT, direction=direction, is_return=is_return)
    assert settled(DebitCreditCode=word, IsReturn=is_return) == expected


def test_a_return_names_the_payment_it_sends_back_and_why() -> None:
    rows = [
        {"Name": "PaymentType", "Value": "x"},
        {"Name": "ReturnedPaymentFpId", "Value": "fpid-0"},
        {"Name": "PaymentReturnCode", "Value": ""},
        {"Name": "PaymentReturnCode", "Value": "AC04"},
    ]
    expected = replace(SETTLEMENT, is_return=True, returned_scheme_id="fpid-0", return_code="AC04")
    assert settled(IsReturn=True, SupplementaryData=rows) == expected


@pytest.mark.parametrize("rows", [None, [], "none", [7], [{"Name": "PaymentReturnCode"}]])
def test_a_return_without_a_reason_is_a_return(rows: Any) -> None:
    assert settled(IsReturn=True, SupplementaryData=rows) == replace(SETTLEMENT, is_return=True)


@pytest.mark.parametrize("word", ["True", "true"])
def test_a_return_may_be_written_as_a_word(word: str) -> None:
    assert settled(IsReturn=word) == replace(SETTLEMENT, is_return=True)
    assert settled(IsReturn="False") == SETTLEMENT


def test_a_bacs_credit_keeps_its_bacs_id() -> None:
    expected = replace(SETTLEMENT, scheme="Bacs", bacs_transaction_id="b-1")
    assert settled(Scheme="Bacs", BacsTransactionId="b-1") == expected


def test_keys_in_another_case_are_read_all_the_same() -> None:
    payload = {"transactionId": "t-1", "debitcreditcode": "CREDIT", "amount": 1, "account": {"Iban": "GB1"}}
    expected = Settlement(
        transaction_id="t-1", direction=Direction.CREDIT, amount_pence=100, currency="GBP", account_iban="GB1"
    )
    assert meanings("TransactionSettled", payload) == [expected]


@pytest.mark.parametrize(
    ("balance", "balance_pence"),
    [(739, 73_900), (0, 0), (-2.5, -250), (1.005, None), ("739", None), (True, None), (None, None)],
)
def test_a_balance_is_told_when_it_can_be_read_and_stops_no_money_when_not(
    balance: Any, balance_pence: int | None
) -> None:
    account = {**PAYLOAD["Account"], "Balance": balance}
    assert settled(Account=account) == replace(SETTLEMENT, balance_pence=balance_pence)


def test_a_currency_that_is_named_is_kept() -> None:
    assert settled(CurrencyCode="EUR") == replace(SETTLEMENT, currency="EUR")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"TransactionId": None}, "settled_incomplete"),
        ({"DebitCreditCode": None}, "settled_incomplete"),
        ({"DebitCreditCode": "Sideways"}, "settled_incomplete"),
        ({"Amount": None}, "amount_missing"),
        ({"Amount": "88.52"}, "amount_invalid"),
        ({"Amount": True}, "amount_invalid"),
        ({"Amount": 88.525}, "amount_invalid"),
        ({"Amount": 0}, "amount_invalid"),
        ({"Amount": -88.52}, "amount_invalid"),
    ],
)
@pytest.mark.parametrize("direction", ["Credit", "Debit"])
def test_a_settlement_that_lacks_what_matters_is_for_a_person(
    changed: dict[str, Any], code: str, direction: str
) -> None:
    meaning = settled(**{"DebitCreditCode": direction} | changed)
    assert isinstance(meaning, Unrecognised)
    assert meaning.code == code


@pytest.mark.parametrize("payload", [None, "text", [], {}, {"Account": "text"}])
def test_a_payload_of_another_shape_is_for_a_person(payload: Any) -> None:
    assert isinstance(only_meaning("TransactionSettled", payload), Unrecognised)


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("", 0),
        (".9", 900000),
        (".96", 960000),
        (".964", 964000),
        (".9641", 964100),
        (".96412", 964120),
        (".964123", 964123),
        (".9641234", 964123),
    ],
)
@pytest.mark.parametrize("zone", ["Z", ""])
def test_a_time_may_have_up_to_seven_digits_and_no_zone(text: str, microseconds: int, zone: str) -> None:
    assert timestamp(f"2025-04-19T10:03:00{text}{zone}") == SETTLED_AT.replace(microsecond=microseconds)


@pytest.mark.parametrize("fraction", ["", ".964"])
def test_a_time_with_an_offset_is_put_into_utc(fraction: str) -> None:
    moment = timestamp(f"2025-04-19T11:03:00{fraction}+01:00")
    assert moment is not None
    assert moment.replace(microsecond=0) == SETTLED_AT.replace(microsecond=0)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("text", ["", "2024-01-01T012:22:17.4", "yesterday", "2025-13-01T00:00:00Z"])
def test_a_time_that_cannot_be_read_does_not_stop_the_money(text: str) -> None:
    assert timestamp(text) is None
    assert settled(TimestampSettled=text, TimestampCreated=text) == replace(
        SETTLEMENT, settled_at=None, created_at=None
    )
