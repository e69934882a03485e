"""Virtual accounts created or not (ClearBank docs: virtual-account-created and -creation-failed, v2, v3)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.worker.adapters.clearbank.errors import errors_in
from shared.domain.accounts import normal_iban
from shared.domain.events import AccountCreated, AccountRefused
from shared.domain.meanings import AccountReport, Meaning, Unrecognised
from shared.domain.webhook_envelope import account_identifier, field, text_field


def _created(content: Any) -> Sequence[Meaning]:
    virtual_account_id, iban = text_field(content, "VirtualAccountId"), _number(content, "IBAN")
    if not virtual_account_id or not iban:
        reason = "a virtual account was created, and its webhook names no VirtualAccountId or no IBAN"
        return [Unrecognised("account_created_incomplete", reason)]
    return [AccountReport(_references(content), AccountCreated(virtual_account_id, iban), _owner_name(content))]


def _creation_failed(content: Any) -> Sequence[Meaning]:
    references, errors = _references(content), errors_in(field(content, "Errors"))
    if not references and not _owner_name(content):
        reason = "a virtual account was not created, and its webhook names neither external id, number nor owner"
        return [Unrecognised("account_failed_incomplete", reason)]
    code = next((error.code for error in errors if error.code), "unknown")
    reason = "; ".join(map(str, errors)) or "the bank gave no reason"
    return [AccountReport(references, AccountRefused(code, reason), _owner_name(content))]


def _references(content: Any) -> tuple[str, ...]:
    """What the account may have been asked for by. The external id is kept as we made it."""
    found = (account_identifier(content, "ExternalIdentifier"), _number(content, "IBAN"), _number(content, "BBAN"))
    return tuple(dict.fromkeys(reference for reference in found if reference))


def _owner_name(content: Any) -> str:
    """Only where no external id says more."""
    if account_identifier(content, "ExternalIdentifier"):
        return ""
    return text_field(content, "OwnerName") or account_identifier(content, "AccountName")


def _number(content: Any, name: str) -> str:
    return normal_iban(account_identifier(content, name))


READERS: Mapping[str, Callable[[Any], Sequence[Meaning]]] = {
    "VirtualAccountCreated": _created,
    "VirtualAccountCreationFailed": _creation_failed,
}
