"""What a receiver written for UMM Services finds: its headers and its envelope, by the narrowest reading."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.domain.hub.delivery import delivery_id, idempotency_key
from shared.domain.hub.event import BusinessEvent, event_id
from shared.domain.hub.subscription import UmmTerms
from shared.domain.hub.triggers import Trigger
from shared.domain.hub.umm_profile import UmmTermsError, umm_body, umm_event_type, umm_headers, umm_terms

TERMS = UmmTerms("CLIAAA1234", "retail_transfers", "online")
NOW = datetime(2026, 1, 31, 12, 0, 0, 123_456, tzinfo=UTC)


def test_documented_terms_are_taken() -> None:
    assert umm_terms("CLIAAA1234", "retail_transfers", "online") == TERMS


@pytest.mark.parametrize("client_key", ["", "CLIAAADDD0910", "CLI-1", "CLI 1", "CLI1\n", "ключ", "a" * 11])
def test_a_client_key_outside_of_the_pattern_is_refused(client_key: str) -> None:
    with pytest.raises(UmmTermsError, match=r"client key .* is not 1 to 10 letters and digits; set allow_long"):
        umm_terms(client_key, "retail_transfers", "online")


def test_an_assigned_key_of_thirteen_is_taken_when_that_is_asked_for_and_none_longer() -> None:
    terms = umm_terms("CLIAAADDD0910", "retail_transfers", "online", allow_long_client_key=True)

    assert terms.client_key == "CLIAAADDD0910"
    with pytest.raises(UmmTermsError, match=r"1 to 13 letters and digits$"):
        umm_terms("CLIAAADDD09101", "retail_transfers", "online", allow_long_client_key=True)


@pytest.mark.parametrize(
    ("product", "channel", "what"),
    [
        ("loans", "online", "product 'loans'"),
        ("retail_transfers", "", "payment channel ''"),
        ("Retail_Transfers", "atm", "product"),
    ],
)
def test_a_value_that_is_not_documented_is_refused_with_those_that_are(product: str, channel: str, what: str) -> None:
    with pytest.raises(UmmTermsError, match=f"the {what}.* is none of .*; set allow_other_values"):
        umm_terms("CLI", product, channel)


def test_other_values_go_by_the_pattern_when_that_is_asked_for() -> None:
    assert umm_terms("CLI", "Loans & more", "branch-1", allow_other_values=True).product == "Loans & more"


@pytest.mark.parametrize("product", ["", "a" * 101, " loans", "loans ", "lo\nans", "loans\n", "loans/1"])
def test_other_values_outside_of_the_pattern_are_refused(product: str) -> None:
    with pytest.raises(UmmTermsError, match=r"the product .* is not 1 to 100"):
        umm_terms("CLI", product, "online", allow_other_values=True)


def test_the_five_headers_have_their_names_and_forms() -> None:
    key = idempotency_key(delivery_id("event", "subscription"), 1)
    headers = dict(umm_headers(TERMS, key, NOW))

    assert headers == {
        "client_key": "CLIAAA1234",
        "product": "retail_transfers",
        "payment_channel": "online",
        "idempotent_request_key": key,
        "timestamp": "2026-01-31T12:00:00.123+00:00",
    }
    assert re.fullmatch(r"[a-zA-Z0-9_=-]{1,50}", headers["idempotent_request_key"])


@pytest.mark.parametrize(
    ("now", "timestamp"),
    [
        (datetime(2026, 7, 1, 1, 0, tzinfo=timezone(timedelta(hours=5, minutes=30))), "2026-06-30T19:30:00.000+00:00"),
        (datetime(2026, 1, 31, 12, 0, 0, 999_999, tzinfo=UTC), "2026-01-31T12:00:00.999+00:00"),
    ],
)
def test_the_timestamp_is_of_utc_with_three_decimals_and_an_offset(now: datetime, timestamp: str) -> None:
    assert dict(umm_headers(TERMS, "key", now))["timestamp"] == timestamp


def test_the_envelope_holds_the_events_own_text_unchanged() -> None:
    event = BusinessEvent(
        id=event_id(Trigger.ON_CREDIT_TRANSACTION, "t-1"),
        trigger=Trigger.ON_CREDIT_TRANSACTION,
        bank_id="bank",
        occurred_at=NOW,
        payload='{"amount": 50.00, "b":[ ]}',
        values={},
    )

    assert umm_body(event) == (
        f'{{"event_id":"{event.id}","event_type":"on_credit_transaction","event_time":"2026-01-31T12:00:00.123+00:00",'
        '"data":{"amount": 50.00, "b":[ ]}}'
    )
    assert json.loads(umm_body(event))["data"] == {"amount": 50.0, "b": []}


@pytest.mark.parametrize("trigger", Trigger)
def test_every_trigger_has_a_type_of_small_letters_underscores_and_dots(trigger: Trigger) -> None:
    assert re.fullmatch(r"[a-z0-9_.]{1,100}", umm_event_type(trigger))


def test_types_are_as_many_as_triggers() -> None:
    assert len({umm_event_type(trigger) for trigger in Trigger}) == len(Trigger)
