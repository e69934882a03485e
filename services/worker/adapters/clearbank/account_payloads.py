"""Orders about virtual accounts as the exact bytes of ClearBank requests (ClearBank docs: sterling-v2, sterling-v1)."""

import re

import simplejson

from shared.domain.closure import Closure
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Request, Step
from shared.domain.references import request_key

_ACCOUNT_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)


def account_id(text: str) -> str:
    """An account's id as it may stand in a path. Raises ValueError: a lender can write anything into a custom field,
    and a path that ends in `..` would speak of the pooled account instead.
    """
    if not _ACCOUNT_ID.fullmatch(text):
        raise ValueError(f"{text[:64]!r} is no id of an account at the bank, which has letters, digits and hyphens")
    return text


def account_request(disbursement: Disbursement, pooled_account_id: str) -> Request:
    """The virtual account that the disbursement wants. The answer gives no id: its creation is told by webhook."""
    wanted = disbursement.wanted
    if wanted is None or not (wanted.iban or wanted.external_id):
        raise ValueError(f"{disbursement.id} is {disbursement.state} and names no virtual account to ask for")
    identifier = {"iban": wanted.iban} if wanted.iban else {"externalIdentifier": wanted.external_id}
    body = {"virtualAccounts": [{"ownerName": wanted.owner_name, "accountIdentifier": identifier}]}
    return Request("POST", f"/v2/Accounts/{pooled_account_id}/Virtual", _json(body), wanted.request_key)


def owner_name_request(disbursement: Disbursement, pooled_account_id: str) -> Request:
    """Nothing but the name: the legal owner's type and relationship stay as the bank has them."""
    account = disbursement.account
    if account is None or not account.owner_name:
        raise ValueError(f"{disbursement.id} is {disbursement.state} and has no owner to name")
    return Request(
        "PATCH",
        _path(pooled_account_id, account.virtual_account_id),
        _json({"ownerName": account.owner_name}),
        request_key(disbursement.id, Step.AMEND_OWNER, disbursement.step(Step.AMEND_OWNER).generation),
    )


def disabling_request(closure: Closure, pooled_account_id: str) -> Request:
    """No body, and so no signature. The account stays listed as Disabled."""
    return Request(
        "DELETE",
        _path(pooled_account_id, closure.virtual_account_id),
        "",
        request_key(closure.id, Step.DISABLE_ACCOUNT, closure.step(Step.DISABLE_ACCOUNT).generation),
    )


def _path(pooled_account_id: str, virtual_account_id: str) -> str:
    return f"/v1/accounts/{pooled_account_id}/virtual/{account_id(virtual_account_id)}"


def _json(body: object) -> str:
    return str(simplejson.dumps(body, separators=(",", ":")))
