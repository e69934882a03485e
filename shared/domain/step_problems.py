"""What it is called when a step of a flow could not be done, which switch tells it, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.flows import Step
from shared.domain.notification import Flag


@dataclass(frozen=True, slots=True)
class Problem:
    """`what` is the problem as a part of a sentence, `advice` what to do next.

    `bank_advises`: the bank's code says what to do. `step`: a person can have it done again, and each time counts anew.
    """

    code: str
    flags: tuple[Flag, ...]
    what: str
    advice: str = ""
    bank_advises: bool = False
    step: Step | None = None


def _steps(*rules: tuple[Step, Flag, str, str]) -> Mapping[Step, Problem]:
    return {step: Problem(step.value, (flag,), what, advice, step=step) for step, flag, what, advice in rules}


# A step that could not be done, and the flow waits for a person or goes on without it.
STEPS: Mapping[Step, Problem] = _steps(
    (
        Step.ROUTE,
        Flag.CHECK_PAYMENT_SCHEME,
        "the disbursement could not be checked against its payment scheme",
        "Nothing was paid. Compare the disbursement in Mambu with the setup document.",
    ),
    (
        Step.CONFIRM,
        Flag.SEARCH_LOAN_AND_CLIENT_DETAILS,
        "the disbursement could not be confirmed with Mambu's own records",
        "Nothing was paid. Put right in Mambu what the reason names; if the loan is still to be paid out, reverse this"
        " disbursement and make a new one.",
    ),
    (
        Step.LINK,
        Flag.SEARCH_VIRTUAL_ACCOUNT_BY_IBAN,
        "the loan's virtual account could not be looked up at the bank",
        "Nothing was paid. Compare the virtual account at ClearBank with the loan's custom fields.",
    ),
    (
        Step.CREATE_ACCOUNT,
        Flag.CREATE_VIRTUAL_ACCOUNT,
        "the loan's virtual account could not be created at the bank",
        "Nothing was paid. Look at ClearBank whether the account is there.",
    ),
    (
        Step.AWAIT_ACCOUNT,
        Flag.CREATE_VIRTUAL_ACCOUNT,
        "the bank has not told of the virtual account that was asked for",
        "Nothing was paid. Look at ClearBank whether the account is there.",
    ),
    (
        Step.WRITE_LINKAGE,
        Flag.UPDATE_CUSTOM_FIELD,
        "the virtual account could not be written into the loan",
        "Nothing was paid. Write the virtual account's id and IBAN into the loan's custom fields.",
    ),
    (
        Step.AMEND_OWNER,
        Flag.UPDATE_VIRTUAL_ACCOUNT_OWNER_NAME,
        "the owner of the virtual account could not be renamed",
        "The payment goes on. Rename the owner at ClearBank.",
    ),
    (
        Step.PAY,
        Flag.CREATE_PAYMENT,
        "the payment was not made, or nobody knows whether it was",
        "Look the payment up at ClearBank by its end-to-end id. Pay in no other way until it is certain that this"
        " payment was not made.",
    ),
    (
        Step.REPORT_SETTLED,
        Flag.UPDATE_CUSTOM_FIELD,
        "the payment was made, and its status could not be written into Mambu",
        "Write Settled into the transaction's status field.",
    ),
    (
        Step.REPORT_HELD,
        Flag.UPDATE_CUSTOM_FIELD,
        "the bank is looking at the payment, and its status could not be written into Mambu",
        "Write Held into the transaction's status field.",
    ),
    (
        Step.REPORT_REJECTED,
        Flag.UPDATE_CUSTOM_FIELD,
        "the disbursement was taken back, and its status could not be written into Mambu",
        "Write Rejected into the transaction's status field.",
    ),
    (
        Step.REVERSE,
        Flag.REVERSE_DISBURSEMENT,
        "the disbursement could not be taken back in Mambu",
        "The borrower does not have the money. Look whether the disbursement still stands in Mambu, and adjust it.",
    ),
    (
        Step.LOCATE_LOAN,
        Flag.SEARCH_LOAN_AND_CLIENT_DETAILS,
        "the loan that money belongs to could not be looked for",
        "The money is booked on no loan. Look for its loan in Mambu.",
    ),
    (
        Step.POST_REPAYMENT,
        Flag.CREATE_PRE_PAYMENT,
        "the repayment was not posted in Mambu, or nobody knows whether it was",
        "The money is on the account at ClearBank. Look at the loan's transactions before posting it by hand.",
    ),
    (
        Step.POST_DISBURSEMENT,
        Flag.CREATE_DISBURSEMENT,
        "the disbursement was not posted in Mambu, or nobody knows whether it was",
        "The money has left the account at ClearBank. Look at the loan's transactions before posting it by hand.",
    ),
    (
        Step.FIND_POSTING,
        Flag.SEARCH_TRANSACTION,
        "the transaction that is to be taken back could not be found in Mambu",
        "Look at the loan's transactions, and adjust the one with this money's external id if it is there.",
    ),
    (
        Step.ADJUST_REPAYMENT,
        Flag.ADJUST_REPAYMENT,
        "the repayment could not be taken back in Mambu",
        "The money went back to its sender. Look whether the repayment still stands in Mambu, and adjust it.",
    ),
    (
        Step.ADJUST_DISBURSEMENT,
        Flag.REVERSE_DISBURSEMENT,
        "the disbursement could not be taken back in Mambu",
        "The money is back at ClearBank. Look whether the disbursement still stands in Mambu, and adjust it.",
    ),
    (
        Step.RETURN_MONEY,
        Flag.CREATE_PAYMENT,
        "the money was not sent back to its sender, or nobody knows whether it was",
        "Look at ClearBank whether the return was made. Send nothing back until it is certain that it was not.",
    ),
    (
        Step.CHECK_CLOSURE,
        Flag.DISABLE_VIRTUAL_ACCOUNT,
        "it could not be checked whether the virtual account of a closed loan may be disabled",
        "Compare the loan in Mambu with the virtual account at ClearBank, and disable the account if it is the loan's.",
    ),
    (
        Step.DISABLE_ACCOUNT,
        Flag.DISABLE_VIRTUAL_ACCOUNT,
        "the virtual account of a closed loan could not be disabled",
        "Disable the virtual account at ClearBank.",
    ),
)
