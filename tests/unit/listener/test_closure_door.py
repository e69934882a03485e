import pytest

from tests.unit.listener.listeners import CLOSURE, Listener, a_closure, basic


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_closed_loan_is_stored_by_any_method_that_mambu_may_use(method: str) -> None:
    listener, raw = Listener(), a_closure()
    answer = listener.from_mambu(raw, CLOSURE, method=method)
    assert (answer.status_code, answer.json) == (200, {"status": "accepted"})
    (receipt,) = listener.receipts()
    assert (receipt.source, receipt.kind, receipt.body) == ("mambu", "LoanClosure", raw)
    assert receipt.name == "LoanClosure-LOAN1"


@pytest.mark.parametrize("empty", ["", None])
@pytest.mark.parametrize("key", ["virtualAccountId", "comment", "loanCFIBAN"])
def test_only_the_loan_must_be_named(key: str, empty: str | None) -> None:
    assert Listener().from_mambu(a_closure(**{key: empty}), CLOSURE).status_code == 200


def test_a_custom_field_that_renders_as_null_is_empty() -> None:
    raw = a_closure().replace(b'"GB33BUKB20201555555555"', b"null")
    assert Listener().from_mambu(raw, CLOSURE).status_code == 200


@pytest.mark.parametrize("loan_id", ["", " ", None])
def test_a_closure_without_a_loan_is_refused(loan_id: str | None) -> None:
    listener = Listener()
    assert listener.from_mambu(a_closure(loanAccountId=loan_id), CLOSURE).status_code == 400
    assert listener.receipts() == []


def test_the_same_closure_again_is_a_duplicate() -> None:
    listener = Listener()
    for _ in range(2):
        assert listener.from_mambu(a_closure(), CLOSURE).status_code == 200
    assert [receipt.duplicates for receipt in listener.receipts()] == [1]


def test_a_loan_written_off_after_it_was_closed_is_another_event() -> None:
    listener = Listener()
    for comment in ("Repaid", "Written off"):
        assert listener.from_mambu(a_closure(comment=comment), CLOSURE).status_code == 200
    assert len(listener.receipts()) == 2
    assert listener.counted("mambu", "stored") == 2


def test_a_closure_needs_the_same_credentials_as_an_order() -> None:
    assert Listener().from_mambu(a_closure(), CLOSURE, headers=basic("mambu", "guess")).status_code == 401


def test_a_quote_inside_its_comment_breaks_the_body() -> None:
    listener = Listener()
    assert listener.from_mambu(a_closure().replace(b"Repaid", b'"Repaid" early'), CLOSURE).status_code == 400
    assert listener.counted("mambu", "not_json") == 1


def test_half_a_surrogate_pair_in_its_comment_is_refused() -> None:
    listener = Listener()
    answer = listener.from_mambu(a_closure(comment="\ud83c"), CLOSURE)
    assert answer.json == {"errorMessage": "comment: holds half a surrogate pair"}
    assert listener.receipts() == []
