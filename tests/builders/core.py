"""The core's own records, and what its webhook says of a loan that is over."""

from dataclasses import replace
from typing import Any

from shared.domain.closure import LoanClosed
from shared.domain.core_records import CoreHolder, CoreLoan, CoreTransaction
from shared.domain.disbursement import DisbursementOrder
from tests.builders.orders import a_disbursement_order, an_address
from tests.builders.setup import LOAN_IBAN, LOAN_KEY, VIRTUAL_ACCOUNT_ID


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


def a_loan_closure(loan_id: str = "LOAN1", **changed: Any) -> LoanClosed:
    """What the core's webhook says of a loan that is over."""
    return replace(LoanClosed(loan_id, VIRTUAL_ACCOUNT_ID, LOAN_IBAN, "repaid in full"), **changed)
