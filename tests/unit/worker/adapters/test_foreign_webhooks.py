"""Webhooks of other bank systems are passed on as they came."""

import json

import pytest

from services.worker.adapters.foreign_webhooks import interpret_obp, interpret_umm
from shared.domain.hub.event import BusinessEvent
from shared.domain.hub.foreign_events import foreign_event
from shared.domain.hub.triggers import Trigger, placeholders_of
from shared.domain.meanings import ForeignEvent, Unrecognised
from shared.domain.receipts import Receipt, ReceiptState
from tests.unit.listener.listeners import a_umm_event, an_obp_event

BANK, ACCOUNT = "gh.29.uk", "8ca8a7e4-6d02-40e3-a129-0b2bf89de9f0"


def obp(raw: bytes, kind: str = "OnCreditTransaction") -> ForeignEvent:
    (meaning,) = interpret_obp(raw, kind)
    assert isinstance(meaning, ForeignEvent)
    return meaning


def umm(raw: bytes, kind: str = "payment.settled") -> ForeignEvent:
    (meaning,) = interpret_umm(raw, kind)
    assert isinstance(meaning, ForeignEvent)
    return meaning


def as_event(told: ForeignEvent) -> BusinessEvent:
    receipt = Receipt("1", "name", "obp", "kind", b"", ReceiptState.STORED, 0)
    return foreign_event(told, receipt, "ours")


@pytest.mark.parametrize("trigger", ["OnBalanceChange", "OnCreditTransaction", "OnDebitTransaction"])
def test_a_known_trigger_goes_out_as_itself_for_the_bank_and_account_it_names(trigger: str) -> None:
    raw = an_obp_event(event_name=trigger, amount="-50.00 GBP")
    told = obp(raw, trigger)
    assert (told.trigger.value, told.bank_id, told.account_id) == (trigger, BANK, ACCOUNT)
    assert told.values == {"AMOUNT": "-50.00", "CURRENCY": "GBP", "BALANCE": "739.00"}
    assert told.payload == raw.decode()


def test_a_transaction_keeps_its_id() -> None:
    raw = an_obp_event(event_name="OnCreateTransaction", transaction_id="T-1", amount=None, balance=None)
    assert (obp(raw).trigger, obp(raw).values) == (Trigger.ON_CREATE_TRANSACTION, {"TRANSACTION_ID": "T-1"})


@pytest.mark.parametrize(
    "changed", [{"event_name": "OnNews"}, {"event_name": None}, {"bank_id": None}, {"account_id": ""}]
)
def test_what_is_no_known_trigger_or_names_no_account_goes_out_as_received(changed: dict[str, object]) -> None:
    told = obp(an_obp_event(**changed), "OnNews")
    assert told.trigger is Trigger.OBP_RECEIVED
    assert told.values == {"ORIGINAL_ID": "9ca9a7e4-6d02-40e3-a129-0b2bf89de9b1", "ORIGINAL_TYPE": "OnNews"}


@pytest.mark.parametrize("name", ["event_id", "id", "eventId"])
def test_a_umm_event_goes_out_as_received_whatever_its_id_is_called(name: str) -> None:
    raw = a_umm_event(**{"event_id": None, name: "evt-7"})
    told = umm(raw)
    assert (told.trigger, told.payload) == (Trigger.UMM_RECEIVED, raw.decode())
    assert told.values == {"ORIGINAL_ID": "evt-7", "ORIGINAL_TYPE": "payment.settled"}
    assert (told.bank_id, told.account_id) == ("", "")


def test_every_event_has_exactly_the_placeholders_of_its_trigger() -> None:
    for told in (umm(a_umm_event()), obp(an_obp_event()), obp(an_obp_event(event_name="OnNews"))):
        event = as_event(told)
        assert set(event.placeholders) == placeholders_of(event.trigger)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_body_in_any_encoding_that_json_allows_is_passed_on_as_text(encoding: str) -> None:
    raw = '{"event_id":"evt-1","name":"Zoë"}'.encode(encoding)
    assert umm(raw).payload == '{"event_id":"evt-1","name":"Zoë"}'


def test_an_id_that_is_no_text_to_show_is_left_out_and_the_rest_passed_on() -> None:
    for odd in ("\x00", "half \ud83d", "x" * 201, " ", None, ["evt"]):
        told = umm(json.dumps({"event_id": odd}).encode())
        assert told.values["ORIGINAL_ID"] == ""


@pytest.mark.parametrize("raw", [b"<no JSON>", b"\xff", b"", b"[]", b"7", b"[" * 100_000])
def test_a_stored_body_that_can_no_longer_be_read_is_left_to_a_person(raw: bytes) -> None:
    for meanings in (interpret_umm(raw, "Event"), interpret_obp(raw, "Event")):
        (meaning,) = meanings
        assert isinstance(meaning, Unrecognised)
        assert meaning.code == "body_unreadable"
