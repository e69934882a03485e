"""A virtual account is created after the 202: its number and id come by webhook alone."""

import sqlite3
from typing import Any

from sandbox.clearbank import source, webhooks
from sandbox.clearbank.accounts import UK_BBAN, UK_IBAN, AccountNumber, from_bban, from_iban, is_uk_iban
from sandbox.clearbank.ledger import account_by_id, account_named
from sandbox.clearbank.matching import Subject
from sandbox.clearbank.wire import timestamp
from sandbox.sqlite import insert

Failure = tuple[str, str]  # code, text


def create_virtual_account(db: sqlite3.Connection, detail: dict[str, Any], now: float) -> None:
    """detail: account_id, owner_name, identifier (as in the request), outcome, code, reason."""
    parent = account_by_id(db, detail["account_id"])
    if parent is None:
        raise LookupError("A virtual account was ordered under an account that is not in the ledger.")
    number = _number(db, detail["identifier"], parent["bban"])
    failure = _failure(db, detail, number, parent["bban"])
    virtual_id = source.next_uuid(db)
    version = 2 if detail["outcome"].endswith("_v2") else 3
    payload = _payload(version, virtual_id, number, detail)
    subject: Subject = {
        "iban": [number.iban],
        "externalId": [detail["identifier"].get("externalIdentifier", "")],
        "creditorName": [detail["owner_name"]],
    }
    if failure is None:
        _open(db, virtual_id, number, detail, now)
        payload["TimestampCreated"] = timestamp(now)
        webhooks.enqueue(db, "VirtualAccountCreated", version, payload, subject)
    else:
        payload["Errors"] = [failure[0]] if version == 2 else {failure[0]: failure[1]}
        payload["Timestamp"] = timestamp(now)
        webhooks.enqueue(db, "VirtualAccountCreationFailed", version, payload, subject)


def open_virtual_account(db: sqlite3.Connection, account_id: str, owner_name: str, now: float) -> sqlite3.Row:
    """Open one at once, with a number of the bank's choice."""
    parent = account_by_id(db, account_id)
    if parent is None:
        raise LookupError("There is no such pooled account in the ledger.")
    virtual_id = source.next_uuid(db)
    detail = {"account_id": account_id, "owner_name": owner_name, "identifier": {}}
    _open(db, virtual_id, _number(db, {}, parent["bban"]), detail, now)
    account = account_by_id(db, virtual_id)
    assert account is not None  # noqa: S101  it was inserted just now
    return account


def _number(db: sqlite3.Connection, identifier: dict[str, str], parent_bban: str) -> AccountNumber:
    if identifier.get("iban"):
        return from_iban(identifier["iban"])
    if identifier.get("bban"):
        return from_bban(identifier["bban"])
    if identifier.get("proprietaryIdentifier"):  # country code, sort code and account number
        return from_bban(parent_bban[:4] + identifier["proprietaryIdentifier"][-14:])
    while True:
        number = from_bban(parent_bban[:10] + source.next_digits(db, 8))
        if account_named(db, number) is None:
            return number


def _failure(db: sqlite3.Connection, detail: dict[str, Any], number: AccountNumber, parent_bban: str) -> Failure | None:
    if detail["outcome"].startswith("creation_failed"):
        return detail["code"] or "AccountModulusFailed", detail["reason"] or "The virtual account was not created"
    external_id = detail["identifier"].get("externalIdentifier")
    if external_id and db.execute("SELECT 1 FROM accounts WHERE external_id = ?", (external_id,)).fetchone():
        return "ExternalVirtualAccountIdNotUnique", "External identifier is already in use"
    if not UK_BBAN.fullmatch(number.bban) or not UK_IBAN.fullmatch(number.iban):
        return "AccountIdentifiers", "Account identifier is not a UK account number"
    if not is_uk_iban(number.iban):
        return "AccountIban", "IBAN check digits are wrong"
    if number.bban[:10] != parent_bban[:10]:
        return "SortCodeDoesNotBelongToInstitution", "Sort code does not belong to the institution"
    if account_named(db, number) is not None:
        return "AccountIdentifiers", "Account number is already in use"
    return None


def _open(db: sqlite3.Connection, virtual_id: str, number: AccountNumber, detail: dict[str, Any], now: float) -> None:
    insert(
        db,
        "accounts",
        id=virtual_id,
        parent_id=detail["account_id"],
        name=detail["owner_name"],
        label=detail["owner_name"],
        iban=number.iban,
        bban=number.bban,
        external_id=detail["identifier"].get("externalIdentifier") or None,
        status="Enabled",
        balance_pence=0,
        earmarked_pence=0,
        created_at=now,
        modified_at=now,
    )


def _payload(version: int, virtual_id: str, number: AccountNumber, detail: dict[str, Any]) -> dict[str, Any]:
    owner = detail["owner_name"]
    if version == 2:
        names = {"IBAN": number.iban, "BBAN": number.bban, "AccountName": owner, "AccountHolderLabel": owner}
        return {
            "ClientMoneyAccountId": detail["account_id"],
            "VirtualAccountIdentifiers": names,
            "VirtualAccountId": virtual_id,
        }
    identifier = {"Iban": number.iban, "Bban": number.bban}
    if detail["identifier"].get("externalIdentifier"):
        identifier["ExternalIdentifier"] = detail["identifier"]["externalIdentifier"]
    return {
        "AccountId": detail["account_id"],
        "VirtualAccountId": virtual_id,
        "AccountIdentifier": identifier,
        "OwnerName": owner,
    }
