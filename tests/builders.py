"""Test data by intent: each builder gives a whole and valid value; a test names only what it is about."""

from dataclasses import replace
from typing import Any

from services.worker.handlers.office import Rules
from shared.domain.core_records import CoreHolder, CoreLoan, CoreTransaction
from shared.domain.disbursement import Disbursement, DisbursementOrder
from shared.domain.events import (
    Address,
    Confirmed,
    PaymentHeld,
    PaymentRejected,
    PaymentReturned,
    PaymentSettled,
    Routed,
)
from shared.domain.meanings import BankReport
from shared.domain.money import pence_from_text
from shared.domain.repayment import MoneyReceived, Repayment
from shared.domain.schemes import Scheme
from shared.domain.webhook_identity import WebhookIdentity
from shared.store.inbox import NewReceipt

OPERATING_IBAN = "GB29NWBK60161331926819"
CREDITOR_IBAN = "GB82WEST12345698765432"
LOAN_IBAN = "GB33BUKB20201555555555"
FPS_CHANNEL, CHAPS_CHANNEL = "MBU_Loan_Disbursement_FPS", "MBU_Loan_Disbursement_CHAPS"
CHANNELS = {FPS_CHANNEL: Scheme.FPS, CHAPS_CHANNEL: Scheme.CHAPS}
TRANSACTION_KEY = "8a8187366a01d4a1016a023792a50001"
LOAN_KEY = "8a8187366a01d4a1016a023792a5f00d"


def the_rules(**changed: Any) -> Rules:
    """The set-up's decisions; `find_loans_by_iban=False` for a lender without virtual accounts."""
    rules = Rules(scheme_of_channel=CHANNELS, find_loans_by_iban=True, takes_bacs=False, operating_iban=OPERATING_IBAN)
    return replace(rules, **changed)


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
        debtor_iban=OPERATING_IBAN,
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


def a_confirmed_disbursement(order: DisbursementOrder | None = None, **changed: Any) -> Disbursement:
    """Routed and confirmed: whatever a payment request is made of is there."""
    order = order or a_disbursement_order()
    route = a_route(order)
    confirmation = Confirmed("1234", order.loan_id, route.debtor_name or "Ada Lovelace", an_address(), an_address())
    return replace(a_disbursement(order).apply(route).apply(confirmation), **changed)


def a_core_transaction(order: DisbursementOrder | None = None, **changed: Any) -> CoreTransaction:
    """The core's own record of what the order says."""
    order = order or a_disbursement_order()
    transaction = CoreTransaction(
        key=order.transaction_key,
        id="1234",
        type="DISBURSEMENT",
        amount_pence=order.amount_pence,
        channel=order.channel,
        loan_key=LOAN_KEY,
        adjusted=False,
    )
    return replace(transaction, **changed)


def a_core_loan(loan_id: str = "LOAN1", **changed: Any) -> CoreLoan:
    loan = CoreLoan(
        key=LOAN_KEY,
        id=loan_id,
        state="ACTIVE",
        currency="GBP",
        holder_type="CLIENT",
        holder_key="holder-1",
        iban=LOAN_IBAN,
        virtual_account_id="virtual-1",
    )
    return replace(loan, **changed)


def a_holder(**changed: Any) -> CoreHolder:
    return replace(CoreHolder("Ada Lovelace", an_address()), **changed)


def a_settled_credit(amount: str = "88.50", on_iban: str = LOAN_IBAN, **changed: Any) -> MoneyReceived:
    """Money that came in. `reference="repayment of LOAN1"` for a lender that finds loans by reference."""
    money = MoneyReceived(
        transaction_id="0b8f2f6c-7a8e-4f5c-9f0e-2c2a4c1d9e77",
        end_to_end_id="salary-march",
        amount_pence=pence_from_text(amount),
        currency="GBP",
        scheme="FasterPayments",
        account_iban=on_iban,
        account_name="Ada Lovelace",
        payer_iban=CREDITOR_IBAN,
        payer_name="A Lovelace",
        reference="March",
    )
    return replace(money, **changed)


def a_repayment(money: MoneyReceived | None = None, **changed: Any) -> Repayment:
    return replace(Repayment.received(money or a_settled_credit()), **changed)


def the_bank_settles(end_to_end_id: str = TRANSACTION_KEY) -> BankReport:
    return BankReport(end_to_end_id, PaymentSettled(f"bank-{end_to_end_id}"))


def the_bank_holds(end_to_end_id: str = TRANSACTION_KEY) -> BankReport:
    return BankReport(end_to_end_id, PaymentHeld())


def the_bank_rejects(end_to_end_id: str = TRANSACTION_KEY, code: str = "AC04") -> BankReport:
    return BankReport(end_to_end_id, PaymentRejected(code, "the account is closed"))


def the_bank_returns(end_to_end_id: str = TRANSACTION_KEY, code: str = "AC01") -> BankReport:
    return BankReport(end_to_end_id, PaymentReturned(f"return-{end_to_end_id}", code))


def a_new_receipt(
    name: str = "TransactionSettled-salary-march",
    fingerprint: str = "f" * 64,
    digest: str = "d" * 64,
    body: bytes = b"{}",
    **changed: Any,
) -> NewReceipt:
    """A webhook whose origin is proved; the last of its names is its own, as the identity makes them."""
    names = (name, f"{name}-{fingerprint[:12]}")
    identity = WebhookIdentity(names, fingerprint, digest)
    receipt = NewReceipt("clearbank", "TransactionSettled", identity, body, b"envelope of " + fingerprint.encode())
    return replace(receipt, **changed)
