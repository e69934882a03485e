"""People are told once, under the right switch, and what becomes of the message never touches the money."""

from collections.abc import Callable

import pytest

from shared.domain.flows import Step
from shared.domain.meanings import Ignored, Unrecognised
from shared.domain.notification import Flag
from shared.domain.transitions import DisbursementState, NotificationState
from tests.builders import (
    LOAN_KEY,
    a_core_loan,
    a_disbursement_order,
    a_loan_closure,
    a_settled_credit,
    a_settled_debit,
    a_virtual_account,
    an_advisory,
    an_unlinked_loan,
    the_bank_holds,
    the_bank_rejects,
    the_bank_returns,
    the_bank_settles,
    the_return_of,
    the_rules,
)
from tests.fakes.lender import FakeLender, a_lender_with
from tests.fakes.replies import (
    Reply,
    is_unknown_after_the_effect,
    is_unknown_before_the_effect,
    refuses,
    says_try_later,
)

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


def test_without_a_notification_document_nobody_is_told() -> None:
    lender = FakeLender(the_rules(told=None))
    lender.hears(ORDER)
    lender.hears(Unrecognised("unknown_type", "what is this"))
    lender.comes_to_rest()

    assert lender.notifications() == []
    assert lender.disbursement(ORDER).parked is not None


def test_what_no_switch_governs_is_told_with_all_of_them_off() -> None:
    lender = FakeLender(the_rules(told=frozenset()))
    lender.hears(an_advisory("inbound_held"))
    lender.hears(Unrecognised("unknown_type", "what is this"))
    lender.comes_to_rest()

    assert sorted(lender.told()) == ["inbound_held", "unknown_type"]


@pytest.mark.parametrize(
    ("by_task", "order_user", "loan_user", "addressed"),
    [
        (True, "", "", (LOAN_KEY, "")),
        (True, "", "user-of-the-loan", (LOAN_KEY, "user-of-the-loan")),
        (True, "user-of-the-webhook", "user-of-the-loan", (LOAN_KEY, "user-of-the-webhook")),
        (False, "user-of-the-webhook", "user-of-the-loan", ("", "user-of-the-webhook")),
    ],
)
def test_a_task_goes_to_the_user_whom_the_webhook_names_or_else_the_loans(
    by_task: bool, order_user: str, loan_user: str, addressed: tuple[str, str]
) -> None:
    lender = FakeLender(the_rules(tells_by_task=by_task))
    _orders(lender, the_bank_holds(), loan=a_core_loan(assigned_user_key=loan_user), assigned_user_key=order_user)
    lender.comes_to_rest()

    (notification,) = lender.notifications()
    assert notification.addressed is not None
    assert (notification.addressed.loan_key, notification.addressed.assignee_key) == addressed


def test_a_loan_that_cannot_be_read_leaves_the_task_to_the_default() -> None:
    lender = FakeLender(the_rules(tells_by_task=True))
    lender.hears(ORDER)
    lender.comes_to_rest()

    assert lender.told() == ["confirm:not_found"]


@pytest.mark.parametrize(
    "replies",
    [
        [is_unknown_after_the_effect()],
        [is_unknown_after_the_effect(seen=True)],
        [is_unknown_before_the_effect(), is_unknown_after_the_effect()],
        [says_try_later(after_seconds=7 * 3600)],
    ],
)
def test_a_message_in_doubt_is_seen_once(replies: list[Reply]) -> None:
    lender = a_lender_with(ORDER)
    lender.notifier.sends.then(*replies)
    for webhook in (ORDER, the_bank_holds()):
        lender.hears(webhook)
    lender.comes_to_rest()

    assert lender.told() == ["held"]
    (notification,) = lender.notifications()
    assert notification.state is NotificationState.SENT


@pytest.mark.parametrize("reply", [is_unknown_before_the_effect(), is_unknown_after_the_effect()])
def test_a_message_in_doubt_whose_key_is_over_is_looked_for_before_it_is_sent_again(reply: Reply) -> None:
    lender = a_lender_with(ORDER)
    lender.notifier.sends.then(reply)
    for webhook in (ORDER, the_bank_holds()):
        lender.hears(webhook)
    lender.sweeps()
    lender.clock.pass_time(hours=3)  # no worker ran meanwhile
    lender.comes_to_rest()

    assert lender.wire.calls.count("notifier.look_up") == 1
    assert lender.told() == ["held"]


@pytest.mark.parametrize("reply", [says_try_later(), is_unknown_before_the_effect(), refuses("no_such_group")])
def test_a_channel_that_takes_nothing_never_holds_up_the_payment(reply: Reply) -> None:
    lender = a_lender_with(ORDER)
    lender.notifier.sends.always = reply
    for webhook in (ORDER, the_bank_holds(), the_bank_settles()):
        lender.hears(webhook)
    lender.comes_to_rest()

    disbursement = lender.disbursement(ORDER)
    assert (disbursement.state, disbursement.parked) == (DisbursementState.SETTLED, None)
    (notification,) = lender.notifications()
    assert notification.parked is not None
    assert notification.parked.step is Step.SEND
    assert lender.sets.parked.keys() == {notification.id}


def test_a_message_that_cannot_be_told_is_not_itself_told() -> None:
    lender = a_lender_with(ORDER)
    lender.notifier.sends.always = refuses("no_such_group")
    for webhook in (ORDER, the_bank_holds()):
        lender.hears(webhook)
    lender.comes_to_rest()

    assert len(lender.notifications()) == 1


def test_the_same_problem_met_again_is_told_once_and_another_is_told_besides() -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    for word in (the_bank_holds(), the_bank_rejects()):
        for delivery in ("first", "second"):
            lender.hears(word, Ignored(delivery))
            lender.comes_to_rest()

    assert lender.told() == ["held", "rejected:AC04"]


def test_a_message_says_which_loan_how_much_and_what_to_do() -> None:
    lender = a_lender_with(ORDER)
    for webhook in (ORDER, the_bank_rejects()):
        lender.hears(webhook)

    (notification,) = lender.notifications()
    notice = notification.notice
    assert (notice.loan_id, notice.amount_pence) == ("LOAN1", 150_000)
    assert "AC04" in notice.reason
    assert notice.advice
