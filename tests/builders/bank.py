"""What the bank has and what it tells: virtual accounts, money that moved, and reports."""

from dataclasses import replace
from typing import Any

from shared.domain.bank_records import VirtualAccount
from shared.domain.disbursement import DisbursementOrder
from shared.domain.events import AccountCreated, AccountRefused, PaymentHeld, PaymentRejected
from shared.domain.meanings import AccountReport, Advisory, PaymentReport
from shared.domain.money import pence_from_text
from shared.domain.settlement import Direction, Settlement
from tests.builders.orders import a_disbursement_order
from tests.builders.setup import CREDITOR_IBAN, LOAN_IBAN, OPERATING_IBAN, VIRTUAL_ACCOUNT_ID


def a_virtual_account(**changed: Any) -> VirtualAccount:
    """The account of `a_core_loan()`, in the name of `a_holder()`."""
    account = VirtualAccount(id=VIRTUAL_ACCOUNT_ID, iban=LOAN_IBAN, owner_name="Ada Lovelace", is_enabled=True)
    return replace(account, **changed)


def a_settled_credit(amount: str = "88.50", on_iban: str = LOAN_IBAN, **changed: Any) -> Settlement:
    """Money that came in. `reference="repayment of LOAN1"` for a lender that finds loans by reference."""
    settlement = Settlement(
        transaction_id="0b8f2f6c-7a8e-4f5c-9f0e-2c2a4c1d9e77",
        direction=Direction.CREDIT,
        amount_pence=pence_from_text(amount),
        currency="GBP",
        account_iban=on_iban,
        end_to_end_id="salary-march",
        scheme="FasterPayments",
        account_name="Ada Lovelace",
        counterpart_iban=CREDITOR_IBAN,
        counterpart_name="A Lovelace",
        reference="March",
    )
    return replace(settlement, **changed)


def a_settled_debit(amount: str = "1500.00", from_iban: str = LOAN_IBAN, **changed: Any) -> Settlement:
    """Money that left by a payment that somebody began at the bank."""
    settlement = Settlement(
        transaction_id="5d6f0b57-54c6-4a71-8f0b-7f1f4a0d2c11",
        direction=Direction.DEBIT,
        amount_pence=pence_from_text(amount),
        currency="GBP",
        account_iban=from_iban,
        end_to_end_id="portal-payment-7",
        scheme="FasterPayments",
        account_name="Ada Lovelace",
        counterpart_iban=CREDITOR_IBAN,
        counterpart_name="A Lovelace",
        reference="drawdown",
    )
    return replace(settlement, **changed)


def the_return_of(settlement: Settlement, **changed: Any) -> Settlement:
    """The same money going the other way through the scheme, under the end-to-end id it came by."""
    direction = Direction.DEBIT if settlement.direction is Direction.CREDIT else Direction.CREDIT
    back = replace(
        settlement,
        transaction_id=f"return-{settlement.transaction_id}",
        direction=direction,
        is_return=True,
        scheme_id="",
        returned_scheme_id=settlement.scheme_id,
        return_code="AC01",
    )
    return replace(back, **changed)


def the_bank_settles(order: DisbursementOrder | None = None, **changed: Any) -> Settlement:
    """The debit that tells of our own payment; it names the end-to-end id we gave."""
    order = order or a_disbursement_order()
    settlement = Settlement(
        transaction_id=f"bank-{order.transaction_key}",
        direction=Direction.DEBIT,
        amount_pence=order.amount_pence,
        currency=order.currency,
        account_iban=OPERATING_IBAN,
        end_to_end_id=order.transaction_key,
        scheme="FasterPayments",
        account_name="Northern Lender",
        counterpart_iban=order.creditor_iban,
        counterpart_name=order.creditor_name,
        reference=order.payment_reference,
    )
    return replace(settlement, **changed)


def the_bank_returns(order: DisbursementOrder | None = None, **changed: Any) -> Settlement:
    """Our own payment came back through the scheme."""
    return the_return_of(the_bank_settles(order), **changed)


def the_bank_holds(order: DisbursementOrder | None = None) -> PaymentReport:
    return PaymentReport(_end_to_end_id(order), PaymentHeld())


def the_bank_rejects(order: DisbursementOrder | None = None, code: str = "AC04") -> PaymentReport:
    return PaymentReport(_end_to_end_id(order), PaymentRejected(code, "the account is closed"))


def an_account_created(reference: str, **changed: Any) -> AccountReport:
    """The bank's webhook about the account that was asked for by this external id or IBAN."""
    created = replace(AccountCreated(VIRTUAL_ACCOUNT_ID, LOAN_IBAN), **changed)
    return AccountReport(tuple(dict.fromkeys((reference, created.iban))), created)


def an_account_refused(reference: str, code: str = "ExternalVirtualAccountIdNotUnique") -> AccountReport:
    return AccountReport((reference,), AccountRefused(code, f"the bank said {code}"))


def an_advisory(code: str = "inbound_held", **changed: Any) -> Advisory:
    advisory = Advisory(
        code, "the bank holds an inbound payment", "it is being screened", "wait for the bank", LOAN_IBAN, 8850
    )
    return replace(advisory, **changed)


def _end_to_end_id(order: DisbursementOrder | None) -> str:
    return (order or a_disbursement_order()).transaction_key
