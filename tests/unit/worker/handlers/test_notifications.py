"""People are told once, and what becomes of the message never touches the money."""

import pytest

from shared.domain.flows import Step
from shared.domain.meanings import Ignored, Unrecognised
from shared.domain.transitions import DisbursementState, NotificationState
from tests.builders import (
    LOAN_KEY,
    a_core_loan,
    a_disbursement_order,
    an_advisory,
    the_bank_holds,
    the_bank_rejects,
    the_bank_settles,
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


def _orders(lender: FakeLender, *words, loan=None, **changed) -> None:
    order = a_disbursement_order(**changed)
    lender.books(order, loan)
    for webhook in (order, *words):
        lender.hears(webhook)


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
