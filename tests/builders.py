"""Test data by intent: each builder gives a whole and valid value; a test names only what it is about."""

from dataclasses import replace
from typing import Any

from services.worker.handlers.office import Rules
from shared.domain.bank_records import VirtualAccount
from shared.domain.closure import Closure, LoanClosed
from shared.domain.core_records import CoreHolder, CoreLoan, CoreTransaction
from shared.domain.disbursement import Disbursement, DisbursementOrder
from shared.domain.events import (
    AccountChosen,
    AccountCreated,
    AccountRefused,
    Address,
    Confirmed,
    PaymentHeld,
    PaymentRejected,
    Routed,
)
from shared.domain.meanings import AccountReport, Advisory, PaymentReport
from shared.domain.money import pence_from_text
from shared.domain.notification import Flag, Notice, Notification
from shared.domain.posting import BankDisbursement, Repayment, posting_of
from shared.domain.schemes import Scheme
from shared.domain.settlement import Direction, Settlement
from shared.domain.webhook_identity import WebhookIdentity
from shared.store.inbox import NewReceipt

OPERATING_IBAN = "GB29NWBK60161331926819"
CREDITOR_IBAN = "GB82WEST12345698765432"
LOAN_IBAN = "GB33BUKB20201555555555"
VIRTUAL_ACCOUNT_ID = "virtual-1"
FPS_CHANNEL, CHAPS_CHANNEL = "MBU_Loan_Disbursement_FPS", "MBU_Loan_Disbursement_CHAPS"
CHANNELS = {FPS_CHANNEL: Scheme.FPS, CHAPS_CHANNEL: Scheme.CHAPS}
TRANSACTION_KEY = "8a8187366a01d4a1016a023792a50001"
LOAN_KEY = "8a8187366a01d4a1016a023792a5f00d"


def the_rules(**changed: Any) -> Rules:
    """The set-up's decisions: repayments go by virtual account, disbursements leave the lender's own account, and
    people are told of everything.

    `links_disbursements=True` for a lender whose loans pay from accounts of their own, `bank_picks_the_number=True`
    when the bank numbers them; `finds_loans_by_account=False` for a lender without virtual accounts.
    """
    rules = Rules(
        scheme_of_channel=CHANNELS,
        finds_loans_by_account=True,
        links_disbursements=False,
        bank_picks_the_number=False,
        takes_bacs=False,
        operating_iban=OPERATING_IBAN,
        told=frozenset(Flag),
    )
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
    """An open loan that is tied to `a_virtual_account()`."""
    loan = CoreLoan(
        key=LOAN_KEY,
        id=loan_id,
        state="ACTIVE",
        currency="GBP",
        holder_type="CLIENT",
        holder_key="holder-1",
        iban=LOAN_IBAN,
        virtual_account_id=VIRTUAL_ACCOUNT_ID,
        amount_pence=150_000,
    )
    return replace(loan, **changed)


def an_unlinked_loan(loan_id: str = "LOAN1", **changed: Any) -> CoreLoan:
    """A loan that has no virtual account yet."""
    return a_core_loan(loan_id, **{"iban": "", "virtual_account_id": "", **changed})


def a_holder(**changed: Any) -> CoreHolder:
    return replace(CoreHolder("Ada Lovelace", an_address()), **changed)


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


def a_repayment(settlement: Settlement | None = None, **changed: Any) -> Repayment:
    posting = posting_of(settlement or a_settled_credit())
    assert isinstance(posting, Repayment), "only a credit repays"
    return replace(posting, **changed)


def a_bank_disbursement(settlement: Settlement | None = None, **changed: Any) -> BankDisbursement:
    posting = posting_of(settlement or a_settled_debit())
    assert isinstance(posting, BankDisbursement), "only a debit disburses"
    return replace(posting, **changed)


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


def a_loan_closure(loan_id: str = "LOAN1", **changed: Any) -> LoanClosed:
    """What the core's webhook says of a loan that is over."""
    return replace(LoanClosed(loan_id, VIRTUAL_ACCOUNT_ID, LOAN_IBAN, "repaid in full"), **changed)


def a_closure(closed: LoanClosed | None = None, **changed: Any) -> Closure:
    return replace(Closure.told(closed or a_loan_closure(), "f" * 64), **changed)


def a_notice(**changed: Any) -> Notice:
    notice = Notice(
        about=f"disbursement:{TRANSACTION_KEY}",
        code="pay:gave_up",
        flags=(Flag.CREATE_PAYMENT,),
        what="the payment could not be made",
        reason="the bank was busy for a day",
        advice="look the payment up at the bank",
        loan_id="LOAN1",
        amount_pence=150_000,
    )
    return replace(notice, **changed)


def a_notification(notice: Notice | None = None, **changed: Any) -> Notification:
    return replace(Notification.of(notice or a_notice()), **changed)


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


def _end_to_end_id(order: DisbursementOrder | None) -> str:
    return (order or a_disbursement_order()).transaction_key
