import json
from dataclasses import replace

import pytest

from services.worker.adapters.clearbank.payloads import CHAPS_PATH, FPS_PATH, PaymentTerms, payment_request
from shared.domain.disbursement import Disbursement
from shared.domain.events import AccountChosen, Address
from shared.domain.flows import Step, StepRecord
from shared.domain.references import request_key
from tests.builders import (
    CREDITOR_IBAN,
    LOAN_IBAN,
    OPERATING_IBAN,
    TRANSACTION_KEY,
    VIRTUAL_ACCOUNT_ID,
    a_confirmed_disbursement,
    a_disbursement,
    a_linked_disbursement,
)
from tests.builders import a_disbursement_order as an_order

TERMS = PaymentTerms(OPERATING_IBAN)


def body_of(disbursement: Disbursement, terms: PaymentTerms = TERMS):
    """Numbers stay as they were written."""
    return json.loads(payment_request(disbursement, terms).body, parse_float=str)


def payable(scheme: str = "FPS", amount: str = "1500.00", **changed: str) -> Disbursement:
    return a_linked_disbursement(an_order(amount, scheme, **changed))


def payable_from_a_virtual_account(scheme: str) -> Disbursement:
    return a_linked_disbursement(an_order(scheme=scheme), AccountChosen(LOAN_IBAN, VIRTUAL_ACCOUNT_ID))


def living_at(disbursement: Disbursement, address: Address) -> Disbursement:
    assert disbursement.confirmation
    confirmation = replace(disbursement.confirmation, creditor_address=address, debtor_address=address)
    return replace(disbursement, confirmation=confirmation)


def test_a_faster_payment_is_one_instruction_with_one_transfer() -> None:
    request = payment_request(payable(), TERMS)
    assert (request.method, request.path) == ("POST", FPS_PATH)
    assert body_of(payable()) == {
        "paymentInstructions": [
            {
                "paymentInstructionIdentification": f"P{TRANSACTION_KEY}",
                "paymentTypeCode": "SIP",
                "debtor": {"address": "GB, Leeds, Park Row, 12, LS1 4AP"},
                "debtorAccount": {"identification": {"iban": OPERATING_IBAN}},
                "creditTransfers": [
                    {
                        "paymentIdentification": {
                            "instructionIdentification": f"I{TRANSACTION_KEY}",
                            "endToEndIdentification": TRANSACTION_KEY,
                        },
                        "amount": {"instructedAmount": "1500.00", "currency": "GBP"},
                        "creditor": {"name": "Ada Lovelace"},
                        "creditorAccount": {"identification": {"iban": CREDITOR_IBAN}},
                        "remittanceInformation": {
                            "structured": {"creditorReferenceInformation": {"reference": "LOAN1 drawdown"}}
                        },
                    }
                ],
            }
        ]
    }


def test_a_chaps_payment_names_both_sides_with_their_addresses() -> None:
    address = {
        "townName": "Leeds",
        "country": "GB",
        "postCode": "LS1 4AP",
        "streetName": "Park Row",
        "buildingName": "12",
    }
    request = payment_request(payable("CHAPS"), TERMS)
    assert (request.method, request.path) == ("POST", CHAPS_PATH)
    assert body_of(payable("CHAPS", "2000000")) == {
        "instructionIdentification": f"I{TRANSACTION_KEY}",
        "endToEndIdentification": TRANSACTION_KEY,
        "interBankSettlementAmount": {"amount": "2000000.00", "currency": "GBP"},
        "sourceAccount": {"iban": OPERATING_IBAN},
        "debtorAccount": {"iban": OPERATING_IBAN},
        "debtor": {"name": "Northern Lender", "postalAddress": address},
        "creditorAccount": {"iban": CREDITOR_IBAN},
        "creditor": {"name": "Ada Lovelace", "postalAddress": address},
        "purpose": "LOAN",
        "categoryPurpose": "LOAN",
        "remittanceInformation": {"creditorReferenceInformation": "LOAN1 drawdown"},
    }


@pytest.mark.parametrize(
    ("amount", "written"), [("0.01", "0.01"), ("88.5", "88.50"), ("1500", "1500.00"), ("1,000,000.00", "1000000.00")]
)
@pytest.mark.parametrize("scheme", ["FPS", "CHAPS"])
def test_amounts_are_numbers_with_two_decimals(scheme: str, amount: str, written: str) -> None:
    assert f":{written}," in payment_request(payable(scheme, amount), TERMS).body


def test_without_a_reference_the_optional_parts_are_left_out() -> None:
    (instruction,) = body_of(payable(payment_reference=""))["paymentInstructions"]
    assert instruction["creditTransfers"][0]["remittanceInformation"] == {}
    assert "remittanceInformation" not in body_of(payable("CHAPS", payment_reference=""))


def test_a_chaps_debtor_without_a_name_is_the_holder() -> None:
    assert body_of(payable("CHAPS", debtor_name=""))["debtor"]["name"] == "Ada Lovelace"


def test_parts_of_an_address_that_are_empty_are_left_out() -> None:
    bare = Address("GB", "Leeds", "LS1 4AP")
    (instruction,) = body_of(living_at(payable(), bare))["paymentInstructions"]
    assert instruction["debtor"]["address"] == "GB, Leeds, LS1 4AP"
    postal = body_of(living_at(payable("CHAPS"), bare))["creditor"]["postalAddress"]
    assert postal == {"townName": "Leeds", "country": "GB", "postCode": "LS1 4AP"}


def test_an_address_is_cut_and_cleaned_to_what_the_scheme_carries() -> None:
    long = Address("GB", "T" * 99, "P" * 99, "S" * 99 + "_", "B" * 99)
    (instruction,) = body_of(living_at(payable(), long))["paymentInstructions"]
    assert len(instruction["debtor"]["address"]) == 140
    postal = body_of(living_at(payable("CHAPS"), long))["debtor"]["postalAddress"]
    assert {name: len(text) for name, text in postal.items()} == {
        "townName": 35,
        "country": 2,
        "postCode": 16,
        "streetName": 70,
        "buildingName": 35,
    }
    (instruction,) = body_of(living_at(payable(), Address("GB", "Leeds_#", "LS1 4AP")))["paymentInstructions"]
    assert instruction["debtor"]["address"] == "GB, Leeds, LS1 4AP"


def test_the_purposes_come_from_the_set_up() -> None:
    body = body_of(payable("CHAPS"), PaymentTerms(OPERATING_IBAN, "HLRP", "OTHR"))
    assert (body["purpose"], body["categoryPurpose"]) == ("HLRP", "OTHR")


def test_a_virtual_account_is_the_debtor_of_a_faster_payment() -> None:
    (instruction,) = body_of(payable_from_a_virtual_account("FPS"))["paymentInstructions"]
    assert instruction["debtorAccount"] == {"identification": {"iban": LOAN_IBAN}}


def test_a_virtual_account_is_the_debtor_of_a_chaps_payment_that_the_operating_account_pays() -> None:
    body = body_of(payable_from_a_virtual_account("CHAPS"))
    assert (body["sourceAccount"], body["debtorAccount"]) == ({"iban": OPERATING_IBAN}, {"iban": LOAN_IBAN})


@pytest.mark.parametrize("scheme", ["FPS", "CHAPS"])
def test_the_bytes_and_the_request_id_are_the_same_every_time(scheme: str) -> None:
    assert payment_request(payable(scheme), TERMS) == payment_request(payable(scheme), TERMS)


def test_an_attempt_that_a_person_asked_for_has_a_request_id_of_its_own() -> None:
    again = payable().with_step(Step.PAY, StepRecord(generation=2))
    assert payment_request(payable(), TERMS).key == request_key(payable().id, Step.PAY)
    assert payment_request(again, TERMS).key == request_key(payable().id, Step.PAY, 2)


@pytest.mark.parametrize(
    ("disbursement", "sentence"),
    [
        (a_disbursement(), "is received, not routed and confirmed"),
        (a_confirmed_disbursement(), "is confirmed, and no account is chosen to pay it"),
    ],
)
def test_what_is_not_ready_is_never_put_into_bytes(disbursement: Disbursement, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        payment_request(disbursement, TERMS)
