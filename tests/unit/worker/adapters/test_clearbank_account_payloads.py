import json

import pytest

from services.worker.adapters.clearbank.account_payloads import account_request, disabling_request, owner_name_request
from shared.domain.disbursement import Disbursement
from shared.domain.events import AccountChosen, AccountWanted
from shared.domain.flows import Step, StepRecord
from shared.domain.references import request_key
from tests.builders import LOAN_IBAN, VIRTUAL_ACCOUNT_ID, a_closure, a_confirmed_disbursement, a_linked_disbursement

POOLED = "a1c2e3f4-0000-4000-8000-000000000001"
KEY = "0b8f2f6c-7a8e-4f5c-9f0e-2c2a4c1d9e77"


def wanting(iban: str = "", external_id: str = "") -> Disbursement:
    return a_confirmed_disbursement().apply(AccountWanted("Ada Lovelace", KEY, iban, external_id))


def named(owner_name: str, virtual_account_id: str = VIRTUAL_ACCOUNT_ID) -> Disbursement:
    return a_linked_disbursement(account=AccountChosen(LOAN_IBAN, virtual_account_id, owner_name=owner_name))


@pytest.mark.parametrize(
    ("disbursement", "identifier"),
    [
        (wanting(iban=LOAN_IBAN), {"iban": LOAN_IBAN}),
        (wanting(external_id=KEY), {"externalIdentifier": KEY}),
    ],
)
def test_an_account_is_asked_for_by_its_iban_or_by_our_own_id(
    disbursement: Disbursement, identifier: dict[str, str]
) -> None:
    request = account_request(disbursement, POOLED)
    assert (request.method, request.path, request.key) == ("POST", f"/v2/Accounts/{POOLED}/Virtual", KEY)
    account = {"ownerName": "Ada Lovelace", "accountIdentifier": identifier}
    assert json.loads(request.body) == {"virtualAccounts": [account]}


@pytest.mark.parametrize("disbursement", [a_confirmed_disbursement(), wanting()])
def test_an_account_that_nobody_described_is_not_asked_for(disbursement: Disbursement) -> None:
    with pytest.raises(ValueError, match="names no virtual account to ask for"):
        account_request(disbursement, POOLED)


def test_an_owner_is_renamed_and_nothing_else_is_changed() -> None:
    request = owner_name_request(named("Zoë Müller"), POOLED)
    assert (request.method, request.path) == ("PATCH", f"/v1/accounts/{POOLED}/virtual/{VIRTUAL_ACCOUNT_ID}")
    assert json.loads(request.body) == {"ownerName": "Zoë Müller"}
    assert request.key == request_key(named("").id, Step.AMEND_OWNER)


def test_a_disbursement_without_a_name_to_give_renames_nobody() -> None:
    for disbursement in (a_confirmed_disbursement(), named("")):
        with pytest.raises(ValueError, match="has no owner to name"):
            owner_name_request(disbursement, POOLED)


def test_an_account_is_disabled_without_a_body() -> None:
    closure = a_closure(virtual_account_id=VIRTUAL_ACCOUNT_ID)
    request = disabling_request(closure, POOLED)
    assert (request.method, request.path) == ("DELETE", f"/v1/accounts/{POOLED}/virtual/{VIRTUAL_ACCOUNT_ID}")
    assert request.body == ""
    assert request.key == request_key(closure.id, Step.DISABLE_ACCOUNT)


def test_an_attempt_that_a_person_asked_for_has_a_request_id_of_its_own() -> None:
    closure = a_closure(virtual_account_id=VIRTUAL_ACCOUNT_ID)
    again = closure.with_step(Step.DISABLE_ACCOUNT, StepRecord(generation=2))
    renamed = named("Ada").with_step(Step.AMEND_OWNER, StepRecord(generation=2))
    assert disabling_request(again, POOLED).key == request_key(closure.id, Step.DISABLE_ACCOUNT, 2)
    assert owner_name_request(renamed, POOLED).key == request_key(renamed.id, Step.AMEND_OWNER, 2)


@pytest.mark.parametrize("written", ["", "..", "../..", "a/b", "a?b", "ä", "v" * 65])
def test_what_a_custom_field_holds_never_leads_to_another_path(written: str) -> None:
    with pytest.raises(ValueError, match="no id of an account"):
        disabling_request(a_closure(virtual_account_id=written), POOLED)
    with pytest.raises(ValueError, match="no id of an account"):
        owner_name_request(named("Ada", written), POOLED)
