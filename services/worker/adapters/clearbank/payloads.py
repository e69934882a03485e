"""A disbursement as the exact bytes of a ClearBank payment request (ClearBank docs: FPS v3, CHAPS v6).

One transfer per request, so that one answer speaks for one payment and one X-Request-Id guards one.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import simplejson

from shared.domain.disbursement import Disbursement
from shared.domain.events import Address, Confirmed, Routed
from shared.domain.flows import Request, Step
from shared.domain.money import pounds
from shared.domain.references import instruction_id, request_key
from shared.domain.schemes import Scheme, fit_text

FPS_PATH = "/v3/payments/fps"
CHAPS_PATH = "/payments/chaps/v6/customer-payments"

_ADDRESS_CHARACTERS = re.compile(r"[^a-zA-Z0-9/\-?:().,'+ ]")


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """What the set-up says of every payment. The purposes are ISO codes of the CHAPS contract."""

    operating_iban: str
    purpose: str = "LOAN"
    category_purpose: str = "LOAN"


def payment_request(disbursement: Disbursement, terms: PaymentTerms) -> Request:
    """The request as it is stored and sent. Raises ValueError unless it is known how, to whom and from where to pay."""
    route, confirmation, account = disbursement.route, disbursement.confirmation, disbursement.account
    if route is None or confirmation is None:
        raise ValueError(f"{disbursement.id} is {disbursement.state}, not routed and confirmed")
    if account is None:
        raise ValueError(f"{disbursement.id} is {disbursement.state}, and no account is chosen to pay it")
    if route.scheme is Scheme.FPS:
        path, body = FPS_PATH, _fps(disbursement, route, confirmation, account.iban)
    else:
        path, body = CHAPS_PATH, _chaps(disbursement, route, confirmation, account.iban, terms)
    return Request(
        "POST",
        path,
        simplejson.dumps(body, use_decimal=True, separators=(",", ":")),
        request_key(disbursement.id, Step.PAY, disbursement.step(Step.PAY).generation),
    )


def _fps(disbursement: Disbursement, route: Routed, confirmation: Confirmed, debtor_iban: str) -> dict[str, Any]:
    end_to_end_id = disbursement.end_to_end_id
    remittance: dict[str, Any] = {}
    if route.reference:
        remittance = {"structured": {"creditorReferenceInformation": {"reference": route.reference}}}
    transfer = {
        "paymentIdentification": {
            "instructionIdentification": instruction_id(end_to_end_id, "I"),
            "endToEndIdentification": end_to_end_id,
        },
        "amount": {"instructedAmount": _amount(disbursement), "currency": "GBP"},
        "creditor": {"name": route.creditor_name},
        "creditorAccount": {"identification": {"iban": route.creditor_iban}},
        "remittanceInformation": remittance,
    }
    instruction = {
        "paymentInstructionIdentification": instruction_id(end_to_end_id, "P"),
        "paymentTypeCode": "SIP",
        "debtor": {"address": _ADDRESS_CHARACTERS.sub("", confirmation.debtor_address.one_line())[:140]},
        "debtorAccount": {"identification": {"iban": debtor_iban}},
        "creditTransfers": [transfer],
    }
    return {"paymentInstructions": [instruction]}


def _chaps(
    disbursement: Disbursement, route: Routed, confirmation: Confirmed, debtor_iban: str, terms: PaymentTerms
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "instructionIdentification": instruction_id(disbursement.end_to_end_id, "I"),
        "endToEndIdentification": disbursement.end_to_end_id,
        "interBankSettlementAmount": {"amount": _amount(disbursement), "currency": "GBP"},
        # The real account pays, in the name of the virtual one: inferred, no page says it.
        "sourceAccount": {"iban": terms.operating_iban},
        "debtorAccount": {"iban": debtor_iban},
        "debtor": {"name": confirmation.debtor_name, "postalAddress": _postal_address(confirmation.debtor_address)},
        "creditorAccount": {"iban": route.creditor_iban},
        "creditor": {"name": route.creditor_name, "postalAddress": _postal_address(confirmation.creditor_address)},
        "purpose": terms.purpose,
        "categoryPurpose": terms.category_purpose,
    }
    if route.reference:
        body["remittanceInformation"] = {"creditorReferenceInformation": route.reference}
    return body


def _postal_address(address: Address) -> dict[str, str]:
    fields = {
        "townName": fit_text(address.town, Scheme.CHAPS, 35),
        "country": address.country,
        "postCode": fit_text(address.post_code, Scheme.CHAPS, 16),
        "streetName": fit_text(address.street, Scheme.CHAPS, 70),
        "buildingName": fit_text(address.building, Scheme.CHAPS, 35),
    }
    return {key: text for key, text in fields.items() if text}


def _amount(disbursement: Disbursement) -> Decimal:
    return pounds(disbursement.order.amount_pence)
