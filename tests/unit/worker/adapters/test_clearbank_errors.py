from typing import Any

import pytest

from services.worker.adapters.clearbank.errors import Error, errors_in


@pytest.mark.parametrize(
    ("value", "errors"),
    [
        ({"AccountIban": "Invalid IBAN"}, [Error("AccountIban", "Invalid IBAN")]),
        ({"creditor.name": ["too long", "odd"]}, [Error("creditor.name", "too long; odd")]),
        ({"AccountName": None}, [Error("AccountName", "")]),
        (["AccountModulusFailed"], [Error("AccountModulusFailed", "")]),
        (["AccountIban: wrong", "a sentence"], [Error("AccountIban", "wrong"), Error("", "a sentence")]),
        ([{"code": "DATE_INVALID", "message": "no date"}], [Error("DATE_INVALID", "no date")]),
        ([{"AccountName": "too long"}, 7, None], [Error("AccountName", "too long")]),
        ("AccountModulusFailed", [Error("AccountModulusFailed", "")]),
        (" The account was refused ", [Error("", "The account was refused")]),
    ],
)
def test_errors_are_read_from_an_object_an_array_and_a_text(value: Any, errors: list[Error]) -> None:
    assert list(errors_in(value)) == errors


@pytest.mark.parametrize("value", [None, "", " ", {}, [], 7, True])
def test_a_value_that_says_nothing_has_no_errors(value: Any) -> None:
    assert list(errors_in(value)) == []


def test_an_error_is_told_as_code_and_text_as_far_as_there_are_any() -> None:
    assert [str(Error("A", "b")), str(Error("A", "")), str(Error("", "b"))] == ["A: b", "A", "b"]
