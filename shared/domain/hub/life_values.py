"""What an event of a payment's life says beside its name: whose money it was, how much, and why."""

from collections.abc import Mapping

from shared.domain.accounts import normal_iban
from shared.domain.closure import Closure
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Flow
from shared.domain.hub.obp_payloads import amount_text
from shared.domain.hub.triggers import Trigger
from shared.domain.posting import Posting
from shared.domain.schemes import Scheme

_T = Trigger
_REASONED = frozenset(
    {
        *(_T.PAYMENT_REJECTED, _T.PAYMENT_RETURNED, _T.PAYMENT_UNMATCHED),
        *(_T.REPAYMENT_ADJUSTED, _T.VIRTUAL_ACCOUNT_FAILED),
    }
)
_IN_THE_CORE = frozenset({_T.REPAYMENT_POSTED, _T.REPAYMENT_ADJUSTED})
_BANKS_WORDS = {Scheme.FPS: "FasterPayments", Scheme.CHAPS: "Chaps"}  # as its webhooks name the schemes


def values_of(flow: Flow, trigger: Trigger) -> Mapping[str, str]:
    """The placeholders of triggers.placeholders_of, all of them where money is spoken of; texts, "" when not known.

    TRANSACTION_ID is the bank's: of the payment, or of its return; of what happens on the loan it is the core's.
    """
    code, reason = _failure(flow) if trigger in _REASONED else ("", "")
    return {"FLOW_ID": flow.id, **_values(flow, trigger), "REASON_CODE": code, "REASON": reason}


def account_of(flow: Flow, trigger: Trigger) -> str:
    """The IBAN of our account, the loan's id for what happened on the loan alone, "" when no account is chosen."""
    match flow:
        case Posting():
            return flow.loan_id if trigger in _IN_THE_CORE else normal_iban(flow.settlement.account_iban)
        case Disbursement(account=account, wanted=wanted):
            return normal_iban(account.iban if account else wanted.iban if wanted else "")
        case Closure():
            return normal_iban(flow.closed.iban) or flow.closed.loan_id
    return ""


def _values(flow: Flow, trigger: Trigger) -> Mapping[str, str]:
    match flow:
        case Disbursement():
            return _of_disbursement(flow, trigger)
        case Posting():
            return _of_posting(flow, trigger)
        case Closure():
            return {"LOAN_ID": flow.closed.loan_id}
    return {}


def _of_disbursement(flow: Disbursement, trigger: Trigger) -> Mapping[str, str]:
    order, route = flow.order, flow.route
    return {
        "LOAN_ID": flow.confirmation.loan_id if flow.confirmation else order.loan_id,
        "AMOUNT": amount_text(order.amount_pence, order.currency),
        "CURRENCY": order.currency,
        "SCHEME": _BANKS_WORDS[route.scheme] if route else "",
        "END_TO_END_ID": flow.end_to_end_id,
        "TRANSACTION_ID": flow.return_transaction_id if trigger is _T.PAYMENT_RETURNED else flow.bank_transaction_id,
        "COUNTERPART_NAME": route.creditor_name if route else order.creditor_name,
        "COUNTERPART_IBAN": route.creditor_iban if route else order.creditor_iban,
        "REFERENCE": route.reference if route else order.payment_reference,
    }


def _of_posting(flow: Posting, trigger: Trigger) -> Mapping[str, str]:
    money = flow.settlement
    transaction_ids = {
        _T.PAYMENT_RETURNED: flow.return_transaction_id,
        _T.REPAYMENT_POSTED: flow.core_transaction_id,
        _T.REPAYMENT_ADJUSTED: flow.core_transaction_id,
    }
    return {
        "LOAN_ID": flow.loan_id or flow.assigned_loan_id,
        "AMOUNT": amount_text(money.amount_pence, money.currency),
        "CURRENCY": money.currency,
        "SCHEME": money.scheme,
        "END_TO_END_ID": money.end_to_end_id,
        "TRANSACTION_ID": transaction_ids.get(trigger, money.transaction_id),
        "COUNTERPART_NAME": money.counterpart_name,
        "COUNTERPART_IBAN": money.counterpart_iban,
        "REFERENCE": money.reference,
    }


def _failure(flow: Flow) -> tuple[str, str]:
    """Code and reason; money that came back has only a code."""
    code, _, reason = flow.failure.partition(": ")
    return (reason, "") if code == "returned" else (code, reason)
