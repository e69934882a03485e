"""Orders of the core, and how far their disbursements have come."""

from dataclasses import replace
from typing import Any

from shared.domain.disbursement import Disbursement, DisbursementOrder
from shared.domain.events import AccountChosen, Address, Confirmed, Routed
from shared.domain.money import pence_from_text
from tests.builders.setup import (
    CHANNELS,
    CHAPS_CHANNEL,
    CREDITOR_IBAN,
    FPS_CHANNEL,
    LOAN_IBAN,
    LOAN_KEY,
    OPERATING_IBAN,
    TRANSACTION_KEY,
)


def an_address(**changed: Any) -> Address:
    return replace(Address("GB", "Leeds", "LS1 4AP", "Park Row", "12"), **changed)


def a_disbursement_order(amount: str = "1500.00", scheme: str = "FPS", **changed: Any) -> DisbursementOrder:
    order = DisbursementOrder(
        transaction_key=TRANSACTION_KEY,
        loan_id="LOAN1",
        channel=FPS_CHANNEL if scheme == "FPS" else CHAPS_CHANNEL,
        amount_pence=pence_from_text(amount),
        currency="GBP",
        creditor_iban=CREDITOR_IBAN,
        creditor_name="Ada Lovelace",
        debtor_iban=LOAN_IBAN,
        debtor_name="Northern Lender",
        payment_reference="LOAN1 drawdown",
    )
    return replace(order, **changed)


def a_disbursement(order: DisbursementOrder | None = None, **changed: Any) -> Disbursement:
    return replace(Disbursement.ordered(order or a_disbursement_order()), **changed)


def a_route(order: DisbursementOrder | None = None, **changed: Any) -> Routed:
    """The order as its scheme carries it, with nothing to change."""
    order = order or a_disbursement_order()
    texts = (order.creditor_iban, order.creditor_name, order.debtor_name, order.payment_reference)
    return replace(Routed(CHANNELS[order.channel], *texts), **changed)


def a_confirmation(order: DisbursementOrder | None = None, **changed: Any) -> Confirmed:
    order = order or a_disbursement_order()
    confirmation = Confirmed(
        transaction_id="1234",
        loan_id=order.loan_id,
        loan_key=LOAN_KEY,
        holder_name="Ada Lovelace",
        debtor_name=order.debtor_name or "Ada Lovelace",
        creditor_address=an_address(),
        debtor_address=an_address(),
    )
    return replace(confirmation, **changed)


def a_confirmed_disbursement(order: DisbursementOrder | None = None, **changed: Any) -> Disbursement:
    """Routed and confirmed; which account pays is not chosen yet."""
    order = order or a_disbursement_order()
    return replace(a_disbursement(order).apply(a_route(order)).apply(a_confirmation(order)), **changed)


def a_linked_disbursement(
    order: DisbursementOrder | None = None, account: AccountChosen | None = None, **changed: Any
) -> Disbursement:
    """Whatever a payment request is made of is there; it pays from the operating account unless `account` is given."""
    chosen = account or AccountChosen(OPERATING_IBAN)
    return replace(a_confirmed_disbursement(order).apply(chosen), **changed)
