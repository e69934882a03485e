from typing import Any

import pytest

from services.worker.adapters.clearbank import virtual_accounts
from services.worker.adapters.clearbank.virtual_accounts import VirtualAccounts
from services.worker.adapters.http import HttpClient
from shared.domain.bank_records import VirtualAccount
from shared.domain.outcomes import Refused, TryLater
from tests.builders import LOAN_IBAN, OPERATING_IBAN, VIRTUAL_ACCOUNT_ID, a_virtual_account
from tests.unit.worker.adapters.outside import LOST_AFTER_SENDING, SHORT_SECONDS, Outside, a_line_that, nobody_listens

pytestmark = pytest.mark.enable_socket

PATH = "/v2/Accounts/pooled-1/Virtual"


def accounts_at(url: str, timeout_seconds: float = 10) -> VirtualAccounts:
    return VirtualAccounts(HttpClient(url, timeout_seconds), "Bearer bank-token", "pooled-1")


def a_row(iban: str = LOAN_IBAN, **changed: Any) -> dict[str, Any]:
    row = {
        "id": VIRTUAL_ACCOUNT_ID,
        "name": "Account of Ada",
        "label": "Ada Lovelace",
        "type": "CACC",
        "status": "Enabled",
        "currency": ["GBP"],
        "iban": iban,
    }
    return row | changed


def pages(outside: Outside, *pages: list[Any]) -> None:
    for page in (*pages, []):
        outside.will_answer(200, {"accounts": page, "halLinks": []})


def test_an_account_is_found_by_its_iban_however_it_is_written(outside: Outside) -> None:
    pages(outside, [a_row(OPERATING_IBAN), a_row("gb33 bukb 2020 1555 5555 55")])
    found = accounts_at(outside.url).find(LOAN_IBAN)
    assert isinstance(found, VirtualAccount)
    assert (found.id, found.owner_name, found.is_enabled) == (VIRTUAL_ACCOUNT_ID, "Ada Lovelace", True)
    (call,) = outside.calls
    assert (call.method, call.path) == ("GET", PATH)
    assert call.query == {"pageNumber": ["1"], "pageSize": ["200"]}
    assert call.headers["authorization"] == "Bearer bank-token"
    assert not {"digitalsignature", "x-request-id", "content-type"} & set(call.headers)


def test_an_account_on_a_later_page_is_found_though_the_bank_cuts_its_pages_short(outside: Outside) -> None:
    pages(outside, [a_row(OPERATING_IBAN)], [a_row()])
    assert accounts_at(outside.url).find(LOAN_IBAN) == a_virtual_account()
    assert [call.query["pageNumber"] for call in outside.calls] == [["1"], ["2"]]


def test_an_account_that_is_on_no_page_is_not_there(outside: Outside) -> None:
    pages(outside, [a_row(OPERATING_IBAN)])
    assert accounts_at(outside.url).find(LOAN_IBAN) is None
    assert len(outside.calls) == 2


def test_an_enabled_account_goes_before_a_disabled_one_with_the_same_iban(outside: Outside) -> None:
    pages(outside, [a_row(status="Disabled")], [a_row(id="the-new-one")])
    assert accounts_at(outside.url).find(LOAN_IBAN) == a_virtual_account(id="the-new-one")


def test_a_disabled_account_is_found_when_there_is_no_other(outside: Outside) -> None:
    pages(outside, [a_row(status="Disabled")])
    assert accounts_at(outside.url).find(LOAN_IBAN) == a_virtual_account(is_enabled=False)


def test_rows_that_are_no_accounts_are_passed_over(outside: Outside) -> None:
    pages(outside, [None, "x", {}, {"id": "v", "iban": None}, {"iban": LOAN_IBAN}, a_row()])
    assert accounts_at(outside.url).find(LOAN_IBAN) == a_virtual_account()


def test_a_list_without_an_end_is_given_up(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_accounts, "MOST_PAGES", 2)
    pages(outside, [a_row(OPERATING_IBAN)], [a_row(OPERATING_IBAN)], [a_row(OPERATING_IBAN)])
    found = accounts_at(outside.url).find(LOAN_IBAN)
    assert isinstance(found, Refused)
    assert (found.code, found.verdict) == ("too_many_virtual_accounts", False)
    assert len(outside.calls) == 2


def test_trouble_on_a_later_page_never_means_that_there_is_no_such_account(outside: Outside) -> None:
    outside.will_answer(200, {"accounts": [a_row(OPERATING_IBAN)]})
    outside.will_answer(503, None, Retry_After="7")
    assert accounts_at(outside.url).find(LOAN_IBAN) == TryLater("the bank answered 503", 7.0)


def test_one_account_is_read_by_its_id(outside: Outside) -> None:
    outside.will_answer(200, {"account": a_row(), "halLinks": []})
    assert accounts_at(outside.url).read(VIRTUAL_ACCOUNT_ID) == a_virtual_account()
    assert outside.calls[0].path == f"{PATH}/{VIRTUAL_ACCOUNT_ID}"


def test_an_account_without_a_label_goes_by_its_name(outside: Outside) -> None:
    row = a_row()
    del row["label"]
    outside.will_answer(200, {"account": row})
    assert accounts_at(outside.url).read(VIRTUAL_ACCOUNT_ID) == a_virtual_account(owner_name="Account of Ada")


def test_an_id_that_the_bank_does_not_know_is_refused_as_not_found(outside: Outside) -> None:
    outside.will_answer(404, {"title": "Not Found"}, X_Correlation_Id="c-1")
    expected = Refused("not_found", f"the bank has no virtual account {VIRTUAL_ACCOUNT_ID}", True, "c-1")
    assert accounts_at(outside.url).read(VIRTUAL_ACCOUNT_ID) == expected


@pytest.mark.parametrize("written", ["", "..", "a/b"])
def test_what_can_be_no_id_is_not_found_without_asking(outside: Outside, written: str) -> None:
    answer = accounts_at(outside.url).read(written)
    assert isinstance(answer, Refused)
    assert (answer.code, answer.verdict) == ("not_found", True)
    assert outside.calls == []


def test_a_pooled_account_that_the_bank_does_not_know_is_a_fault_of_the_set_up(outside: Outside) -> None:
    outside.will_answer(404, {"title": "Not Found"})
    expected = Refused("http_404", "the bank refused the question: Not Found", verdict=False)
    assert accounts_at(outside.url).find(LOAN_IBAN) == expected


@pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503])
def test_a_question_that_time_cures_is_asked_again(outside: Outside, status: int) -> None:
    for ask in (lambda bank: bank.find(LOAN_IBAN), lambda bank: bank.read(VIRTUAL_ACCOUNT_ID)):
        outside.will_answer(status)
        assert isinstance(ask(accounts_at(outside.url)), TryLater)


@pytest.mark.parametrize("status", [400, 409, 410, 422])
def test_a_question_that_the_bank_refuses_is_for_a_person(outside: Outside, status: int) -> None:
    for ask in (lambda bank: bank.find(LOAN_IBAN), lambda bank: bank.read(VIRTUAL_ACCOUNT_ID)):
        outside.will_answer(status, {"title": "No"}, X_Correlation_Id="c-1")
        expected = Refused(f"http_{status}", "the bank refused the question: No", False, "c-1")
        assert ask(accounts_at(outside.url)) == expected


@pytest.mark.parametrize("body", [[], {}, {"accounts": None, "account": None}, {"accounts": {}, "account": {}}])
def test_an_answer_of_another_shape_is_for_a_person(outside: Outside, body: Any) -> None:
    for ask in (lambda bank: bank.find(LOAN_IBAN), lambda bank: bank.read(VIRTUAL_ACCOUNT_ID)):
        outside.will_answer(200, body)
        answer = ask(accounts_at(outside.url))
        assert isinstance(answer, Refused)
        assert (answer.code, answer.verdict) == ("record_unreadable", False)


def test_an_answer_that_is_not_json_comes_from_a_proxy_and_is_asked_for_again(outside: Outside) -> None:
    outside.will_answer(200, b"<html>")
    assert accounts_at(outside.url).read(VIRTUAL_ACCOUNT_ID) == TryLater("the bank answered 200")


def test_a_bank_that_does_not_answer_is_asked_again() -> None:
    assert isinstance(accounts_at(nobody_listens()).find(LOAN_IBAN), TryLater)
    for fails in LOST_AFTER_SENDING:
        with a_line_that(fails) as url:
            assert isinstance(accounts_at(url, SHORT_SECONDS).read(VIRTUAL_ACCOUNT_ID), TryLater)
