"""The bodies of our payments against the bank's own contract files."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.worker.adapters.clearbank.payloads import PaymentTerms, payment_request
from services.worker.adapters.mambu.records import holder
from shared.domain.confirmation import confirm
from shared.domain.disbursement import Disbursement
from shared.domain.events import Confirmed, Routed
from shared.domain.routing import route
from tests.builders import CHANNELS, OPERATING_IBAN, a_confirmed_disbursement, a_core_loan, a_core_transaction
from tests.builders import a_disbursement_order as an_order
from tests.contract.published import needs_contracts, validator_of

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
    assert faults_of(scheme, body_of(a_confirmed_disbursement(an_order(scheme=scheme)))) == []


@BOTH_SCHEMES
def test_a_payment_with_nothing_optional_fits_the_contract(scheme: str) -> None:
    order = an_order(scheme=scheme, payment_reference="", debtor_name="", debtor_iban="")
    assert faults_of(scheme, body_of(a_confirmed_disbursement(order))) == []


def test_the_validator_sees_what_it_must() -> None:
    body = body_of(a_confirmed_disbursement())
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
    payment = replace(a_confirmed_disbursement(order), route=routed, confirmation=confirmation)
    assert faults_of(scheme, body_of(payment)) == []
