"""Bodies are refused for the smallest departure from the contract."""

import copy
from typing import Any

import pytest

from tests.sandbox.clearbank.builders import (
    POOLED_ACCOUNT_ID,
    chaps,
    fps,
    new_virtual_account,
    party,
    transfer,
)
from tests.sandbox.clearbank.conftest import Client

TRANSFER = ("paymentInstructions", 0, "creditTransfers", 0)
REMOVED = object()


def spoiled(body: Any, path: tuple[str | int, ...], value: Any) -> Any:
    body = copy.deepcopy(body)
    parent = body
    for step in path[:-1]:
        parent = parent[step]
    if value is REMOVED:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return body


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("paymentInstructions",), REMOVED),
        (("paymentInstructions",), []),
        (("paymentInstructions",), fps(transfer("e"))["paymentInstructions"] * 11),
        (("unknown",), 1),
        (("paymentInstructions", 0, "paymentInstructionIdentification"), "x" * 36),
        (("paymentInstructions", 0, "paymentInstructionIdentification"), ""),
        (("paymentInstructions", 0, "paymentTypeCode"), "XXX"),
        (("paymentInstructions", 0, "debtor", "address"), REMOVED),
        (("paymentInstructions", 0, "debtor", "address"), "1 Rue de l’Église"),
        (("paymentInstructions", 0, "debtor", "address"), "London\n"),
        (("paymentInstructions", 0, "debtor", "name"), "not in v3"),
        (("paymentInstructions", 0, "debtor", "legalEntityIndentifier"), "misspelt for the creditor only"),
        (("paymentInstructions", 0, "debtorAccount", "identification"), {}),
        (("paymentInstructions", 0, "creditTransfers"), []),
        (("paymentInstructions", 0, "creditTransfers"), [transfer("e")] * 11),
        ((*TRANSFER, "paymentIdentification", "endToEndIdentification"), "x" * 36),
        ((*TRANSFER, "paymentIdentification", "instructionIdentification"), REMOVED),
        ((*TRANSFER, "amount", "instructedAmount"), "1.00"),
        ((*TRANSFER, "amount", "instructedAmount"), 1.001),
        ((*TRANSFER, "amount", "instructedAmount"), 0),
        ((*TRANSFER, "amount", "instructedAmount"), True),
        ((*TRANSFER, "amount", "instructedAmount"), float("nan")),
        ((*TRANSFER, "amount", "currency"), "pounds"),
        ((*TRANSFER, "creditor", "name"), ""),
        ((*TRANSFER, "creditor", "name"), "x" * 141),
        ((*TRANSFER, "creditor", "legalEntityIdentifier"), "spelt right, so unknown"),
        ((*TRANSFER, "creditorAccount", "identification"), {"iban": "GB1", "other": {"identification": "1"}}),
        ((*TRANSFER, "creditorAccount", "identification"), {"other": {"identification": "1", "schemeName": {}}}),
        ((*TRANSFER, "remittanceInformation"), REMOVED),
        (
            (*TRANSFER, "remittanceInformation", "structured", "creditorReferenceInformation", "reference"),
            "x" * 36,
        ),
        ((*TRANSFER, "enforceSendToScheme"), None),
        ((*TRANSFER, "enforceSendToScheme"), ""),
        ((*TRANSFER, "enforceSendToScheme"), "true"),
    ],
)
def test_an_fps_body_that_departs_from_the_contract_is_refused(
    client: Client, path: tuple[str | int, ...], value: Any
) -> None:
    answer = client.pay(spoiled(fps(transfer("e2e-1")), path, value))
    assert answer.status_code == 400
    assert answer.json["status"] == 400
    assert client.get("/_sandbox/ledger")["transactions"] == []


def test_a_validation_answer_names_the_field(client: Client) -> None:
    body = spoiled(fps(transfer("e2e-1")), (*TRANSFER, "creditor", "nme"), "Jane")
    assert client.pay(body).json["errors"] == {
        "paymentInstructions[0].creditTransfers[0].creditor.nme": ["Unknown field."]
    }


@pytest.mark.parametrize(
    "identification",
    [
        {"iban": "GB29NWBK60161331926819"},
        {"other": {"identification": "NWBK60161331926819", "schemeName": {"code": "BBAN"}}},
        {"other": {"identification": "GBR60161331926819", "schemeName": {"proprietary": "PRTY_COUNTRY_SPECIFIC"}}},
    ],
)
def test_an_fps_creditor_may_be_named_in_three_ways(client: Client, identification: dict[str, Any]) -> None:
    body = spoiled(fps(transfer("e2e-1")), (*TRANSFER, "creditorAccount", "identification"), identification)
    body = spoiled(body, (*TRANSFER, "remittanceInformation"), {})
    body = spoiled(body, (*TRANSFER, "creditor", "legalEntityIndentifier"), "9485839XYZ")
    assert client.pay(body).status_code == 202
    client.run()
    assert client.ledger("e2e-1")[0]["status"] == "settled"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("unknown",), 1),
        (("instructionIdentification",), "é"),
        (("endToEndIdentification",), "under_score"),
        (("endToEndIdentification",), "x" * 36),
        (("interBankSettlementAmount",), {"amount": 1.0, "currency": "USD"}),
        (("interBankSettlementAmount",), {"amount": "1.00", "currency": "GBP"}),
        (("interBankSettlementAmount", "amount"), 1.001),
        (("sourceAccount",), REMOVED),
        (("sourceAccount",), {"iban": "GB29NWBK60161331926819", "schemeName": "BBan"}),
        (("creditorAccount",), {"schemeName": "SortcodeAccountNumber", "identification": "60161331926819"}),
        (("creditorAccount",), {"schemeName": "SortCodeAccountNumber", "identification": "601613-31926819"}),
        (("creditorAccount",), {"schemeName": "BBan", "identification": "60161331926819"}),
        (("debtor", "postalAddress"), REMOVED),
        (("creditor", "postalAddress", "postCode"), REMOVED),
        (("creditor", "postalAddress", "country"), "gb"),
        (
            ("creditor",),
            party("Jane") | {"organisationIdentifier": {"bic": "BARCGB22"}, "privateIdentifier": {}},
        ),
        (("creditor", "organisationIdentifier"), {"lei": "short"}),
        (("purpose",), "loan"),
        (("categoryPurpose",), "XXXX"),
        (("remittanceInformation",), {"creditorReferenceInformation": "x" * 36}),
    ],
)
def test_a_chaps_body_that_departs_from_the_contract_is_refused(
    client: Client, path: tuple[str | int, ...], value: Any
) -> None:
    answer = client.pay_by_chaps(spoiled(chaps("e2e-1"), path, value))
    assert answer.status_code == 400
    assert answer.json["status"] == "400"  # text in this contract


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"virtualAccounts": []},
        {"virtualAccounts": [{"ownerName": "Jane"}]},
        new_virtual_account("Jane_Smith"),
        new_virtual_account("x" * 141),
        new_virtual_account(externalIdentifier="x" * 51),
        new_virtual_account(unknown="x"),
    ],
)
def test_a_virtual_account_body_that_departs_from_the_contract_is_refused(client: Client, body: Any) -> None:
    assert client.send("POST", f"/v2/Accounts/{POOLED_ACCOUNT_ID}/Virtual", body).status_code == 400


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"text"', b'{"a": NaN}', b"\xff"])
def test_what_is_not_a_json_object_is_refused(client: Client, raw: bytes) -> None:
    assert client.send_raw("POST", "/v3/payments/fps", raw).status_code == 400
