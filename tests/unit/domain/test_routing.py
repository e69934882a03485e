"""May it be paid, and how: each refusal and each boundary."""

from typing import Any

import pytest

from shared.domain.events import Routed, RouteRefused
from shared.domain.routing import route
from shared.domain.schemes import Scheme
from tests.builders import CHANNELS, CREDITOR_IBAN, a_disbursement_order


@pytest.mark.parametrize(
    ("amount", "scheme"),
    [
        ("0.01", "FPS"),
        ("1,000,000.00", "FPS"),
        ("0.01", "CHAPS"),
        ("1,000,000.01", "CHAPS"),
        ("999,999,999,999.99", "CHAPS"),
    ],
)
def test_amounts_within_the_limits_pass(amount: str, scheme: str) -> None:
    answer = route(a_disbursement_order(amount, scheme), CHANNELS)

    assert isinstance(answer, Routed)
    assert answer.scheme is Scheme[scheme]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"currency": "EUR"}, "currency_not_gbp"),
        ({"currency": ""}, "currency_not_gbp"),
        ({"currency": "gbp"}, "currency_not_gbp"),
        ({"channel": "cash"}, "channel_unknown"),
        ({"channel": ""}, "channel_unknown"),
        ({"amount_pence": 0}, "amount_not_positive"),
        ({"amount_pence": -1}, "amount_not_positive"),
        ({"amount_pence": 100_000_001}, "amount_over_limit"),
        ({"creditor_iban": ""}, "creditor_iban_invalid"),
        ({"creditor_iban": "GB00WEST12345698765432"}, "creditor_iban_invalid"),
        ({"creditor_name": ""}, "creditor_name_invalid"),
        ({"creditor_name": "Иван"}, "creditor_name_invalid"),
    ],
)
def test_an_order_that_breaks_a_rule_is_refused(changed: dict[str, Any], code: str) -> None:
    answer = route(a_disbursement_order(**changed), CHANNELS)

    assert isinstance(answer, RouteRefused)
    assert answer.code == code
    assert answer.reason


def test_the_limit_is_told_in_pounds() -> None:
    answer = route(a_disbursement_order("1,000,000.01"), CHANNELS)

    assert answer == RouteRefused("amount_over_limit", "the amount is over the limit of 1,000,000.00 pounds of FPS")


def test_a_plain_order_is_routed_without_a_change() -> None:
    answer = route(a_disbursement_order(creditor_iban="gb82 west 1234 5698 7654 32"), CHANNELS)

    assert answer == Routed(Scheme.FPS, CREDITOR_IBAN, "Ada Lovelace", "Northern Lender", "LOAN1 drawdown", "")


def test_what_the_scheme_cannot_carry_is_changed_and_told() -> None:
    order = a_disbursement_order(creditor_name="Zoë", payment_reference="x" * 36)
    answer = route(order, CHANNELS)

    assert isinstance(answer, Routed)
    assert (answer.creditor_name, answer.reference) == ("Zoe", "x" * 35)
    assert answer.changed == f"creditorName: 'Zoë' became 'Zoe'; paymentReference: {'x' * 36!r} became {'x' * 35!r}"


def test_a_debtor_name_and_a_reference_may_be_missing() -> None:
    answer = route(a_disbursement_order(debtor_name="", payment_reference=""), CHANNELS)

    assert isinstance(answer, Routed)
    assert (answer.debtor_name, answer.reference, answer.changed) == ("", "", "")
