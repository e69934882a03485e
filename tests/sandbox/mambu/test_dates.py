"""The offset of every date must be the tenant's own on that very date."""

from zoneinfo import ZoneInfo

import pytest

from sandbox.mambu.dates import tenant_date_time
from sandbox.mambu.errors import Refusal
from tests.sandbox.mambu.conftest import Client


@pytest.mark.parametrize(
    "value",
    [
        "2024-01-15T10:00:00+00:00",
        "2024-01-15T10:00:00Z",
        "2024-07-15T10:00:00+01:00",
        "2024-03-31T00:59:59+00:00",
        "2024-03-31T02:00:00+01:00",
        "2024-10-27T01:30:00+01:00",
        "2024-10-27T01:30:00+00:00",
    ],
)
def test_the_offset_of_that_day_is_accepted(client: Client, value: str) -> None:
    loan = client.loan(state="ACTIVE")
    response = client.repay(loan, 1, valueDate=value)
    assert response.status_code == 201, response.text


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("2024-07-15T10:00:00Z", "+01:00"),
        ("2024-07-15T10:00:00+00:00", "+01:00"),
        ("2024-01-15T10:00:00+01:00", "+00:00"),
        ("2024-01-15T10:00:00", "+00:00"),
        ("2024-03-31T00:30:00+01:00", "+00:00"),
    ],
)
def test_another_offset_or_none_is_refused_naming_the_right_one(client: Client, value: str, named: str) -> None:
    response = client.repay(client.loan(state="ACTIVE"), 1, valueDate=value)
    assert response.status_code == 400
    [error] = response.json["errors"]
    assert error["errorCode"] == 4
    assert named in error["errorSource"]


@pytest.mark.parametrize("value", ["2024-01-15", "15.01.2024", "2024-13-01T00:00:00+00:00", 1705312800, ""])
def test_what_is_no_date_is_refused(client: Client, value: object) -> None:
    assert client.repay(client.loan(state="ACTIVE"), 1, valueDate=value).status_code == 400


def test_another_tenant_has_another_offset() -> None:
    tenant_date_time("2024-01-15T10:00:00-05:00", "valueDate", ZoneInfo("America/New_York"))
    with pytest.raises(Refusal, match=r"-04:00"):
        tenant_date_time("2024-07-15T10:00:00-05:00", "valueDate", ZoneInfo("America/New_York"))
