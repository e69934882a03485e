"""What makes two webhooks the same: the fingerprint decides, the name is for people, the digest finds conflicts."""

import json
from typing import Any

import pytest

from shared.domain.webhook_envelope import parse_envelope
from shared.domain.webhook_identity import (
    WebhookIdentity,
    clearbank_identity,
    mambu_identity,
    obp_identity,
    umm_identity,
)

SETTLED = {
    "TransactionId": "T1",
    "EndToEndTransactionId": "E1",
    "Scheme": "FasterPayments",
    "DebitCreditCode": "Credit",
    "IsReturn": False,
    "Amount": 88.5,
    "Account": {"IBAN": "GB29"},
}


def identity(kind: str, payload: Any, nonce: int = 1) -> WebhookIdentity:
    raw = json.dumps({"Type": kind, "Version": 1, "Payload": payload, "Nonce": nonce})
    return clearbank_identity(parse_envelope(raw.encode()))


def settled(**changed: Any) -> WebhookIdentity:
    return identity("TransactionSettled", {**SETTLED, **changed})


def test_a_settlement_is_known_by_type_end_to_end_id_and_scheme() -> None:
    names = settled().names

    assert names[:2] == ("TransactionSettled-E1-FasterPayments", "TransactionSettled-E1-FasterPayments-T1")
    assert names[2] == f"{names[1]}-{settled().fingerprint[:12]}"


def test_a_return_is_marked_and_a_further_one_is_marked_again() -> None:
    stem = "TransactionSettled-E1-FasterPayments"

    assert settled(IsReturn=True).names[:3] == (f"{stem}-REV", f"{stem}-RETRY", f"{stem}-RETRY-T1")


def test_nonce_and_time_of_sending_are_not_part_of_the_identity() -> None:
    assert identity("TransactionSettled", SETTLED, nonce=1) == identity("TransactionSettled", SETTLED, nonce=2)


def test_the_version_in_a_type_name_changes_nothing() -> None:
    assert identity("TransactionSettledV6", SETTLED) == identity("TransactionSettled", SETTLED)


@pytest.mark.parametrize(
    "changed", [{"TransactionId": "T2"}, {"Account": {"IBAN": "GB30"}}, {"DebitCreditCode": "Debit"}]
)
def test_another_transaction_account_or_direction_is_another_event(changed: dict[str, Any]) -> None:
    assert settled(**changed).fingerprint != settled().fingerprint


def test_one_end_to_end_id_of_two_senders_is_two_events_with_one_name() -> None:
    first, second = settled(), settled(TransactionId="T2")

    assert first.names[0] == second.names[0]
    assert first.fingerprint != second.fingerprint
    assert first.names[-1] != second.names[-1]


def test_a_changed_amount_is_the_same_event_with_another_digest() -> None:
    assert settled(Amount=88.51).fingerprint == settled().fingerprint
    assert settled(Amount=88.51).digest != settled().digest


def test_keys_in_another_order_say_the_same() -> None:
    assert identity("TransactionSettled", dict(reversed(SETTLED.items()))) == settled()


@pytest.mark.parametrize(("one", "other"), [("88.5", "88.50"), ("100", "100.00"), ("1e2", "100"), ("0.0", "0")])
def test_a_number_written_in_two_ways_says_the_same(one: str, other: str) -> None:
    raw = '{{"Type":"TransactionSettled","Payload":{{"TransactionId":"T1","Amount":{}}},"Nonce":1}}'
    digests = {clearbank_identity(parse_envelope(raw.format(number).encode())).digest for number in (one, other)}

    assert len(digests) == 1


def test_keys_in_another_case_are_the_same_event() -> None:
    folded = {key.lower(): value for key, value in SETTLED.items()} | {"account": {"iban": "GB29"}}

    assert identity("TransactionSettled", folded).fingerprint == settled().fingerprint


def test_a_settlement_without_its_id_is_known_by_its_whole_content() -> None:
    first, second = settled(TransactionId=None), settled(TransactionId=None, Amount=1)

    assert first.fingerprint != second.fingerprint
    assert first.names[0] == "TransactionSettled-E1-FasterPayments"


@pytest.mark.parametrize(
    ("kind", "payload", "name"),
    [
        ("TransactionRejected", {"TransactionId": "T1", "EndToEndTransactionId": "E1"}, "TransactionRejected-E1"),
        ("TransactionRejected", {"TransactionId": "T1"}, "TransactionRejected-T1"),
        ("OuboundHeldTransaction", {"EndToEndTransactionId": "E1"}, "OutboundHeldTransaction-E1"),
        (
            "PaymentMessageAssesmentFailed",
            {"MessageId": "M1", "PaymentMethodType": "FPS", "AssesmentFailure": [{"EndToEndId": "E1"}]},
            "PaymentMessageAssessmentFailed-E1-FPS",
        ),
        (
            "PaymentMessageValidationFailed",
            {"MessageId": "M1", "ValidationFailure": []},
            "PaymentMessageValidationFailed-M1",
        ),
        ("VirtualAccountCreated", {"AccountIdentifiers": {"IBAN": "GB29"}}, "VirtualAccountCreated-GB29"),
        ("VirtualAccountCreated", {"AccountIdentifier": {"Iban": "GB29"}}, "VirtualAccountCreated-GB29"),
        ("VirtualAccountCreationFailed", {"VirtualAccountId": "V1"}, "VirtualAccountCreationFailed-V1"),
        ("BacsMandateCreated", {"MandateId": "B1", "EventDate": "d"}, "BacsMandateCreated-B1"),
        ("BacsMandateCreated", {"ServiceUserNumber": "123456", "Reference": "R"}, "BacsMandateCreated-123456-R"),
        ("BacsDirectCreditRecalled", {"BacsTransactionId": "B2"}, "BacsDirectCreditRecalled-B2"),
        ("Statements.ReadyForDownload", {"MessageId": "M2"}, "Statements.ReadyForDownload-M2"),
        ("AccountCreated", {"AccountId": "A1"}, "AccountCreated-A1"),
    ],
)  # fmt: skip
def test_each_type_is_known_by_its_own_identifier(kind: str, payload: Any, name: str) -> None:
    assert identity(kind, payload).names[0] == name


def test_a_virtual_account_is_known_by_what_stands_beside_its_payload_too() -> None:
    def created(**beside: Any) -> WebhookIdentity:
        envelope = {"Type": "VirtualAccountCreated", "Version": 3, "Payload": {}, "Nonce": 1, **beside}
        return clearbank_identity(parse_envelope(json.dumps(envelope).encode()))

    first, second = created(VirtualAccountId="V1"), created(VirtualAccountId="V2")
    assert first.names[0] == "VirtualAccountCreated-V1"
    assert first.fingerprint != second.fingerprint
    assert created(OwnerName="Ada").fingerprint != created(OwnerName="Grace").fingerprint


def test_one_virtual_account_told_in_two_versions_is_two_events_and_no_conflict() -> None:
    def created(version: int) -> WebhookIdentity:
        envelope = {
            "Type": "VirtualAccountCreated",
            "Version": version,
            "Payload": {"VirtualAccountId": "V1"},
            "Nonce": 1,
        }
        return clearbank_identity(parse_envelope(json.dumps(envelope).encode()))

    assert created(2).fingerprint != created(3).fingerprint
    assert created(3) == created(3)


def test_a_held_transaction_has_no_id_so_its_whole_content_tells() -> None:
    first = {"EndToEndTransactionId": "E1", "TimestampCreated": "2026-03-02T09:00:00Z"}
    second = {**first, "TimestampCreated": "2026-03-02T10:00:00Z"}

    assert (
        identity("OutboundHeldTransaction", first).fingerprint == identity("OutboundHeldTransaction", first).fingerprint
    )
    assert (
        identity("OutboundHeldTransaction", first).fingerprint
        != identity("OutboundHeldTransaction", second).fingerprint
    )


def test_a_failed_message_is_known_by_its_payments_too() -> None:
    def failed(*end_to_end_ids: str) -> WebhookIdentity:
        failures = [{"EndToEndId": end_to_end_id} for end_to_end_id in end_to_end_ids]
        return identity("PaymentMessageAssesmentFailed", {"MessageId": "M1", "AssesmentFailure": failures})

    assert failed("E1").fingerprint != failed("E2").fingerprint
    assert failed("E1", "E2").fingerprint != failed("E1").fingerprint


def test_a_bacs_mandate_event_without_id_and_date_is_known_by_its_content() -> None:
    one = identity("BacsMandateCancelled", {"ServiceUserNumber": "1", "Reference": "R", "Reason": "a"})
    other = identity("BacsMandateCancelled", {"ServiceUserNumber": "1", "Reference": "R", "Reason": "b"})
    dated = identity("BacsMandateCancelled", {"ServiceUserNumber": "1", "Reference": "R", "EventDate": "d"})

    assert len({one.fingerprint, other.fingerprint, dated.fingerprint}) == 3


def test_two_connection_tests_with_one_text_differ_by_their_nonce() -> None:
    first, second = identity("FITestEvent", "hello", nonce=1), identity("FITestEvent", "hello", nonce=2)

    assert first.fingerprint == identity("FITestEvent", "hello", nonce=1).fingerprint
    assert first.fingerprint != second.fingerprint
    assert first.names[0].startswith("FITestEvent-")


def test_an_unknown_type_is_known_by_its_content() -> None:
    assert identity("Surprise", {"a": 1}).fingerprint == identity("Surprise", {"a": 1}).fingerprint
    assert identity("Surprise", {"a": 1}).fingerprint != identity("Surprise", {"a": 2}).fingerprint
    assert identity("Surprise", {}).names[0].startswith("Surprise-")


def test_a_core_webhook_is_known_by_its_event_and_business_key() -> None:
    one = mambu_identity("LoanDisbursement", ("8a81",), {"amount": "1"})

    assert one.names == ("LoanDisbursement-8a81", f"LoanDisbursement-8a81-{one.fingerprint[:12]}")
    assert one.fingerprint == mambu_identity("LoanDisbursement", ("8a81",), {"amount": "2"}).fingerprint
    assert one.digest != mambu_identity("LoanDisbursement", ("8a81",), {"amount": "2"}).digest
    assert one.fingerprint != mambu_identity("LoanClosure", ("8a81",), {"amount": "1"}).fingerprint


def test_a_umm_event_is_known_by_its_client_and_its_id() -> None:
    one = umm_identity("payment.settled", "CLI1", "evt-1", {"data": 1})

    assert one.names == ("payment.settled-CLI1-evt-1", f"payment.settled-CLI1-evt-1-{one.fingerprint[:12]}")
    assert one.fingerprint == umm_identity("payment.changed", "CLI1", "evt-1", {"data": 2}).fingerprint
    others = umm_identity("payment.settled", "CLI2", "evt-1", {}), umm_identity("payment.settled", "CLI1", "evt-2", {})
    assert len({one.fingerprint, *(other.fingerprint for other in others)}) == 3


def test_an_open_bank_project_event_is_known_by_its_id() -> None:
    one = obp_identity("OnCreditTransaction", "e1", {"amount": "1.00 GBP"})

    assert one.names == ("OnCreditTransaction-e1", f"OnCreditTransaction-e1-{one.fingerprint[:12]}")
    assert one.fingerprint == obp_identity("OnBalanceChange", "e1", {}).fingerprint
    assert one.fingerprint != obp_identity("OnCreditTransaction", "e2", {}).fingerprint


def test_one_event_id_of_two_senders_is_two_events() -> None:
    fingerprints = {
        umm_identity("Event", "CLI1", "e1", {}).fingerprint,
        obp_identity("Event", "e1", {}).fingerprint,
        mambu_identity("Event", ("e1",), {}).fingerprint,
    }
    assert len(fingerprints) == 3


def test_a_changed_body_of_one_event_shows_in_its_digest() -> None:
    assert umm_identity("Event", "CLI1", "e1", {"a": "1"}).digest != umm_identity("Event", "CLI1", "e1", {}).digest
    assert obp_identity("Event", "e1", {"a": "1"}).digest != obp_identity("Event", "e1", {}).digest
