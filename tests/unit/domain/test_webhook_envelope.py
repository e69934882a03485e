"""ClearBank's envelope, and a reader that forgives its spellings."""

import json
from decimal import Decimal

import pytest

from shared.domain.webhook_envelope import EnvelopeError, account_identifier, field, parse_envelope, text_field


def an_envelope(**changed: object) -> bytes:
    body = {"Type": "TransactionSettled", "Version": 6, "Payload": {"Amount": 1}, "Nonce": 123, **changed}
    return json.dumps({key: value for key, value in body.items() if value is not ...}).encode()


def test_an_envelope_is_read_with_amounts_as_decimals() -> None:
    envelope = parse_envelope(b'{"Type":"TransactionSettled","Version":6,"Payload":{"Amount":88.50},"Nonce":-5}')

    assert (envelope.type, envelope.version, envelope.nonce) == ("TransactionSettled", 6, -5)
    assert envelope.payload == {"Amount": Decimal("88.50")}


@pytest.mark.parametrize("nonce", [0, 2**63 - 1, -(2**63), 2**31, 9_007_199_254_740_993])
def test_a_nonce_of_64_bits_is_kept_to_the_last_digit(nonce: int) -> None:
    assert parse_envelope(an_envelope(Nonce=nonce)).nonce == nonce


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"{", "not_json"),
        (b'{"Type":"A","Payload":{"Amount":NaN},"Nonce":1}', "not_json"),
        (b'{"Type":"A","Payload":{"Amount":Infinity},"Nonce":1}', "not_json"),
        (b'{"Type":"A","Payload":{"Amount":1e99999999999999999999},"Nonce":1}', "not_json"),
        (b'{"Type":"A","Payload":{"Amount":1e999999},"Nonce":1}', "not_json"),
        (b'{"Type":"A","Payload":{"Amount":1e-999999},"Nonce":1}', "not_json"),
        (b'{"Type":"A","Payload":{"Amount":' + b"9" * 5000 + b'},"Nonce":1}', "not_json"),
        (b"[" * 200_000, "not_json"),
        (b"[]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"null", "not_an_object"),
        (an_envelope(Type=...), "type_missing"),
        (an_envelope(Type=" "), "type_missing"),
        (an_envelope(Type=5), "type_missing"),
        (an_envelope(Nonce=...), "nonce_invalid"),
        (an_envelope(Nonce=None), "nonce_invalid"),
        (an_envelope(Nonce=True), "nonce_invalid"),
        (an_envelope(Nonce="123"), "nonce_invalid"),
        (an_envelope(Nonce=1.0), "nonce_invalid"),
        (an_envelope(Nonce=2**63), "nonce_invalid"),
        (an_envelope(Nonce=-(2**63) - 1), "nonce_invalid"),
        (an_envelope(Payload=...), "payload_missing"),
    ],
)
def test_a_body_that_is_no_envelope_is_refused_with_a_reason_code(raw: bytes, reason: str) -> None:
    with pytest.raises(EnvelopeError) as refusal:
        parse_envelope(raw)
    assert refusal.value.reason == reason
    assert str(refusal.value)


@pytest.mark.parametrize("version", [..., None, "6", "six"])
def test_a_version_is_wanted_by_nobody(version: object) -> None:
    assert parse_envelope(an_envelope(Version=version)).version is None


@pytest.mark.parametrize("payload", ["test 1", None, [], {}])
def test_a_payload_may_be_anything_for_the_connection_test_sends_text(payload: object) -> None:
    assert parse_envelope(an_envelope(Type="FITestEvent", Payload=payload)).payload == payload


@pytest.mark.parametrize(
    ("spelled", "kind"),
    [
        ("TransactionSettled", "TransactionSettled"),
        ("TransactionSettledV6", "TransactionSettled"),
        (" TransactionRejectedV2 ", "TransactionRejected"),
        ("PaymentMessageAssesmentFailed", "PaymentMessageAssessmentFailed"),
        ("PaymentMessageAssessmentFailed", "PaymentMessageAssessmentFailed"),
        ("OuboundHeldTransaction", "OutboundHeldTransaction"),
        ("BacsDirectDebitIndemnityClaimReceivedEvent", "BacsDirectDebitIndemnityClaimReceived"),
        ("Statements.ReadyForDownload", "Statements.ReadyForDownload"),
        ("FITestEvent", "FITestEvent"),
    ],
)
def test_a_type_has_one_normal_spelling(spelled: str, kind: str) -> None:
    assert parse_envelope(an_envelope(Type=spelled)).kind == kind


def test_fields_are_found_in_any_case_and_the_exact_one_first() -> None:
    payload = {"account": {"Iban": " GB29 "}, "x": 1, "X": 2}

    assert field(payload, "Account", "IBAN") == " GB29 "
    assert (field(payload, "X"), field(payload, "x")) == (2, 1)
    assert text_field(payload, "Account", "IBAN") == "GB29"


@pytest.mark.parametrize("payload", [None, "text", 5, [], {}, {"Account": None}, {"Account": "GB29"}])
def test_a_field_that_is_not_there_is_none_and_empty_text(payload: object) -> None:
    assert field(payload, "Account", "IBAN") is None
    assert text_field(payload, "Account", "IBAN") == ""


def test_a_number_where_text_was_expected_becomes_text() -> None:
    assert text_field({"MandateId": 42, "IsReturn": None}, "MandateId") == "42"
    assert text_field({"IsReturn": None}, "IsReturn") == ""


def test_what_a_virtual_account_webhook_has_beside_its_payload_is_read_with_it() -> None:
    raw = an_envelope(Type="VirtualAccountCreatedV3", Payload={"VirtualAccountId": "v"}, OwnerName="Ada", Nonce=7)

    assert parse_envelope(raw).content == {"VirtualAccountId": "v", "OwnerName": "Ada"}


def test_what_is_in_the_payload_goes_before_what_is_beside_it() -> None:
    raw = an_envelope(Type="VirtualAccountCreated", Payload={"OwnerName": "Ada"}, OwnerName="Grace")

    assert parse_envelope(raw).content == {"OwnerName": "Ada"}


@pytest.mark.parametrize("payload", ["text", None, [], 5])
def test_a_virtual_account_payload_that_is_no_object_stays_as_it_is(payload: object) -> None:
    raw = an_envelope(Type="VirtualAccountCreated", Payload=payload, OwnerName="Ada")

    assert parse_envelope(raw).content == payload


def test_other_types_are_read_from_their_payload_alone() -> None:
    assert parse_envelope(an_envelope(InstitutionId="i")).content == {"Amount": 1}


@pytest.mark.parametrize("place", ["AccountIdentifier", "AccountIdentifiers", "VirtualAccountIdentifiers"])
def test_an_account_identifier_is_found_in_each_of_its_places_and_beside_them(place: str) -> None:
    content = {place: {"Iban": "GB29"}, "ExternalIdentifier": "ours"}

    assert account_identifier(content, "IBAN") == "GB29"
    assert account_identifier(content, "ExternalIdentifier") == "ours"
    assert account_identifier(content, "BBAN") == ""
