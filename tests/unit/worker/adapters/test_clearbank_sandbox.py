"""The adapter against the simulated ClearBank: what we prepare is what a strict bank takes, what it tells we read."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.domain.bank_records import VirtualAccount
from shared.domain.disbursement import Disbursement
from shared.domain.events import AccountChosen, AccountCreated, AccountRefused, AccountWanted
from shared.domain.flows import Request
from shared.domain.meanings import AccountReport, Advisory, BacsReversal
from shared.domain.outcomes import Accepted, LookUp, Outcome, Refused, Unknown
from shared.domain.posting import Repayment, posting_of
from shared.domain.settlement import Direction, Settlement
from tests.builders import (
    CREDITOR_IBAN,
    TRANSACTION_KEY,
    a_closure,
    a_confirmed_disbursement,
    a_disbursement_order,
    a_linked_disbursement,
)
from tests.unit.worker.adapters.simulated_bank import OPERATING_IBAN, Simulated, a_simulated_bank

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[Simulated]:
    with a_simulated_bank(tmp_path) as simulated:
        yield simulated


def is_accepted(outcome: Outcome | LookUp) -> bool:
    return isinstance(outcome, Accepted)


def order_of_account(simulated: Simulated, iban: str = "", external_id: str = "", key: str = "key-1") -> Request:
    wanted = AccountWanted("Ada Lovelace", key, iban, external_id)
    return simulated.bank.prepare_account(a_confirmed_disbursement().apply(wanted))


def an_open_account(simulated: Simulated) -> AccountCreated:
    assert is_accepted(simulated.bank.send(order_of_account(simulated, external_id="ours-1")))
    (report,) = simulated.reports()
    assert isinstance(report, AccountReport)
    assert isinstance(report.event, AccountCreated)
    return report.event


def paying_from(account: AccountCreated, scheme: str = "FPS", owner_name: str = "") -> Disbursement:
    chosen = AccountChosen(account.iban, account.virtual_account_id, owner_name=owner_name)
    return a_linked_disbursement(a_disbursement_order(scheme=scheme), chosen)


@pytest.mark.parametrize(("scheme", "word"), [("FPS", "FasterPayments"), ("CHAPS", "Chaps")])
def test_a_payment_from_a_virtual_account_settles(simulated: Simulated, scheme: str, word: str) -> None:
    request = simulated.bank.prepare_payment(paying_from(an_open_account(simulated), scheme))
    assert is_accepted(simulated.bank.send(request))
    assert isinstance(simulated.bank.send(request), Unknown), "a repeat must not be a second payment"
    settlement = simulated.reports()[-1]
    assert isinstance(settlement, Settlement)
    assert (settlement.direction, settlement.is_return) == (Direction.DEBIT, False)
    assert (settlement.end_to_end_id, settlement.amount_pence, settlement.scheme) == (TRANSACTION_KEY, 150_000, word)
    assert is_accepted(simulated.bank.look_up_payment(TRANSACTION_KEY))


def test_an_account_is_created_found_read_renamed_and_disabled(simulated: Simulated) -> None:
    created = an_open_account(simulated)
    account = VirtualAccount(created.virtual_account_id, created.iban, "Ada Lovelace", is_enabled=True)
    assert simulated.bank.find_account(created.iban) == account
    assert simulated.bank.read_account(account.id) == account

    assert is_accepted(simulated.bank.send(simulated.bank.prepare_owner_name(paying_from(created, owner_name="Grace"))))
    assert simulated.bank.read_account(account.id) == replace(account, owner_name="Grace")

    closure = a_closure(virtual_account_id=account.id)
    assert is_accepted(simulated.bank.send(simulated.bank.prepare_disabling(closure)))
    disabled = replace(account, owner_name="Grace", is_enabled=False)
    assert simulated.bank.find_account(created.iban) == disabled
    assert simulated.bank.read_account(account.id) == disabled


def test_a_repeated_order_makes_one_account_and_a_second_order_says_that_it_is_there(simulated: Simulated) -> None:
    an_open_account(simulated)
    assert is_accepted(simulated.bank.send(order_of_account(simulated, external_id="ours-1")))
    assert len(simulated.reports()) == 1
    assert is_accepted(simulated.bank.send(order_of_account(simulated, external_id="ours-1", key="key-2")))
    report = simulated.reports()[-1]
    assert isinstance(report, AccountReport)
    assert isinstance(report.event, AccountRefused)
    assert report.event.code == "ExternalVirtualAccountIdNotUnique"
    assert "ours-1" in report.references


def test_an_iban_of_another_bank_is_not_made_into_an_account(simulated: Simulated) -> None:
    assert is_accepted(simulated.bank.send(order_of_account(simulated, iban=CREDITOR_IBAN)))
    (report,) = simulated.reports()
    assert isinstance(report, AccountReport)
    assert isinstance(report.event, AccountRefused)
    assert CREDITOR_IBAN in report.references


def test_what_the_bank_does_not_have_is_not_found(simulated: Simulated) -> None:
    unknown_id = "00000000-0000-4000-8000-000000000000"
    assert simulated.bank.find_account(CREDITOR_IBAN) is None
    read = simulated.bank.read_account(unknown_id)
    disabled = simulated.bank.send(simulated.bank.prepare_disabling(a_closure(virtual_account_id=unknown_id)))
    for answer in (read, disabled):
        assert isinstance(answer, Refused)
        assert (answer.code, answer.verdict) == ("not_found", True)


def a_credit_that_came_by(simulated: Simulated, rail: str, reason: str) -> Repayment:
    account = an_open_account(simulated)
    simulated.control(
        f"inbound/{rail}",
        amount="88.50",
        creditorIban=account.iban,
        debtorName="A Lovelace",
        debtorIban=CREDITOR_IBAN,
        reference="LOAN1",
    )
    settlement = simulated.reports()[-1]
    assert isinstance(settlement, Settlement)
    posting = posting_of(settlement)
    assert isinstance(posting, Repayment)
    return replace(posting, return_reason=reason)


@pytest.mark.parametrize(
    ("rail", "reason"),
    [("fps", "BeneficiaryAccountClosed"), ("chaps", "AC04"), ("bacs", "B")],
    ids=["fps", "chaps", "bacs"],
)
def test_a_credit_goes_back_and_its_return_settles(simulated: Simulated, rail: str, reason: str) -> None:
    posting = a_credit_that_came_by(simulated, rail, reason)
    assert is_accepted(simulated.bank.send(simulated.bank.prepare_return(posting)))
    *_, notice, settlement = simulated.reports()
    assert isinstance(settlement, Settlement)
    assert (settlement.direction, settlement.is_return, settlement.amount_pence) == (Direction.DEBIT, True, 8850)
    if rail == "bacs":
        assert notice == BacsReversal(posting.settlement.bacs_transaction_id, "B")


def test_money_that_went_back_already_cannot_go_back_again(simulated: Simulated) -> None:
    posting = a_credit_that_came_by(simulated, "fps", "Other")
    request = simulated.bank.prepare_return(posting)
    assert is_accepted(simulated.bank.send(request))
    simulated.reports()
    refused = simulated.bank.send(replace(request, key="another-key"))
    assert isinstance(refused, Refused)
    assert refused.verdict


def test_money_held_on_its_way_in_is_told(simulated: Simulated) -> None:
    simulated.control(
        "inbound/fps",
        amount="88.50",
        creditorIban=OPERATING_IBAN,
        debtorName="A Lovelace",
        debtorIban=CREDITOR_IBAN,
        hold=True,
    )
    (advisory,) = simulated.reports()
    assert isinstance(advisory, Advisory)
    assert (advisory.code, advisory.iban, advisory.amount_pence) == ("inbound_held", OPERATING_IBAN, 8850)
