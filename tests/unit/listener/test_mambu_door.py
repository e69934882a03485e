import json

import pytest

from tests.unit.listener.listeners import MAMBU, PASSWORD, USERNAME, Listener, an_order, basic


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_an_order_is_stored_by_any_method_that_mambu_may_use(method: str) -> None:
    listener, raw = Listener(), an_order()
    answer = listener.from_mambu(raw, method=method)
    assert (answer.status_code, answer.json) == (200, {"status": "accepted"})
    (receipt,) = listener.receipts()
    assert (receipt.source, receipt.kind, receipt.body) == ("mambu", "LoanDisbursement", raw)
    assert receipt.name == "LoanDisbursement-8a8187366a01d4a1016a023792a50001"
    assert listener.counted("mambu", "stored") == 1


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_no_other_method_is_taken(method: str) -> None:
    assert Listener().from_mambu(an_order(), method=method).status_code == 405


@pytest.mark.parametrize("amount", ["1,234.50", "1234.5", "1500", " 88.50 ", "1,000,000.00"])
def test_an_amount_as_a_template_may_render_it_is_taken(amount: str) -> None:
    assert Listener().from_mambu(an_order(amount=amount)).status_code == 200


def test_a_group_has_a_key_more_and_is_taken() -> None:
    assert Listener().from_mambu(an_order(groupId="G1", anythingNew="x")).status_code == 200


def test_empty_placeholders_are_the_routers_to_judge() -> None:
    empty = dict.fromkeys(("creditorIBAN", "creditorName", "accountCurrency", "paymentScheme", "debtorIBAN"), "")
    assert Listener().from_mambu(an_order(**empty)).status_code == 200


@pytest.mark.parametrize(
    "key", ["debtorIBAN", "debtorName", "paymentReference", "assignedLoanUser", "creditorIBAN", "creditorName"]
)
def test_a_placeholder_that_renders_as_null_is_empty(key: str) -> None:
    order = json.loads(an_order()) | {key: None}
    assert Listener().from_mambu(json.dumps(order).encode()).status_code == 200


@pytest.mark.parametrize("key", ["debtorIBAN", "debtorName", "paymentReference", "assignedLoanUser"])
def test_an_order_may_leave_out_what_the_payment_can_do_without(key: str) -> None:
    assert Listener().from_mambu(an_order(**{key: None})).status_code == 200


def test_the_same_order_again_is_a_duplicate_whatever_its_idempotency_key() -> None:
    listener = Listener()
    for key in ("first", "manual resend"):
        headers = {**_credentials(), "x-notifications-idempotency-key": key}
        assert listener.from_mambu(an_order(), headers=headers).status_code == 200
    assert [receipt.duplicates for receipt in listener.receipts()] == [1]


def test_the_same_transaction_with_another_amount_is_a_conflict() -> None:
    listener = Listener()
    answers = [listener.from_mambu(an_order(amount=amount)) for amount in ("1.00", "2.00")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(listener.receipts()) == 2
    assert listener.counted("mambu", "conflict") == 1


@pytest.mark.parametrize("rendered", [b"1500.00", b"1234.5", b"1500"])
def test_an_amount_that_a_template_renders_without_quotes_is_taken_as_it_is_written(rendered: bytes) -> None:
    assert Listener().from_mambu(an_order().replace(b'"1,234.50"', rendered)).status_code == 200


def test_names_in_other_letters_are_kept_byte_for_byte() -> None:
    listener = Listener()
    raw = json.dumps(json.loads(an_order(creditorName="Zoë Łukasz 李")), ensure_ascii=False).encode()
    assert listener.from_mambu(raw).status_code == 200
    assert listener.receipts()[0].body == raw


def test_a_password_may_hold_a_colon_and_the_scheme_any_case() -> None:
    headers = {"Authorization": _credentials()["Authorization"].replace("Basic", "basic")}
    assert Listener().client.post(MAMBU, data=an_order(), headers=headers).status_code == 200


def _credentials() -> dict[str, str]:
    return basic(USERNAME, PASSWORD)
