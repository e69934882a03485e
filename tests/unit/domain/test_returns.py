from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.domain.returns import RETURN_REASONS, check_return
from tests.builders import a_settled_credit, a_settled_debit

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("scheme", "reason"), [(scheme, word) for scheme in RETURN_REASONS for word in sorted(RETURN_REASONS[scheme])]
)
def test_a_credit_may_be_returned_for_each_reason_of_its_scheme(scheme: str, reason: str) -> None:
    assert check_return(a_settled_credit(scheme=scheme, created_at=NOW), reason, NOW) is None


def test_what_went_out_is_never_sent_back() -> None:
    assert (
        check_return(a_settled_debit(), "Other", NOW) == "Only money that came in can be sent back, and this went out."
    )


@pytest.mark.parametrize(
    ("scheme", "said"), [("Transfer", "Transfer"), ("", "an unnamed scheme"), ("Cheque", "Cheque")]
)
def test_a_scheme_without_returns_is_named(scheme: str, said: str) -> None:
    sentence = check_return(a_settled_credit(scheme=scheme), "Other", NOW)
    assert sentence
    assert sentence.startswith(f"The money came by {said}; only Bacs, Chaps, FasterPayments know returns")


@pytest.mark.parametrize(
    ("scheme", "reason"), [("FasterPayments", "AC04"), ("Chaps", "Other"), ("Chaps", "NARR"), ("Bacs", "A")]
)
def test_a_reason_of_another_scheme_is_refused_and_the_right_ones_are_listed(scheme: str, reason: str) -> None:
    sentence = check_return(a_settled_credit(scheme=scheme), reason, NOW)
    assert sentence
    assert sentence.startswith(f"{reason!r} is no reason for a return by {scheme}")
    assert all(word in sentence for word in RETURN_REASONS[scheme])


@pytest.mark.parametrize(
    ("created_at", "may_go_back"),
    [
        (NOW - timedelta(days=90), True),
        (datetime(2026, 4, 1, 0, 0, tzinfo=UTC), True),  # the 90th day counts to its end
        (datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC), False),
        # The same moment as the one before, as a clock in London shows it.
        (datetime(2026, 4, 1, 0, 59, 59, tzinfo=timezone(timedelta(hours=1))), False),
        (None, True),
    ],
)
def test_a_faster_payment_goes_back_within_90_calendar_days_in_utc(
    created_at: datetime | None, *, may_go_back: bool
) -> None:
    settlement = a_settled_credit(created_at=created_at)
    sentence = check_return(settlement, "Other", NOW)
    assert (sentence is None) is may_go_back
    assert sentence is None or "within 90 days" in sentence


def test_only_faster_payments_have_that_window() -> None:
    old = replace(a_settled_credit(created_at=NOW - timedelta(days=400)), scheme="Chaps")
    assert check_return(old, "AC04", NOW) is None
