"""Reading a request: its JSON body, its page, its times."""

import sqlite3
from typing import Any

from flask import Request

from sandbox.clearbank import ledger
from sandbox.clearbank.problems import Problem
from sandbox.clearbank.wire import epoch_seconds_of, from_json

LARGEST_PAGE = 1000  # stated for v1 only; here for all


def json_body(request: Request) -> Any:
    """Raises Problem 415 or 400."""
    if request.mimetype != "application/json":
        raise Problem(415, "Unsupported Media Type")
    try:
        return from_json(request.get_data())
    except (ValueError, RecursionError) as error:
        raise Problem(400, "Bad Request", "The request body is not valid JSON.") from error


def page(request: Request) -> tuple[int, int]:
    """Limit and offset of `pageNumber` (from 1) and `pageSize`. Raises Problem 400."""
    number = _whole_number(request, "pageNumber", 1)
    size = _whole_number(request, "pageSize", 50)
    if size > LARGEST_PAGE:
        raise _invalid("pageSize", f"The page size must be at most {LARGEST_PAGE}.")
    return size, (number - 1) * size


def moment(request: Request, name: str, default: float) -> float:
    """A time filter as seconds since 1970. Raises Problem 400."""
    if name not in request.args:
        return default
    try:
        return epoch_seconds_of(request.args[name])
    except ValueError as error:
        raise _invalid(name, "The field must be an ISO 8601 date and time.") from error


def real_account_of(db: sqlite3.Connection, account_id: str) -> sqlite3.Row:
    """Raises Problem 404."""
    account = ledger.account_by_id(db, account_id)
    if account is None or account["parent_id"] is not None:
        raise Problem(404, "Not Found", "The account was not found.")
    return account


def virtual_account_of(db: sqlite3.Connection, account_id: str, virtual_id: str) -> sqlite3.Row:
    """Raises Problem 404."""
    real_account_of(db, account_id)
    account = ledger.account_by_id(db, virtual_id)
    if account is None or account["parent_id"] != account_id.lower():
        raise Problem(404, "Not Found", "The virtual account was not found.")
    return account


def _whole_number(request: Request, name: str, default: int) -> int:
    given = request.args.get(name, str(default))
    if not (given.isascii() and given.isdigit() and int(given) > 0):
        raise _invalid(name, "The field must be a whole number above zero.")
    return int(given)


def _invalid(name: str, text: str) -> Problem:
    return Problem(400, "One or more validation errors occurred.", errors={name: [text]})
