"""Webhooks of other bank systems: each is passed on to our own subscribers as it came.

The listener took only JSON objects, so a body that is none now is for a person.
"""

import json
from collections.abc import Sequence
from typing import Any

from shared.domain.hub.placeholders import sendable
from shared.domain.hub.triggers import ACCOUNT_TRIGGERS, Trigger
from shared.domain.meanings import ForeignEvent, Meaning, Unrecognised

_MOST_CHARACTERS = 200
_OBP_TRIGGERS = {trigger.value: trigger for trigger in (*ACCOUNT_TRIGGERS, Trigger.ON_CREATE_TRANSACTION)}


def interpret_umm(raw: bytes, kind: str) -> Sequence[Meaning]:
    """What the fields are called is not documented (UMM Services Webhooks): these names are in use elsewhere."""
    read = _read(raw)
    if isinstance(read, Unrecognised):
        return [read]
    text, body = read
    original = {"ORIGINAL_ID": _text(body, "event_id", "id", "eventId"), "ORIGINAL_TYPE": kind}
    return [ForeignEvent(Trigger.UMM_RECEIVED, text, original)]


def interpret_obp(raw: bytes, kind: str) -> Sequence[Meaning]:
    """A trigger that we know ourselves goes out as such, for the bank and account that it names (OBP-API, account
    webhooks); anything else by the trigger for what is not ours."""
    read = _read(raw)
    if isinstance(read, Unrecognised):
        return [read]
    text, body = read
    bank_id, account_id = _text(body, "bank_id"), _text(body, "account_id")
    trigger = _OBP_TRIGGERS.get(_text(body, "event_name"), Trigger.OBP_RECEIVED)
    if trigger is Trigger.OBP_RECEIVED or not (bank_id and account_id):
        original = {"ORIGINAL_ID": _text(body, "event_id"), "ORIGINAL_TYPE": kind}
        return [ForeignEvent(Trigger.OBP_RECEIVED, text, original, bank_id, account_id)]
    return [ForeignEvent(trigger, text, _values(trigger, body), bank_id, account_id)]


def _values(trigger: Trigger, body: dict[str, Any]) -> dict[str, str]:
    """Amounts are texts of number, blank and currency."""
    if trigger is Trigger.ON_CREATE_TRANSACTION:
        return {"TRANSACTION_ID": _text(body, "transaction_id")}
    amount, _, currency = _text(body, "amount").partition(" ")
    return {"AMOUNT": amount, "CURRENCY": currency, "BALANCE": _text(body, "balance").partition(" ")[0]}


def _read(raw: bytes) -> tuple[str, dict[str, Any]] | Unrecognised:
    try:
        text = sendable(raw.decode(json.detect_encoding(raw), "surrogatepass"))
        body = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        return Unrecognised("body_unreadable", f"the stored body is not JSON: {type(error).__name__}")
    if not isinstance(body, dict):
        return Unrecognised("body_unreadable", "the stored body is not a JSON object")
    return text, body


def _text(body: dict[str, Any], *names: str) -> str:
    """The first of these fields that is a text which can be an id; "" when none is."""
    texts = (value.strip() for name in names if isinstance(value := body.get(name), str))
    return next((text for text in texts if text.isprintable() and 0 < len(text) <= _MOST_CHARACTERS), "")
