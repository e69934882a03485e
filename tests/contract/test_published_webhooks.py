"""Every webhook example that ClearBank publishes, through what the listener and the worker do with it."""

from pathlib import Path

import pytest

from services.worker.adapters.clearbank.webhooks import interpret_clearbank
from shared.domain.meanings import Unrecognised
from shared.domain.webhook_envelope import parse_envelope
from shared.domain.webhook_identity import clearbank_identity
from tests.contract.published import FOLDER, examples_a_lender_needs, needs_contracts, webhook_examples
from tests.unit.listener.listeners import Listener

pytestmark = needs_contracts
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


@EVERY_EXAMPLE
def test_what_a_lender_needs_is_understood_and_the_rest_is_kept_for_a_person(example: Path) -> None:
    meanings = interpret_clearbank(example.read_bytes())
    unrecognised = [meaning for meaning in meanings if isinstance(meaning, Unrecognised)]
    if example.name in examples_a_lender_needs():
        assert meanings
        assert not unrecognised
    else:
        assert [meaning.code for meaning in unrecognised] == ["unknown_type"]


def test_every_file_of_the_lenders_table_is_there() -> None:
    assert examples_a_lender_needs() <= {path.name for path in webhook_examples()}
    assert len(examples_a_lender_needs()) > 30


def test_the_one_body_printed_in_its_wire_form_is_taken() -> None:
    raw = (FOLDER / "webhooks" / "fi-test-event-v1.body.txt").read_bytes()
    assert Listener().from_the_bank(raw).data == b'{"Nonce":1448545215}'
