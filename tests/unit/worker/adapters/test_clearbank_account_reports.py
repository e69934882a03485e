from typing import Any

import pytest

from shared.domain.events import AccountCreated, AccountRefused
from shared.domain.meanings import AccountReport, Unrecognised
from tests.builders import LOAN_IBAN, VIRTUAL_ACCOUNT_ID
from tests.unit.worker.adapters.bank_webhooks import meanings, only_meaning

BBAN = LOAN_IBAN[4:]
ID = {"VirtualAccountId": VIRTUAL_ACCOUNT_ID}
IDENTIFIER = {"Iban": LOAN_IBAN, "Bban": BBAN, "ExternalIdentifier": "ours-1"}
LOWER_CASE = {key.lower(): value for key, value in IDENTIFIER.items()}
NUMBERS = {"IBAN": LOAN_IBAN, "BBAN": BBAN}

# (payload, keys beside the payload): every place and spelling that the bank's pages print.
SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "v3, as its example": ({**ID, "AccountIdentifier": IDENTIFIER}, {}),
    "v3, as its table": ({**ID, "AccountIdentifier": NUMBERS, "ExternalIdentifier": "ours-1"}, {}),
    "v3, in the plural": ({**ID, "AccountIdentifiers": IDENTIFIER}, {}),
    "v3, in small letters": (
        {"virtualAccountId": VIRTUAL_ACCOUNT_ID, "accountIdentifier": LOWER_CASE},
        {},
    ),
    "v3, identifiers beside the payload": (ID, {"AccountIdentifier": IDENTIFIER}),
    "v3, all beside the payload": ({}, {**ID, "AccountIdentifier": IDENTIFIER, "OwnerName": "Ada"}),
    "v2 with an external id": ({**ID, "VirtualAccountIdentifiers": {**NUMBERS, "ExternalIdentifier": "ours-1"}}, {}),
    "flat": ({**ID, **IDENTIFIER}, {}),
}  # fmt: skip
EVERY_SHAPE = pytest.mark.parametrize(("payload", "beside"), SHAPES.values(), ids=SHAPES)
REFERENCES = ("ours-1", LOAN_IBAN, BBAN)


@EVERY_SHAPE
def test_a_created_account_is_read_in_every_shape(payload: dict[str, Any], beside: dict[str, Any]) -> None:
    expected = AccountReport(REFERENCES, AccountCreated(VIRTUAL_ACCOUNT_ID, LOAN_IBAN))
    assert meanings("VirtualAccountCreated", payload, **beside) == [expected]


@EVERY_SHAPE
@pytest.mark.parametrize("errors_are_beside", [True, False])
def test_a_failed_creation_is_read_in_every_shape(
    payload: dict[str, Any], beside: dict[str, Any], *, errors_are_beside: bool
) -> None:
    errors = {"Errors": {"ExternalVirtualAccountIdNotUnique": "in use", "AccountName": "too long"}}
    if errors_are_beside:
        beside = beside | errors
    else:
        payload = payload | errors
    reason = "ExternalVirtualAccountIdNotUnique: in use; AccountName: too long"
    expected = AccountReport(REFERENCES, AccountRefused("ExternalVirtualAccountIdNotUnique", reason))
    assert meanings("VirtualAccountCreationFailed", payload, **beside) == [expected]


def test_an_iban_is_compared_in_its_normal_form() -> None:
    payload = {**ID, "VirtualAccountIdentifiers": {"IBAN": "gb33 bukb 2020 1555 5555 55"}}
    expected = AccountReport((LOAN_IBAN,), AccountCreated(VIRTUAL_ACCOUNT_ID, LOAN_IBAN))
    assert meanings("VirtualAccountCreated", payload) == [expected]


def test_what_stands_in_the_payload_goes_before_what_stands_beside_it() -> None:
    created = only_meaning("VirtualAccountCreated", {**ID, **NUMBERS}, VirtualAccountId="another")
    assert isinstance(created, AccountReport)
    assert created.event == AccountCreated(VIRTUAL_ACCOUNT_ID, LOAN_IBAN)


@pytest.mark.parametrize(
    ("errors", "code", "reason"),
    [
        (["AccountModulusFailed"], "AccountModulusFailed", "AccountModulusFailed"),
        (["a sentence", "AccountName"], "AccountName", "a sentence; AccountName"),
        ("AccountModulusFailed", "AccountModulusFailed", "AccountModulusFailed"),
        ("The modulus check failed", "unknown", "The modulus check failed"),
        (None, "unknown", "the bank gave no reason"),
        ({}, "unknown", "the bank gave no reason"),
    ],
)
def test_errors_may_be_an_object_an_array_or_a_text(errors: Any, code: str, reason: str) -> None:
    payload = {"AccountIdentifier": {"ExternalIdentifier": "ours-1"}, "Errors": errors}
    expected = AccountReport(("ours-1",), AccountRefused(code, reason))
    assert meanings("VirtualAccountCreationFailed", payload) == [expected]


@pytest.mark.parametrize(
    "payload",
    [None, "text", {}, ID, {"AccountIdentifier": IDENTIFIER}, {**ID, "AccountIdentifier": {"ExternalIdentifier": "x"}}],
)
def test_a_created_account_without_id_or_iban_is_for_a_person(payload: Any) -> None:
    meaning = only_meaning("VirtualAccountCreated", payload)
    assert isinstance(meaning, Unrecognised)
    assert meaning.code == "account_created_incomplete"


@pytest.mark.parametrize("payload", [None, "text", {}, {**ID, "Errors": ["AccountName"]}])
def test_a_failed_creation_of_nobody_knows_what_is_for_a_person(payload: Any) -> None:
    meaning = only_meaning("VirtualAccountCreationFailed", payload)
    assert isinstance(meaning, Unrecognised)
    assert meaning.code == "account_failed_incomplete"
