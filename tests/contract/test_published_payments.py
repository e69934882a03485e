"""The bodies of what we ask of the bank against its own contract files."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.worker.adapters.clearbank.account_payloads import account_request, disabling_request, owner_name_request
from services.worker.adapters.clearbank.payloads import PaymentTerms, payment_request
from services.worker.adapters.clearbank.return_payloads import return_request
from services.worker.adapters.mambu.records import holder
from shared.domain.confirmation import confirm
from shared.domain.disbursement import Disbursement
from shared.domain.events import AccountChosen, AccountWanted, Confirmed, Routed
from shared.domain.flows import Request
from shared.domain.linkage import owner_name
from shared.domain.returns import RETURN_REASONS
from shared.domain.routing import route
from tests.builders import (
    CHANNELS,
    LOAN_IBAN,
    OPERATING_IBAN,
    VIRTUAL_ACCOUNT_ID,
    a_closure,
    a_confirmed_disbursement,
    a_core_loan,
    a_core_transaction,
    a_linked_disbursement,
    a_repayment,
    a_settled_credit,
)
from tests.builders import a_disbursement_order as an_order
from tests.contract.published import needs_contracts, paths_of, schema_of, validator_of

pytestmark = needs_contracts

CONTRACTS = {
    "FPS": ("fps-initiate-payment-v3.json", "BatchCreateCreditTransferRequest"),
    "CHAPS": ("chaps-v6.json", "CreateCustomerPaymentDtoV6"),
}
BOTH_SCHEMES = pytest.mark.parametrize("scheme", CONTRACTS)


def body_of(disbursement: Disbursement) -> Any:
    return json.loads(payment_request(disbursement, PaymentTerms(OPERATING_IBAN)).body)


def faults_of(scheme: str, body: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator_of(*CONTRACTS[scheme]).iter_errors(body)]


@BOTH_SCHEMES
def test_a_payment_with_everything_fits_the_contract(scheme: str) -> None:
    assert faults_of(scheme, body_of(a_linked_disbursement(an_order(scheme=scheme)))) == []


@BOTH_SCHEMES
def test_a_payment_from_a_virtual_account_fits_the_contract(scheme: str) -> None:
    account = AccountChosen(LOAN_IBAN, VIRTUAL_ACCOUNT_ID)
    assert faults_of(scheme, body_of(a_linked_disbursement(an_order(scheme=scheme), account))) == []


@BOTH_SCHEMES
def test_a_payment_with_nothing_optional_fits_the_contract(scheme: str) -> None:
    order = an_order(scheme=scheme, payment_reference="", debtor_name="", debtor_iban="")
    assert faults_of(scheme, body_of(a_linked_disbursement(order))) == []


def test_the_validator_sees_what_it_must() -> None:
    body = body_of(a_linked_disbursement())
    body["paymentInstructions"] *= 11
    assert any("at most 10" in fault for fault in faults_of("FPS", body))
    body["paymentInstructions"] = []
    assert any("at least 1" in fault for fault in faults_of("FPS", body))
    assert faults_of("CHAPS", {})


_names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)
_lines = st.just("") | st.text(st.characters(codec="utf-8"), max_size=200)
_countries = st.sampled_from(["", "UK", "gb", "Scotland", "FR"]) | st.text(max_size=2)


@BOTH_SCHEMES
@settings(max_examples=150, deadline=None)
@given(
    name=_names,
    debtor=_lines,
    reference=_lines,
    town=_names,
    post_code=_names,
    more=st.tuples(_lines, _lines, _countries),
)
def test_whatever_the_core_holds_as_text_fits_the_contract_once_it_is_routed_and_confirmed(
    scheme: str, name: str, debtor: str, reference: str, town: str, post_code: str, more: tuple[str, str, str]
) -> None:
    order = an_order(scheme=scheme, creditor_name=name, debtor_name=debtor, payment_reference=reference)
    routed = route(order, CHANNELS)
    person = {"firstName": "Ada", "lastName": name}
    place = {"city": town, "postcode": post_code, **dict(zip(("line1", "line2", "country"), more, strict=True))}
    assume(isinstance(routed, Routed))
    assert isinstance(routed, Routed)
    who = holder(person | {"addresses": [place]})
    confirmation = confirm(order, routed, a_core_transaction(order), a_core_loan(order.loan_id), who, None)
    assume(isinstance(confirmation, Confirmed))
    assert isinstance(confirmation, Confirmed)
    payment = replace(a_linked_disbursement(order), route=routed, confirmation=confirmation)
    assert faults_of(scheme, body_of(payment)) == []


POOLED = "a1c2e3f4-0000-4000-8000-000000000001"
ACCOUNTS_V2 = "ClearBank.FI.API.Accounts.Versions.V2.Models.Binding.VirtualAccounts.CreateVirtualAccountsRequest"
ACCOUNTS_V1 = "ClearBank.FI.API.Accounts.Versions.V1.Models.Binding.VirtualAccounts.UpdateVirtualAccountRequest"

BACS_RETURNS = "ClearBank.FI.API.Versions.V1.Models.Binding.Mandates.TransactionReturnsRequest"


def faults_in(request: Request, file_name: str, schema_name: str) -> list[str]:
    body = json.loads(request.body)
    return [f"{error.json_path}: {error.message}" for error in validator_of(file_name, schema_name).iter_errors(body)]


@settings(max_examples=150, deadline=None)
@given(name=_names)
def test_whatever_the_core_calls_a_holder_fits_the_contract_as_an_owner_name(name: str) -> None:
    fitted = owner_name(name)
    assume(fitted)
    wanting = a_confirmed_disbursement().apply(AccountWanted(fitted, "key-1", LOAN_IBAN))
    renamed = a_linked_disbursement(account=AccountChosen(LOAN_IBAN, VIRTUAL_ACCOUNT_ID, owner_name=fitted))
    assert faults_in(account_request(wanting, POOLED), "sterling-v2.json", ACCOUNTS_V2) == []
    assert faults_in(owner_name_request(renamed, POOLED), "sterling-v1.json", ACCOUNTS_V1) == []


def test_an_account_asked_for_by_our_own_id_fits_the_contract() -> None:
    wanting = a_confirmed_disbursement().apply(AccountWanted("Ada", "key-1", external_id="key-1"))
    assert faults_in(account_request(wanting, POOLED), "sterling-v2.json", ACCOUNTS_V2) == []


def a_return(scheme: str, reason: str) -> Request:
    return return_request(a_repayment(a_settled_credit(scheme=scheme), return_reason=reason), POOLED)


@pytest.mark.parametrize("reason", sorted(RETURN_REASONS["Chaps"]))
def test_a_chaps_return_fits_the_contract_with_each_of_our_reasons(reason: str) -> None:
    assert faults_in(a_return("Chaps", reason), "chaps-v6.json", "CreateReturnPaymentDtoV6") == []


def test_a_faster_payment_return_fits_the_contract() -> None:
    request = a_return("FasterPayments", "Other")
    assert faults_in(request, "fps-initiate-payment-v3.json", "CreateReturnCreditTransferRequest") == []


def test_a_bacs_return_fits_the_contract() -> None:
    assert faults_in(a_return("Bacs", "5"), "v1.json", BACS_RETURNS) == []


def test_the_reasons_for_a_faster_payment_return_are_the_contracts() -> None:
    """The file lists them in words, not as an enumeration."""
    instruction = schema_of("fps-initiate-payment-v3.json", "PaymentReturnInstruction")
    listed = instruction["properties"]["ReasonForReturn"]["description"].partition("[")[2].partition("]")[0]
    assert {word.strip() for word in listed.split(",")} == RETURN_REASONS["FasterPayments"]


def test_each_path_and_method_is_the_contracts() -> None:
    renamed = a_linked_disbursement(account=AccountChosen(LOAN_IBAN, VIRTUAL_ACCOUNT_ID, owner_name="Ada"))
    wanting = a_confirmed_disbursement().apply(AccountWanted("Ada", "key-1", LOAN_IBAN))
    requests = (
        payment_request(a_linked_disbursement(), PaymentTerms(OPERATING_IBAN)),
        payment_request(a_linked_disbursement(an_order(scheme="CHAPS")), PaymentTerms(OPERATING_IBAN)),
        account_request(wanting, POOLED),
        owner_name_request(renamed, POOLED),
        disabling_request(a_closure(virtual_account_id=VIRTUAL_ACCOUNT_ID), POOLED),
        a_return("FasterPayments", "Other"),
        a_return("Chaps", "AC04"),
        a_return("Bacs", "5"),
    )
    files = ("v1.json", "fps-initiate-payment-v3.json", "chaps-v6.json", "sterling-v1.json", "sterling-v2.json")
    published = {path for file_name in files for path in paths_of(file_name)}
    for request in requests:
        path = request.path.replace(POOLED, "{accountId}").replace(VIRTUAL_ACCOUNT_ID, "{virtualAccountId}")
        assert (request.method, path) in published
