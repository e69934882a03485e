"""Mambu's JSON as our records. Unknown properties are normal; custom fields come back with detailsLevel FULL only."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.worker.adapters.mambu.fields import MambuNames
from shared.domain.core_records import CoreHolder, CoreLoan, CoreTransaction
from shared.domain.events import Address
from shared.domain.money import AmountError, pence_from_number
from shared.domain.schemes import Scheme, fit_text

_COUNTRY_WORDS = {
    "UK": "GB",
    "UNITED KINGDOM": "GB",
    "GREAT BRITAIN": "GB",
    "ENGLAND": "GB",
    "SCOTLAND": "GB",
    "WALES": "GB",
    "NORTHERN IRELAND": "GB",
}


def transaction(body: Mapping[str, Any]) -> CoreTransaction:
    """A LoanTransaction. Raises KeyError, TypeError or ValueError when it is not one."""
    details = body.get("transactionDetails") or {}
    return CoreTransaction(
        key=str(body["encodedKey"]),
        id=str(body.get("id", "")),
        type=str(body["type"]),
        amount_pence=pence_from_number(Decimal(body["amount"])),
        channel=str(details.get("transactionChannelId", "")),
        loan_key=str(body.get("parentAccountKey", "")),
        adjusted=bool(body.get("adjustmentTransactionKey")),
    )


def loan(body: Mapping[str, Any], names: MambuNames) -> CoreLoan:
    """A LoanAccount with its linkage. Raises KeyError or TypeError when it is not one."""
    ours = body.get(names.loan_set) or {}
    currency = body.get("currency") or {}
    return CoreLoan(
        key=str(body["encodedKey"]),
        id=str(body["id"]),
        state=str(body["accountState"]),
        currency=str(currency.get("code", "GBP")),
        holder_type=str(body.get("accountHolderType", "CLIENT")),
        holder_key=str(body.get("accountHolderKey", "")),
        iban=str(ours.get(names.loan_iban) or ""),
        virtual_account_id=str(ours.get(names.loan_virtual_account_id) or ""),
        amount_pence=_whole_pence(body.get("loanAmount")),
        assigned_user_key=str(ours.get(names.loan_assigned_user) or ""),
    )


def holder(body: Mapping[str, Any]) -> CoreHolder:
    """A client (its names joined: there is no full name) or a group, with the first address that the bank can use."""
    parts = (body.get("firstName"), body.get("middleName"), body.get("lastName"))
    name = str(body.get("groupName") or " ".join(str(part) for part in parts if part))
    addresses = (_address(address) for address in body.get("addresses") or [])
    return CoreHolder(" ".join(name.split()), next((address for address in addresses if address), None))


def _whole_pence(amount: Any) -> int | None:
    """None too for an amount with parts of a penny, as no payment equals it."""
    try:
        return None if amount is None else pence_from_number(Decimal(amount))
    except AmountError:
        return None


def _address(body: Mapping[str, Any]) -> Address | None:
    """None without what CHAPS demands, in its characters. The country is free text in Mambu; none given is GB."""
    word = str(body.get("country") or "GB").strip().upper()
    country = _COUNTRY_WORDS.get(word, word)
    town, post_code = str(body.get("city") or "").strip(), str(body.get("postcode") or "").strip()
    is_code = len(country) == 2 and country.isascii() and country.isalpha()
    if not (is_code and fit_text(town, Scheme.CHAPS, 35) and fit_text(post_code, Scheme.CHAPS, 16)):
        return None
    return Address(country, town, post_code, str(body.get("line1") or "").strip(), str(body.get("line2") or "").strip())
