"""D1, a loan that has no virtual account yet: one is created, written to the loan, and pays."""

import json
from dataclasses import replace

import pytest

from shared.domain.flows import Step
from shared.domain.transitions import DisbursementState as State
from tests.builders import LOAN_IBAN, a_disbursement_order, a_holder, an_account_created, an_unlinked_loan
from tests.fakes.replies import is_unknown_after_the_effect, is_unknown_before_the_effect, refuses, says_try_later
from tests.unit.worker.handlers.linking import (
    ANOTHER_IBAN,
    BANK_PICKS,
    NEW_IBAN,
    ORDER,
    ORDER_BY_IBAN,
    WE_PICK,
    a_lender,
    a_lender_that_asked,
    payers,
    reference,
)


def test_an_account_that_the_bank_numbers_is_created_written_to_the_loan_and_pays() -> None:
    lender = a_lender_that_asked(BANK_PICKS)
    assert lender.bank.movements == []

    lender.hears(lender.bank.creates(reference(lender=lender), NEW_IBAN))

    assert lender.disbursement(ORDER).state is State.SUBMITTED
    assert [order.owner_name for order in lender.bank.orders] == ["Ada Lovelace"]
    (account,) = lender.bank.accounts.values()
    assert lender.core.linkages == [("LOAN1", account.id, NEW_IBAN)]
    assert payers(lender) == [NEW_IBAN]
    assert lender.history(lender.disbursement(ORDER)) == [
        "received",
        "Routed",
        "Confirmed",
        "AccountWanted",
        "create-account attempt 1",
        "create-account accepted",
        "await-account waits",
        "AccountCreated",
        "write-linkage attempt 1",
        "write-linkage accepted",
        "pay attempt 1",
        "pay accepted",
    ]


def test_an_account_is_created_under_the_number_that_the_webhook_gave() -> None:
    lender = a_lender_that_asked(WE_PICK, ORDER_BY_IBAN)
    lender.hears(lender.bank.creates(LOAN_IBAN))

    assert [order.iban for order in lender.bank.orders] == [LOAN_IBAN]
    assert payers(lender) == [LOAN_IBAN]


@pytest.mark.parametrize("rules", [WE_PICK, BANK_PICKS])
def test_an_account_that_the_bank_refuses_at_once_reverses_the_disbursement(rules) -> None:
    order = ORDER if rules is BANK_PICKS else ORDER_BY_IBAN
    lender = a_lender(rules, order, an_unlinked_loan(), accounts=())
    lender.bank.sends.then(refuses("owner_name_invalid"))
    lender.hears(order)
    lender.comes_to_rest()

    assert lender.disbursement(order).state is State.REVERSED
    assert lender.disbursement(order).failure == "owner_name_invalid: refused: owner_name_invalid"
    assert lender.bank.movements == []
    assert lender.told() == ["no_account:owner_name_invalid"]


def test_an_account_that_the_bank_does_not_make_after_all_reverses_the_disbursement() -> None:
    lender = a_lender_that_asked()
    lender.hears(lender.bank.refuses_account(reference(lender=lender), "InvalidOwnerName"))
    lender.comes_to_rest()

    assert lender.disbursement(ORDER).state is State.REVERSED
    assert lender.disbursement(ORDER).failure == "InvalidOwnerName: the bank said InvalidOwnerName"
    assert lender.told() == ["no_account:InvalidOwnerName"]


def test_a_complaint_that_the_account_is_there_already_waits_for_its_number() -> None:
    lender = a_lender_that_asked()
    asked_by = reference(lender=lender)
    receipt = lender.hears(lender.bank.refuses_account(asked_by, "ExternalVirtualAccountIdNotUnique"))
    assert receipt.reason == "ignored: the account is there already, its creation tells its number"
    assert lender.disbursement(ORDER).state is State.LINKING

    lender.hears(lender.bank.creates(asked_by))
    assert lender.disbursement(ORDER).state is State.SUBMITTED


def test_custom_fields_that_the_core_will_not_take_reverse_the_disbursement() -> None:
    lender = a_lender_that_asked()
    lender.core.sends.then(refuses("custom_field_invalid"))
    lender.hears(lender.bank.creates(reference(lender=lender)))
    lender.comes_to_rest()

    assert lender.disbursement(ORDER).state is State.REVERSED
    assert lender.disbursement(ORDER).failure.startswith("custom_field_invalid: ")
    assert lender.bank.movements == []
    assert lender.told() == ["linkage_refused:custom_field_invalid"]


def test_a_lost_creation_webhook_is_made_up_for_by_asking_for_the_number_we_gave() -> None:
    lender = a_lender_that_asked(WE_PICK, ORDER_BY_IBAN)
    lender.bank.creates(LOAN_IBAN)
    lender.comes_to_rest()

    assert lender.disbursement(ORDER_BY_IBAN).state is State.SUBMITTED
    assert payers(lender) == [LOAN_IBAN]


def test_an_account_whose_number_never_comes_waits_for_a_person_and_still_takes_a_late_webhook() -> None:
    """The bank's list of accounts does not show external ids, so only its webhook tells the number."""
    lender = a_lender_that_asked(BANK_PICKS)
    created = lender.bank.creates(reference(lender=lender))
    lender.comes_to_rest()

    parked = lender.disbursement(ORDER).parked
    assert parked is not None
    assert (parked.code, parked.step) == ("gave_up", Step.AWAIT_ACCOUNT)
    assert lender.told() == ["await-account:gave_up"]

    lender.hears(created)
    assert lender.disbursement(ORDER).state is State.SUBMITTED


def test_a_creation_webhook_that_overtakes_the_banks_answer_counts_at_once() -> None:
    lender = a_lender(BANK_PICKS, ORDER, an_unlinked_loan(), accounts=())
    lender.bank.during_send = lambda: lender.hears(lender.bank.creates(reference(lender=lender)))
    lender.hears(ORDER)
    lender.comes_to_rest()

    assert lender.disbursement(ORDER).state is State.SUBMITTED
    assert len(lender.bank.orders) == len(lender.bank.movements) == len(lender.core.linkages) == 1


@pytest.mark.parametrize("reply", [is_unknown_before_the_effect(), is_unknown_after_the_effect(), says_try_later()])
def test_an_account_in_doubt_is_asked_for_again_under_the_same_key(reply) -> None:
    lender = a_lender(BANK_PICKS, ORDER, an_unlinked_loan(), accounts=())
    lender.bank.sends.then(reply)
    lender.hears(ORDER)
    lender.clock.pass_time(seconds=10)
    lender.sweeps()

    assert len(lender.bank.received) == 2
    assert len({(request.key, request.body) for request in lender.bank.received}) == 1
    assert len(lender.bank.orders) == 1


@pytest.mark.parametrize("rules", [WE_PICK, BANK_PICKS])
def test_two_disbursements_of_one_loan_share_one_account(rules) -> None:
    first = ORDER if rules is BANK_PICKS else ORDER_BY_IBAN
    second = a_disbursement_order("20", transaction_key="b" * 32, debtor_iban=first.debtor_iban)
    lender = a_lender(rules, first, an_unlinked_loan(), accounts=())
    lender.books(second, an_unlinked_loan())
    lender.hears(first)
    lender.hears(second)
    lender.hears(lender.bank.creates(reference(first, lender=lender)))
    lender.comes_to_rest()

    assert len(lender.bank.orders) == len(lender.bank.accounts) == 1
    assert len(set(payers(lender))) == 1
    assert sorted(movement.amount_pence for movement in lender.bank.movements) == [2000, 150_000]


def test_a_later_disbursement_of_a_loan_that_has_not_been_written_yet_takes_the_account_that_was_made() -> None:
    lender = a_lender_that_asked(BANK_PICKS)
    lender.core.sends.then(says_try_later(after_seconds=600))
    lender.hears(lender.bank.creates(reference(lender=lender), NEW_IBAN))
    assert lender.core.linkages == []

    second = a_disbursement_order("20", transaction_key="b" * 32, debtor_iban="")
    lender.books(second, an_unlinked_loan())
    lender.hears(second)
    lender.comes_to_rest()

    assert len(lender.bank.orders) == 1
    assert payers(lender) == [NEW_IBAN, NEW_IBAN]


@pytest.mark.parametrize(("rules", "first"), [(BANK_PICKS, ORDER), (WE_PICK, ORDER_BY_IBAN)])
def test_an_account_that_the_bank_refused_is_asked_for_anew_by_the_next_disbursement(rules, first) -> None:
    """Under the old X-Request-Id the bank would only say that it has seen it, and never tell of an account."""
    lender = a_lender_that_asked(rules, first)
    lender.hears(lender.bank.refuses_account(reference(first, lender=lender), "TemporarilyUnavailable"))
    second = a_disbursement_order("20", transaction_key="b" * 32, debtor_iban=first.debtor_iban)
    lender.books(second, an_unlinked_loan())
    lender.hears(second)
    lender.hears(lender.bank.creates(reference(second, lender=lender), NEW_IBAN))

    assert len({request.key for request in lender.bank.sent("account")}) == len(lender.bank.orders) == 2
    assert lender.disbursement(first).state is State.REVERSED
    assert lender.disbursement(second).state is State.SUBMITTED
    assert len(lender.bank.movements) == 1


def test_the_same_creation_told_many_times_pays_once() -> None:
    lender = a_lender_that_asked()
    created = lender.bank.creates(reference(lender=lender))
    for _ in range(5):
        lender.hears(created)
    lender.hears(an_account_created(reference(lender=lender), virtual_account_id="another", iban=ANOTHER_IBAN))

    assert len(lender.bank.movements) == len(lender.core.linkages) == 1


def test_a_creation_that_names_only_the_owner_is_taken_by_the_one_who_waits_for_it() -> None:
    """The second version of ClearBank's webhook carries no external id."""
    lender = a_lender_that_asked(BANK_PICKS)
    created = lender.bank.creates(reference(lender=lender), NEW_IBAN)
    lender.hears(replace(created, references=(NEW_IBAN,), owner_name="Ada Lovelace"))

    assert lender.disbursement(ORDER).state is State.SUBMITTED
    assert payers(lender) == [NEW_IBAN]


def test_a_creation_that_may_be_for_either_of_two_loans_is_shown_to_a_person() -> None:
    lender = a_lender_that_asked(BANK_PICKS)
    second = a_disbursement_order(transaction_key="b" * 32, loan_id="LOAN2", debtor_iban="")
    lender.books(second, an_unlinked_loan("LOAN2", key="another"))
    lender.hears(second)
    created = lender.bank.creates(reference(lender=lender), NEW_IBAN)
    receipt = lender.hears(replace(created, references=(NEW_IBAN,), owner_name="Ada Lovelace"))

    assert receipt.reason.startswith("account_ambiguous: ")
    assert lender.bank.movements == []


def test_a_creation_that_names_another_owner_is_not_taken() -> None:
    lender = a_lender_that_asked(BANK_PICKS)
    created = lender.bank.creates(reference(lender=lender), NEW_IBAN)
    receipt = lender.hears(replace(created, references=(NEW_IBAN,), owner_name="A Byron"))

    assert receipt.reason == "ignored: no disbursement asked for this account"
    assert lender.disbursement(ORDER).state is State.LINKING


def test_a_group_without_a_name_that_fits_gets_no_account_and_the_disbursement_is_reversed() -> None:
    lender = a_lender(BANK_PICKS, ORDER, an_unlinked_loan(holder_type="GROUP"), (), a_holder(name="$$$"))
    lender.hears(ORDER)

    assert lender.disbursement(ORDER).failure.startswith("owner_name_invalid: ")
    assert lender.core.reversals == [ORDER.transaction_key]


def test_the_owner_of_a_new_account_is_the_holder_as_the_bank_can_carry_the_name() -> None:
    lender = a_lender(BANK_PICKS, ORDER, an_unlinked_loan(), (), a_holder(name="Zoë O'Brien 🦉 [Ltd]"))
    lender.hears(ORDER)

    assert json.loads(lender.bank.received[0].body)["owner_name"] == "Zoë O'Brien Ltd"
