"""Every webhook example that ClearBank publishes, through what the listener and the worker do with it."""

from pathlib import Path

import pytest

from services.worker.adapters.clearbank.webhooks import interpret_clearbank
from shared.domain.events import AccountCreated, AccountRefused
from shared.domain.meanings import AccountReport, Advisory, Unrecognised
from shared.domain.webhook_envelope import parse_envelope
from shared.domain.webhook_identity import clearbank_identity
from tests.contract.published import FOLDER, examples_a_lender_needs, needs_contracts, webhook_examples
from tests.unit.listener.listeners import Listener

pytestmark = needs_contracts

# What each type that a lender needs is to us. All others are unknown: kept, and a person is told.
MEANINGS = {
    "account-created-webhook-v1": "Ignored",
    "bacs-credit-contra-received-webhook-v3": "Ignored",
    "bacs-credit-payment-not-settled-webhook-v3": "Advisory bacs_credit_not_settled",
    "bacs-debit-contra-received-webhook-v3": "Ignored",
    "bacs-debit-payment-not-settled-webhook-v3": "Advisory bacs_debit_not_settled",
    "bacs-direct-credit-inbound-payment-created-webhook-v2": "Ignored",
    "bacs-direct-credit-inbound-payment-held-webhook-v3": "Ignored",
    "bacs-direct-credit-recalled-webhook-v1": "BacsReversal",
    "bacs-direct-credit-return-created-webhook-v4": "BacsReversal",
    "bacs-direct-debit-inbound-payment-created-webhook-v2": "Ignored",
    "bacs-direct-debit-indemnity-claim-received-event-webhook-v3": "Advisory bacs_indemnity_claim",
    "bacs-direct-debit-return-created-webhook-v4": "Advisory bacs_debit_returned",
    "bacs-mandate-cancellation-failed-webhook-v1": "Ignored",
    "bacs-mandate-cancelled-webhook-v2": "Ignored",
    "bacs-mandate-initiated-webhook-v2": "Ignored",
    "bacs-mandate-initiation-failed-webhook-v1": "Ignored",
    "bacs-mandate-migrated-webhook-v2": "Ignored",
    "bacs-mandate-return-failed-webhook-v1": "Ignored",
    "bacs-mandate-returned-webhook-v1": "Ignored",
    "bacs-unapplied-credit-received-webhook-v3": "Advisory bacs_credit_unapplied",
    "bacs-unpaid-direct-debit-received-webhook-v3": "Advisory bacs_debit_unpaid",
    "fi-test-event-v1": "Ignored",
    "inbound-held-transaction-v1": "Advisory inbound_held",
    "outbound-held-transaction-v1": "PaymentReport",
    "payment-message-assessment-failed-webhook-v1": "PaymentReport",
    "payment-message-validation-failed-webhook-v1": "PaymentReport",
    "statement-ready-for-download-webhook-v1": "Ignored",
    "transaction-rejected-v2": "Ignored",
    "transaction-settled-webhook-v6-transfer": "Settlement",
    "virtual-account-created-v2": "AccountReport",
    "virtual-account-created-v3": "AccountReport",
    "virtual-account-creation-failed-v2": "AccountReport",
    "virtual-account-creation-failed-v3": "AccountReport",
}
EVERY_EXAMPLE = pytest.mark.parametrize("example", webhook_examples(), ids=lambda path: path.stem)


@EVERY_EXAMPLE
def test_it_is_taken_stored_and_answered_with_its_nonce(example: Path) -> None:
    listener, raw = Listener(), example.read_bytes()
    answer = listener.from_the_bank(raw)
    assert answer.status_code == 200
    assert answer.data == b'{"Nonce":%d}' % parse_envelope(raw).nonce
    assert [receipt.body for receipt in listener.receipts()] == [raw]


@EVERY_EXAMPLE
def test_its_name_begins_with_its_type_and_its_last_name_is_its_own(example: Path) -> None:
    envelope = parse_envelope(example.read_bytes())
    identity = clearbank_identity(envelope)
    assert all(name.startswith(f"{envelope.kind}-") for name in identity.names)
    assert identity.fingerprint[:12] in identity.names[-1]


def test_no_two_have_one_fingerprint() -> None:
    fingerprints = {clearbank_identity(parse_envelope(path.read_bytes())).fingerprint for path in webhook_examples()}
    assert len(fingerprints) == len(webhook_examples()) > 0


def read_as(example: Path) -> list[str]:
    """The kind of each meaning; advisories and what is not recognised also by their code."""
    found = interpret_clearbank(example.read_bytes())
    return [
        f"{type(meaning).__name__} {meaning.code}"
        if isinstance(meaning, Advisory | Unrecognised)
        else type(meaning).__name__
        for meaning in found
    ]


@EVERY_EXAMPLE
def test_each_is_read_as_it_was_decided(example: Path) -> None:
    assert read_as(example) == [MEANINGS.get(example.stem, "Unrecognised unknown_type")]


def test_what_a_lender_needs_is_decided_and_the_rest_is_kept_for_a_person() -> None:
    assert {f"{stem}.json" for stem in MEANINGS} == examples_a_lender_needs()


def test_the_created_account_of_both_versions_is_found_by_all_that_names_it() -> None:
    (third,) = interpret_clearbank(_example("virtual-account-created-v3"))
    (second,) = interpret_clearbank(_example("virtual-account-created-v2"))
    assert isinstance(third, AccountReport)
    assert isinstance(second, AccountReport)
    assert (len(third.references), len(second.references)) == (3, 2)
    assert all(isinstance(report.event, AccountCreated) for report in (third, second))


def test_the_reasons_of_both_versions_of_a_failed_creation_are_read() -> None:
    codes = []
    for stem in ("virtual-account-creation-failed-v3", "virtual-account-creation-failed-v2"):
        (report,) = interpret_clearbank(_example(stem))
        assert isinstance(report, AccountReport)
        assert isinstance(report.event, AccountRefused)
        codes.append(report.event.code)
    assert codes == ["AccountIbanSortCode", "AccountModulusFailed"]


def test_every_file_of_the_lenders_table_is_there() -> None:
    assert examples_a_lender_needs() <= {path.name for path in webhook_examples()}
    assert len(examples_a_lender_needs()) > 30


def test_the_one_body_printed_in_its_wire_form_is_taken() -> None:
    raw = (FOLDER / "webhooks" / "fi-test-event-v1.body.txt").read_bytes()
    assert Listener().from_the_bank(raw).data == b'{"Nonce":1448545215}'


def _example(stem: str) -> bytes:
    return (FOLDER / "webhooks" / f"{stem}.json").read_bytes()
