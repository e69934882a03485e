"""What a change of a flow's state may tell people, under which switch, and what to do about it."""

from collections.abc import Mapping

from shared.domain.disbursement import Disbursement
from shared.domain.flows import Flow, Step
from shared.domain.notification import Flag
from shared.domain.posting import BankDisbursement, Posting, Repayment
from shared.domain.step_problems import Problem
from shared.domain.transitions import DisbursementState as D
from shared.domain.transitions import PostingState as P
from shared.domain.transitions import State

_NOTHING_PAID = (
    "Nothing was paid, and the disbursement is taken back in Mambu. Put right what the reason names, then make a new"
    " disbursement in Mambu."
)
_REJECTED = Problem(
    "rejected",
    (Flag.CREATE_PAYMENT, Flag.REVERSE_DISBURSEMENT),
    "the bank did not make the payment, and the disbursement is taken back in Mambu",
    bank_advises=True,
)
_CAME_BACK = Problem(
    "returned",
    (Flag.REVERSE_DISBURSEMENT, Flag.SEARCH_TRANSACTION),
    "the payment was made and came back, and the disbursement is taken back in Mambu",
    bank_advises=True,
)
_HELD = Problem(
    "held",
    (Flag.UPDATE_CUSTOM_FIELD,),
    "the bank is looking at the payment",
    "Nothing yet: the bank will make the payment or decline it, and either is taken over from its webhook.",
)

_DISBURSEMENT: Mapping[tuple[State, State], Problem] = {
    (D.RECEIVED, D.REVERSING): Problem(
        "not_routed", (Flag.CHECK_PAYMENT_SCHEME,), "the disbursement does not fit its payment scheme", _NOTHING_PAID
    ),
    (D.CONFIRMED, D.REVERSING): Problem(
        "not_linked", (Flag.CHECK_LOAN_IBAN_CF,), "the loan's IBAN does not allow the payment", _NOTHING_PAID
    ),
    (D.LINKING, D.REVERSING): Problem(
        "no_account",
        (Flag.CREATE_VIRTUAL_ACCOUNT,),
        "the bank did not create the loan's virtual account",
        _NOTHING_PAID,
    ),
    (D.LINKED, D.REVERSING): Problem(
        "linkage_refused",
        (Flag.UPDATE_CUSTOM_FIELD,),
        "Mambu did not take the virtual account into the loan",
        _NOTHING_PAID,
    ),
    **{(state, D.REVERSING): _REJECTED for state in (D.SUBMITTING, D.SUBMITTED, D.HELD)},
    **{(state, D.TAKING_BACK): _CAME_BACK for state in (D.SUBMITTING, D.SUBMITTED, D.HELD, D.SETTLED)},
    **{(state, D.HELD): _HELD for state in (D.SUBMITTING, D.SUBMITTED)},
}


def _posting(
    kind: type[Posting], post: Flag, undo: Flag, noun: str, moved: str, went_back: str, settle_it: str
) -> Mapping[tuple[State, State], Problem]:
    flags = (undo, Flag.SEARCH_TRANSACTION)
    undone = Problem(
        "returned",
        flags,
        f"{went_back}, and the {noun} is taken back in Mambu",
        "Nothing, unless another message says that it could not be taken back.",
    )
    never_posted = Problem(
        "returned", flags, f"{went_back}, before it was posted on a loan", "Nothing: no loan was touched."
    )
    return {
        (P.RECEIVED, P.UNMATCHED): Problem(
            "unmatched",
            (Flag.SEARCH_LOAN_AND_CLIENT_DETAILS,),
            f"{moved} and is on no loan: none could be found for it",
            settle_it,
            step=Step.LOCATE_LOAN,
        ),
        (P.POSTING, P.UNMATCHED): Problem(
            "unmatched", (post,), f"{moved} and is on no loan: Mambu refused the {noun}", settle_it, step=kind.POST
        ),
        (P.RETURNING, P.UNMATCHED): Problem(
            "not_returned",
            (Flag.CREATE_PAYMENT,),
            f"{moved} and is on no loan: the bank refused to send it back",
            settle_it,
            step=Step.RETURN_MONEY,
        ),
        **{(state, P.TAKING_BACK): undone for state in (P.POSTING, P.POSTED)},
        # From RETURNING it is what a person ordered, and no problem.
        **{(state, P.RETURNED): never_posted for state in (P.RECEIVED, P.LOCATED, P.UNMATCHED)},
    }


# A change of state that people should know of.
CHANGES: Mapping[type[Flow], Mapping[tuple[State, State], Problem]] = {
    Disbursement: _DISBURSEMENT,
    Repayment: _posting(
        Repayment,
        Flag.CREATE_PRE_PAYMENT,
        Flag.ADJUST_REPAYMENT,
        "repayment",
        moved="money came in",
        went_back="money that came in went back to its sender",
        settle_it="Assign the money to a loan or send it back, in the console.",
    ),
    BankDisbursement: _posting(
        BankDisbursement,
        Flag.CREATE_DISBURSEMENT,
        Flag.REVERSE_DISBURSEMENT,
        "disbursement",
        moved="money left by a payment begun at the bank",
        went_back="money that left by a payment begun at the bank came back",
        settle_it="Assign the money to a loan, in the console.",
    ),
}
