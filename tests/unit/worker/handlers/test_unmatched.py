"""Unmatched money: an operator assigns it to a loan, or sends it back."""

import pytest

from services.worker.handlers import operate
from services.worker.handlers.operate import CannotBeDoneError
from shared.domain.flows import Parked, Step
from shared.domain.posting import posting_of
from shared.domain.transitions import PostingState as State
from tests.builders import a_core_loan, a_settled_credit, a_settled_debit, a_virtual_account, the_return_of
from tests.fakes.lender import FakeLender
from tests.fakes.replies import is_unknown_after_the_effect, is_unknown_before_the_effect, refuses, says_try_later

MONEY = a_settled_credit("88.50")
BOTH = pytest.mark.parametrize("money", [MONEY, a_settled_debit("1500.00")])
REASON = "BeneficiaryAccountClosed"


def a_lender_with_unmatched(money=MONEY) -> FakeLender:
    """LOAN7 is open and holds no IBAN, so nothing leads from the money to it."""
    lender = FakeLender()
    lender.core.add(loan=a_core_loan("LOAN7", iban="", virtual_account_id=""))
    lender.hears(money)
    lender.comes_to_rest()
    assert lender.posting(money).state is State.UNMATCHED
    return lender


@BOTH
def test_money_is_posted_to_the_loan_that_an_operator_names(money) -> None:
    lender = a_lender_with_unmatched(money)
    lender.assigns(money, "LOAN7")

    assert (lender.posting(money).state, lender.posting(money).failure) == (State.POSTED, "")
    assert [pence for _, pence in lender.core.posted("LOAN7")] == [money.amount_pence]


def test_the_history_names_the_operator() -> None:
    lender = a_lender_with_unmatched()
    lender.assigns(MONEY, "LOAN7")

    causes = [entry.cause for entry in lender.journal.history(lender.posting(MONEY).id) if entry.what == "LoanAssigned"]
    assert causes == ["operator jo"]


@pytest.mark.parametrize(
    ("loan", "code"),
    [
        (a_core_loan("LOAN8", key="other", state="CLOSED"), "loan_not_open"),
        (a_core_loan("LOAN8", key="other", currency="EUR"), "loan_currency"),
        (a_core_loan("LOAN9", key="other"), "loan_not_found"),
    ],
)
def test_a_loan_that_cannot_take_the_money_leaves_it_unmatched_and_people_are_told_again(loan, code: str) -> None:
    lender = a_lender_with_unmatched()
    lender.core.add(loan=loan)
    lender.assigns(MONEY, "LOAN8")
    lender.comes_to_rest()

    assert lender.posting(MONEY).state is State.UNMATCHED
    assert lender.posting(MONEY).failure.startswith(f"{code}: ")
    assert lender.told() == ["unmatched:loan_not_found", f"unmatched:{code}:2"]
    lender.assigns(MONEY, "LOAN7")
    assert lender.core.posted("LOAN7") == [("REPAYMENT", 8850)]


def test_a_posting_that_the_core_refused_is_made_anew_under_a_new_key() -> None:
    lender = FakeLender()
    lender.has_linked()
    lender.core.sends.then(refuses("overpayment"))
    lender.hears(MONEY)
    lender.assigns(MONEY, "LOAN1")

    assert lender.posting(MONEY).state is State.POSTED
    assert len({request.key for request in lender.core.received}) == 2


def test_a_refusal_after_an_attempt_in_doubt_waits_until_the_core_tells_what_it_has() -> None:
    """Were it unmatched at once, it could be sent back while the loan has it."""
    lender = FakeLender()
    lender.has_linked()
    lender.core.sends.then(is_unknown_after_the_effect(), refuses("overpayment"))
    lender.core.look_ups.then(is_unknown_before_the_effect(), is_unknown_before_the_effect())
    lender.hears(MONEY)
    lender.comes_to_rest()

    assert lender.posting(MONEY).state is State.POSTED
    assert lender.core.posted() == [("REPAYMENT", 8850)]


def test_money_is_sent_back_once_and_its_settlement_ends_the_matter() -> None:
    lender = a_lender_with_unmatched()
    lender.sends_back(MONEY, REASON)
    assert lender.posting(MONEY).state is State.RETURNING
    lender.hears(the_return_of(MONEY))
    lender.comes_to_rest()

    assert lender.posting(MONEY).state is State.RETURNED
    assert lender.bank.returns == [(MONEY.transaction_id, REASON)]
    assert lender.core.posted() == []
    assert lender.told() == ["unmatched:loan_not_found"]  # what a person ordered is no news


@pytest.mark.parametrize(("scheme", "account"), [("Bacs", "virtual-1"), ("Chaps", ""), ("FasterPayments", "")])
def test_a_bacs_return_alone_names_the_virtual_account_that_the_money_is_on(scheme: str, account: str) -> None:
    money, reason = a_settled_credit(scheme=scheme), {"Bacs": "2", "Chaps": "AC04", "FasterPayments": REASON}[scheme]
    lender = a_lender_with_unmatched(money)
    lender.bank.add(a_virtual_account())
    lender.sends_back(money, reason)

    assert lender.posting(money).virtual_account_id == account
    assert lender.bank.returns == [(money.transaction_id, reason)]


def test_a_bacs_return_waits_for_a_bank_that_can_name_the_account() -> None:
    money = a_settled_credit(scheme="Bacs")
    lender = a_lender_with_unmatched(money)
    lender.bank.reads.then(says_try_later())
    with pytest.raises(CannotBeDoneError, match="does not tell now which account the money is on: busy"):
        lender.sends_back(money, "2")

    assert lender.posting(money).state is State.UNMATCHED


def test_a_return_that_the_bank_refuses_leaves_the_money_unmatched_and_is_told() -> None:
    lender = a_lender_with_unmatched()
    lender.bank.sends.then(refuses("not_yet_eligible"))
    lender.sends_back(MONEY, REASON)
    lender.comes_to_rest()

    assert lender.posting(MONEY).state is State.UNMATCHED
    assert lender.told()[-1].startswith("not_returned:not_yet_eligible")
    lender.sends_back(MONEY, REASON)
    assert lender.bank.returns == [(MONEY.transaction_id, REASON)]


@pytest.mark.parametrize("reply", [is_unknown_before_the_effect(), is_unknown_after_the_effect(), says_try_later()])
def test_a_return_in_doubt_is_made_at_most_once(reply) -> None:
    lender = a_lender_with_unmatched()
    lender.bank.sends.then(reply)
    lender.sends_back(MONEY, REASON)
    for _ in range(3):
        lender.clock.pass_time(minutes=1)
        lender.sweeps()
    lender.hears(the_return_of(MONEY))
    lender.comes_to_rest()

    assert lender.bank.returns == [(MONEY.transaction_id, REASON)]
    assert (lender.posting(MONEY).state, lender.posting(MONEY).parked) == (State.RETURNED, None)


def test_a_return_whose_fate_nobody_tells_waits_for_a_person_and_is_never_made_anew() -> None:
    lender = a_lender_with_unmatched()
    lender.bank.sends.then(is_unknown_after_the_effect(seen=True))
    lender.sends_back(MONEY, REASON)
    lender.comes_to_rest()

    parked = lender.posting(MONEY).parked
    assert parked is not None
    assert (parked.code, parked.step) == ("gave_up", Step.RETURN_MONEY)
    assert len(lender.bank.received) == 1
    with pytest.raises(CannotBeDoneError, match="only unmatched money"):
        lender.sends_back(MONEY, REASON)


def test_a_return_whose_call_was_wrong_waits_for_a_person() -> None:
    lender = a_lender_with_unmatched()
    lender.bank.sends.then(refuses("http_404", verdict=False))
    lender.sends_back(MONEY, REASON)
    lender.comes_to_rest()

    assert lender.posting(MONEY).parked == Parked("http_404", "refused: http_404", Step.RETURN_MONEY)


def test_money_that_the_sender_took_back_meanwhile_is_nobodys_to_assign() -> None:
    lender = a_lender_with_unmatched()
    lender.hears(the_return_of(MONEY))

    assert lender.posting(MONEY).state is State.RETURNED
    with pytest.raises(CannotBeDoneError, match="is returned, and only unmatched money can be assigned or returned"):
        lender.assigns(MONEY, "LOAN7")


@pytest.mark.parametrize(
    ("money", "reason"),
    [
        (a_settled_debit(), REASON),
        (a_settled_credit(scheme="Transfer"), REASON),
        (MONEY, "no such reason"),
    ],
)
def test_what_the_scheme_cannot_return_is_refused_with_a_sentence(money, reason: str) -> None:
    lender = a_lender_with_unmatched(money)
    with pytest.raises(CannotBeDoneError):
        lender.sends_back(money, reason)

    assert lender.posting(money).state is State.UNMATCHED
    assert lender.bank.received == []


def test_money_that_nobody_knows_cannot_be_assigned() -> None:
    with pytest.raises(CannotBeDoneError, match="There is no money under the id"):
        FakeLender().assigns(MONEY, "LOAN7")


def test_of_two_operators_one_is_told_that_the_other_was_faster() -> None:
    lender = a_lender_with_unmatched()
    load, meanwhile = lender.journal.load, [lambda: lender.assigns(MONEY, "LOAN7")]

    def load_slowly(flow_id: str):
        flow = load(flow_id)
        if meanwhile:
            meanwhile.pop()()  # the other operator assigns it between our look and our move
        return flow

    lender.journal.load = load_slowly  # type: ignore[method-assign]
    with pytest.raises(CannotBeDoneError, match="Somebody else was faster"):
        lender.sends_back(MONEY, REASON)

    assert lender.bank.returns == []
    assert lender.core.posted("LOAN7") == [("REPAYMENT", 8850)]


def test_a_lost_bell_only_delays_what_the_operator_ordered() -> None:
    lender = a_lender_with_unmatched()
    operate.assign(posting_of(MONEY).id, "LOAN7", "jo", lender.office, lender.publisher)
    lender.publisher.enqueued.clear()
    lender.comes_to_rest()

    assert lender.posting(MONEY).state is State.POSTED
