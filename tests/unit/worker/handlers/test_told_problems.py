"""Each problem is told under its own switch of the notification document: the table of them all."""

from collections.abc import Callable

import pytest

from shared.domain.notification import Flag
from tests.builders import (
    a_core_loan,
    a_disbursement_order,
    a_loan_closure,
    a_settled_credit,
    a_settled_debit,
    a_virtual_account,
    an_unlinked_loan,
    the_bank_holds,
    the_bank_rejects,
    the_bank_returns,
    the_bank_settles,
    the_return_of,
    the_rules,
)
from tests.fakes.lender import FakeLender
from tests.fakes.replies import Reply, refuses

ORDER = a_disbursement_order()
NO_VERDICT = refuses("set_up_wrong", verdict=False)
Play = Callable[[FakeLender], object]


def _orders(lender: FakeLender, *words, loan=None, **changed) -> None:
    order = a_disbursement_order(**changed)
    lender.books(order, loan)
    for webhook in (order, *words):
        lender.hears(webhook)


def _core_refuses(lender: FakeLender, *words) -> None:
    """The core will not take what follows from the last of the words."""
    _orders(lender, *words[:-1])
    lender.core.sends.then(NO_VERDICT)
    lender.hears(words[-1])


def _account_refused(lender: FakeLender) -> None:
    lender.bank.sends.then(refuses())
    _orders(lender, loan=an_unlinked_loan(), debtor_iban="")


def _linkage_refused(lender: FakeLender, reply: Reply) -> None:
    _orders(lender, loan=an_unlinked_loan(), debtor_iban="")
    wanted = lender.disbursement(ORDER).wanted
    assert wanted is not None
    lender.core.sends.then(reply)
    lender.hears(lender.bank.creates(wanted.external_id))


def _link_not_looked_up(lender: FakeLender) -> None:
    lender.bank.reads.then(NO_VERDICT)
    _orders(lender, debtor_iban="")


def _owner_not_amended(lender: FakeLender) -> None:
    lender.bank.add(a_virtual_account(owner_name="A Byron"))
    lender.bank.sends.then(refuses())
    _orders(lender)


def _not_paid(lender: FakeLender, reply: Reply) -> None:
    lender.bank.add(a_virtual_account())
    lender.bank.sends.then(reply)
    _orders(lender)


def _not_posted(lender: FakeLender, money, reply: Reply) -> None:
    lender.has_linked()
    lender.core.sends.then(reply)
    lender.hears(money)


def _not_taken_back(lender: FakeLender, money) -> None:
    lender.has_linked()
    lender.hears(money)
    lender.core.sends.then(NO_VERDICT)
    lender.hears(the_return_of(money))


def _not_found_again(lender: FakeLender) -> None:
    lender.has_linked()
    lender.core.sends.then(Reply(outcome=NO_VERDICT.outcome, happens=True))
    lender.core.look_ups.then(NO_VERDICT)
    lender.hears(a_settled_credit())
    lender.hears(the_return_of(a_settled_credit()))


def _not_sent_back(lender: FakeLender, reply: Reply) -> None:
    lender.hears(a_settled_credit())
    lender.bank.sends.then(reply)
    lender.sends_back(a_settled_credit())


def _not_disabled(lender: FakeLender) -> None:
    lender.has_linked(a_core_loan(state="CLOSED"))
    lender.bank.sends.then(refuses())
    lender.hears(a_loan_closure())


F = Flag
ROWS: list[tuple[str, set[Flag], Play]] = [
    # D1
    ("not_routed:currency_not_gbp", {F.CHECK_PAYMENT_SCHEME}, lambda lender: _orders(lender, currency="EUR")),
    ("confirm:not_found", {F.SEARCH_LOAN_AND_CLIENT_DETAILS}, lambda lender: lender.hears(ORDER)),
    ("not_linked:linkage_conflict", {F.CHECK_LOAN_IBAN_CF}, lambda lender: _orders(lender, loan=an_unlinked_loan())),
    ("link:set_up_wrong", {F.SEARCH_VIRTUAL_ACCOUNT_BY_IBAN}, _link_not_looked_up),
    ("no_account:InsufficientFunds", {F.CREATE_VIRTUAL_ACCOUNT}, _account_refused),
    (
        "linkage_refused:InsufficientFunds",
        {F.UPDATE_CUSTOM_FIELD},
        lambda lender: _linkage_refused(lender, refuses()),
    ),
    ("write-linkage:set_up_wrong", {F.UPDATE_CUSTOM_FIELD}, lambda lender: _linkage_refused(lender, NO_VERDICT)),
    ("amend-owner:refused", {F.UPDATE_VIRTUAL_ACCOUNT_OWNER_NAME}, _owner_not_amended),
    ("pay:set_up_wrong", {F.CREATE_PAYMENT}, lambda lender: _not_paid(lender, NO_VERDICT)),
    (
        "rejected:InsufficientFunds",
        {F.CREATE_PAYMENT, F.REVERSE_DISBURSEMENT},
        lambda lender: _not_paid(lender, refuses()),
    ),
    # D1 without linkage: what the bank says afterwards
    ("held", {F.UPDATE_CUSTOM_FIELD}, lambda lender: _orders(lender, the_bank_holds())),
    ("rejected:AC04", {F.CREATE_PAYMENT, F.REVERSE_DISBURSEMENT}, lambda lender: _orders(lender, the_bank_rejects())),
    (
        "returned:AC01",
        {F.REVERSE_DISBURSEMENT, F.SEARCH_TRANSACTION},
        lambda lender: _orders(lender, the_bank_settles(), the_bank_returns()),
    ),
    (
        "report-settled:set_up_wrong",
        {F.UPDATE_CUSTOM_FIELD},
        lambda lender: _core_refuses(lender, the_bank_settles()),
    ),
    ("report-held:refused", {F.UPDATE_CUSTOM_FIELD}, lambda lender: _core_refuses(lender, the_bank_holds())),
    ("reverse:set_up_wrong", {F.REVERSE_DISBURSEMENT}, lambda lender: _core_refuses(lender, the_bank_rejects())),
    # D2, R1, R2
    (
        "unmatched:loan_not_found",
        {F.SEARCH_LOAN_AND_CLIENT_DETAILS},
        lambda lender: lender.hears(a_settled_credit()),
    ),
    (
        "unmatched:InsufficientFunds",
        {F.CREATE_PRE_PAYMENT},
        lambda lender: _not_posted(lender, a_settled_credit(), refuses()),
    ),
    (
        "unmatched:InsufficientFunds",
        {F.CREATE_DISBURSEMENT},
        lambda lender: _not_posted(lender, a_settled_debit(), refuses()),
    ),
    (
        "post-repayment:set_up_wrong",
        {F.CREATE_PRE_PAYMENT},
        lambda lender: _not_posted(lender, a_settled_credit(), NO_VERDICT),
    ),
    (
        "post-disbursement:set_up_wrong",
        {F.CREATE_DISBURSEMENT},
        lambda lender: _not_posted(lender, a_settled_debit(), NO_VERDICT),
    ),
    (
        "adjust-repayment:set_up_wrong",
        {F.ADJUST_REPAYMENT},
        lambda lender: _not_taken_back(lender, a_settled_credit()),
    ),
    (
        "adjust-disbursement:set_up_wrong",
        {F.REVERSE_DISBURSEMENT},
        lambda lender: _not_taken_back(lender, a_settled_debit()),
    ),
    (
        "returned:AC01",
        {F.ADJUST_REPAYMENT, F.SEARCH_TRANSACTION},
        lambda lender: _not_taken_back(lender, a_settled_credit()),
    ),
    (
        "returned:AC01",
        {F.REVERSE_DISBURSEMENT, F.SEARCH_TRANSACTION},
        lambda lender: _not_taken_back(lender, a_settled_debit()),
    ),
    ("find-posting:set_up_wrong", {F.SEARCH_TRANSACTION}, _not_found_again),
    # unmatched money sent back, C
    (
        "not_returned:InsufficientFunds:2",
        {F.CREATE_PAYMENT},
        lambda lender: _not_sent_back(lender, refuses()),
    ),
    ("return-money:set_up_wrong:2", {F.CREATE_PAYMENT}, lambda lender: _not_sent_back(lender, NO_VERDICT)),
    ("check-closure:not_found", {F.DISABLE_VIRTUAL_ACCOUNT}, lambda lender: lender.hears(a_loan_closure())),
    ("disable-account:InsufficientFunds", {F.DISABLE_VIRTUAL_ACCOUNT}, _not_disabled),
]


def rules_for(code: str, told: frozenset[Flag]):
    """The rows about linkage need a lender that links."""
    links = code.startswith(("not_linked", "link:", "no_account", "linkage_refused", "write-linkage", "amend-owner"))
    return the_rules(links_disbursements=links, bank_picks_the_number=links, told=told)


def played(play: Play, rules) -> FakeLender:
    lender = FakeLender(rules)
    play(lender)
    lender.comes_to_rest()
    return lender


@pytest.mark.parametrize(("code", "flags", "play"), ROWS)
def test_each_problem_is_told_once_under_its_own_switch_and_no_other(code: str, flags: set[Flag], play: Play) -> None:
    others = frozenset(Flag) - flags

    assert played(play, rules_for(code, frozenset(flags))).told().count(code) == 1
    assert code not in played(play, rules_for(code, others)).told()


def test_every_switch_tells_something() -> None:
    assert {flag for _, flags, _ in ROWS for flag in flags} == set(Flag)
