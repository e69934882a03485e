"""What a posting may say: the bodies of disbursements and repayments, read strictly."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.mambu.channels import named_channel
from sandbox.mambu.core import Core
from sandbox.mambu.custom_fields import taken_sets
from sandbox.mambu.dates import tenant_date_time
from sandbox.mambu.errors import Code, Refusal, invalid

_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_-]{1,36}", re.ASCII)
MOST_NOTES = 255
# Products, instalments, fees and deposits are not simulated: these are known and left alone.
COMMON = frozenset({"amount", "valueDate", "bookingDate", "externalId", "notes", "transactionDetails"})
COMMON |= {"originalCurrencyCode", "transferDetails"}
DISBURSEMENT = COMMON | {"firstRepaymentDate", "fees", "shiftAdjustableInterestPeriods"}
REPAYMENT = COMMON | {"installmentEncodedKey", "customPaymentAmounts", "prepaymentRecalculationMethod"}
REPAYMENT |= {"advanceRepayment", "principalOverpaymentAmount"}


@dataclass(frozen=True)
class Posting:
    amount: Decimal | None
    value_date: datetime | None
    booking_date: datetime | None
    external_id: str | None
    notes: str | None
    currency: str | None
    channel: Mapping[str, str]  # transactionDetails, completed
    custom_fields: Mapping[str, Mapping[str, str]]


def posting_from(core: Core, body: Any, known: frozenset[str]) -> Posting:
    """Raises Refusal."""
    if not isinstance(body, dict):
        raise invalid("the body must be an object")
    if unknown := sorted(name for name in body if name not in known and not name.startswith("_")):
        raise invalid(f"unknown: {', '.join(unknown)}")
    zone, names = core.settings.zone, core.settings.names
    for name in ("valueDate", "bookingDate", "firstRepaymentDate"):
        if body.get(name) is not None:
            tenant_date_time(body[name], name, zone)
    posting = Posting(
        amount=amount_from(body.get("amount")),
        value_date=_moment(body.get("valueDate")),
        booking_date=_moment(body.get("bookingDate")),
        external_id=_external_id(body.get("externalId")),
        notes=notes_from(body.get("notes")),
        currency=body.get("originalCurrencyCode"),
        channel=named_channel(core, body.get("transactionDetails")),
        custom_fields=taken_sets(body, {names.transaction_set: set(names.transaction_fields.values())}),
    )
    _check_together(posting, is_transfer=body.get("transferDetails") is not None)
    return posting


def amount_from(value: Any) -> Decimal | None:
    """A JSON number above zero; up to 10 decimals are allowed elsewhere, but pounds have two. Raises Refusal."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise invalid("amount must be a number")
    amount = Decimal(value)
    if amount <= 0 or amount != amount.quantize(Decimal("0.01")):
        raise Refusal(Code.INVALID_AMOUNT, "amount must be above zero, with at most two decimals")
    return amount


def notes_from(value: Any) -> str | None:
    """Raises Refusal."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise invalid("notes must be a text")
    if len(value) > MOST_NOTES:
        raise Refusal(Code.MAX_TEXT_LENGTH_EXCEEDED, f"notes may have {MOST_NOTES} characters")
    return value


def _external_id(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _EXTERNAL_ID.fullmatch(value):
        raise invalid("externalId may have 36 characters: letters, digits, - and _")
    return value


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _check_together(posting: Posting, *, is_transfer: bool) -> None:
    if posting.booking_date and posting.value_date and posting.booking_date < posting.value_date:
        raise Refusal(Code.BOOKING_DATE_BEFORE_VALUE_DATE)
    if is_transfer and posting.custom_fields:
        raise Refusal(Code.CUSTOM_FIELDS_NOT_FOR_TRANSFERS)
    if posting.custom_fields and not posting.channel:
        raise Refusal(Code.CUSTOM_FIELDS_NEED_CHANNEL_PROVIDED)
