import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.worker.adapters.mambu.payloads import repayment_request, reversal_request, status_request, tenant_time
from shared.domain.core_records import TransactionStatus
from tests.builders import CREDITOR_IBAN, LOAN_IBAN, TRANSACTION_KEY, a_disbursement, a_repayment, a_settled_credit
from tests.unit.worker.adapters.mambus import names

NAMES = names()
UUID_VERSION_4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def repayment_body(amount: str = "88.50", **changed: Any):
    """Numbers stay as they were written."""
    repayment = a_repayment(a_settled_credit(amount, **changed), loan_id="LOAN1")
    return json.loads(repayment_request(repayment, NAMES).body, parse_float=str)


def test_a_repayment_carries_channel_external_id_and_all_seven_fields() -> None:
    settled_at = datetime(2026, 3, 2, 9, 30, 5, 964000, tzinfo=UTC)
    assert repayment_body(settled_at=settled_at) == {
        "amount": "88.50",
        "externalId": "0b8f2f6c-7a8e-4f5c-9f0e-2c2a4c1d9e77",
        "transactionDetails": {"transactionChannelId": "CB_Loan_Repayment_FPS"},
        "_ClearBank_Transaction_By_Channe": {
            "creditorIBAN": LOAN_IBAN,
            "creditorName": "Ada Lovelace",
            "debtorIBAN": CREDITOR_IBAN,
            "debtorName": "A Lovelace",
            "paymentReference": "March",
            "transactionEndToEndId": "salary-march",
            "transactionStatus": "Settled",
        },
        "valueDate": "2026-03-02T09:30:05+00:00",
    }


def test_it_is_posted_to_its_loan_under_a_key_of_version_4() -> None:
    request = repayment_request(a_repayment(loan_id="LOAN 1/2"), NAMES)
    assert (request.method, request.path) == ("POST", "/loans/LOAN%201%2F2/repayment-transactions")
    assert request.key == repayment_request(a_repayment(loan_id="LOAN 1/2"), NAMES).key

    assert re.fullmatch(UUID_VERSION_4, request.key)


@pytest.mark.parametrize(("amount", "written"), [("0.01", "0.01"), ("88.5", "88.50"), ("1,000,000", "1000000.00")])
def test_the_amount_is_a_number_with_two_decimals(amount: str, written: str) -> None:
    assert repayment_body(amount)["amount"] == written


def test_no_custom_field_is_ever_empty() -> None:
    empty = dict.fromkeys(("account_name", "payer_iban", "payer_name", "reference", "end_to_end_id"), "")
    fields = repayment_body(**empty)["_ClearBank_Transaction_By_Channe"]
    assert fields == {"creditorIBAN": LOAN_IBAN, "transactionStatus": "Settled"}


def test_without_a_time_of_settlement_mambu_takes_now() -> None:
    assert "valueDate" not in repayment_body(settled_at=None)


@pytest.mark.parametrize(
    ("scheme", "channel"),
    [
        ("FasterPayments", "CB_Loan_Repayment_FPS"),
        ("Transfer", "CB_Loan_Repayment_FPS"),
        ("", "CB_Loan_Repayment_FPS"),
        ("Chaps", "CB_Loan_Repayment_CHAPS"),
    ],
)
def test_the_channel_follows_the_scheme(scheme: str, channel: str) -> None:
    assert repayment_body(scheme=scheme)["transactionDetails"] == {"transactionChannelId": channel}


def test_a_transaction_id_that_mambu_would_refuse_becomes_one_it_takes() -> None:
    external_id = repayment_body(transaction_id="with spaces and ä, and far too long for a field of thirty-six")[
        "externalId"
    ]
    assert len(external_id) == 36
    assert external_id.isalnum()


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
    assert tenant_time(datetime.fromisoformat(utc).replace(tzinfo=UTC), names(zone)) == written


@pytest.mark.parametrize("status", TransactionStatus)
def test_a_status_is_written_by_the_v1_call(status: TransactionStatus) -> None:
    request = status_request(a_disbursement(), status, NAMES)
    assert request.method == "PATCH"
    assert request.path == f"/loans/LOAN1/transactions/{TRANSACTION_KEY}/custominformation"
    field = {"customFieldID": "transactionStatus", "value": status.value}
    assert json.loads(request.body) == {"customInformation": [field]}


def test_each_status_has_a_key_of_its_own() -> None:
    keys = {status_request(a_disbursement(), status, NAMES).key for status in TransactionStatus}
    assert len(keys) == len(TransactionStatus)


def test_a_reversal_says_why_in_at_most_255_characters() -> None:
    request = reversal_request(replace(a_disbursement(), failure="AC04: closed"))
    assert (request.method, request.path) == ("POST", f"/loans/transactions/{TRANSACTION_KEY}:adjust")
    assert json.loads(request.body) == {"notes": "Payment not made: AC04: closed"}
    long = json.loads(reversal_request(replace(a_disbursement(), failure="x" * 999)).body)
    assert len(long["notes"]) == 255
