"""The list of account webhooks."""

from typing import Any

import pytest

from tests.integration.obp.requests import (
    ACCOUNT_WEBHOOK,
    LIMIT,
    MANAGED,
    NOTIFICATION,
    OFFSET,
    ON_CREATE,
    OTHER_BANK,
    Api,
)

pytestmark = pytest.mark.enable_socket


@pytest.fixture(scope="module")
def made(api: Api) -> list[dict[str, Any]]:
    """Five webhooks of one account and one of another, all of the other bank; newest first."""
    path = f"banks/{OTHER_BANK}/account-web-hooks"
    accounts = ["one", "one", "two", "one", "one", "one"]
    answers = [api.call("POST", path, ACCOUNT_WEBHOOK | {"account_id": account}) for account in accounts]
    api.call("POST", f"banks/{OTHER_BANK}/{ON_CREATE}", NOTIFICATION)
    return [dict(answer.json()) for answer in answers][::-1]


@pytest.mark.parametrize(
    ("query", "wanted", "items"),
    [
        ("", slice(None), "0-50"),
        ("?limit=2", slice(0, 2), "0-2"),
        ("?limit=2&offset=1", slice(1, 3), "1-2"),
        ("?offset=4", slice(4, None), "4-50"),
        ("?offset=6", slice(0, 0), "6-50"),
        ("?offset=1000000&limit=1000000", slice(0, 0), "1000000-1000000"),
        ("?limit=&offset=2", slice(2, None), "2-50"),
        ("?offset=&limit=2", slice(0, 2), "0-2"),
        ("?account_id=&limit=1", slice(0, 1), "0-1"),
        ("?sort_direction=ASC", slice(None), "0-50"),
        ("?sort_direction=nonsense", slice(None), "0-50"),
        ("?obp_limit=1&obp_offset=x", slice(None), "0-50"),
        ("?account_id=two", slice(3, 4), "0-50"),
        ("?account_id=a%26b%3Dc", slice(0, 0), "0-50"),
        ("?user_id=nobody", slice(0, 0), "0-50"),
    ],
)
def test_the_list_is_newest_first_and_goes_by_page_and_filter(
    api: Api, made: list[dict[str, Any]], query: str, wanted: slice, items: str
) -> None:
    answer = api.call("GET", f"management/banks/{OTHER_BANK}/account-web-hooks{query}")
    assert (answer.status, answer.json()) == (200, {"web_hooks": made[wanted]})
    assert answer.headers["Range"] == f"items={items}"


def test_filters_combine(api: Api, made: list[dict[str, Any]]) -> None:
    creator = made[0]["created_by_user_id"]
    found = api.list(f"?user_id={creator}&account_id=one&limit=2&offset=2", OTHER_BANK)
    assert found == [each for each in made if each["account_id"] == "one"][2:4]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        *((f"?limit={text}", LIMIT) for text in ("0", "-1", "x", "1.5", "%2010", "9" * 30)),
        *((f"?offset={text}", OFFSET) for text in ("-1", "x", "1.5")),
        ("?offset=x&limit=0", LIMIT),
    ],
)
def test_a_wrong_page_is_refused_and_the_limit_is_looked_at_first(api: Api, query: str, message: str) -> None:
    answer = api.call("GET", MANAGED + query)
    assert (answer.status, answer.json()) == (400, {"code": 400, "message": message})
