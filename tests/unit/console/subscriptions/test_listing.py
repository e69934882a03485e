"""Who sees which subscriptions, and what there is to subscribe to."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.hub.subscription import Level
from shared.domain.hub.triggers import Trigger
from tests.builders.console import OTHER_BANK, Console, faults_in
from tests.builders.hub import ACCOUNT_ID, NOON, a_secretive_subscription, a_subscription, an_act

OF_BANK = a_secretive_subscription("of-bank")
OF_ACCOUNT = a_subscription("of-account", level=Level.ACCOUNT, created_at=NOON + timedelta(seconds=1))
OF_OTHER = a_subscription(
    "of-other", bank_id=OTHER_BANK, trigger=Trigger.REPAYMENT_POSTED, created_at=NOON + timedelta(seconds=2)
)
OF_SYSTEM = a_subscription("of-system", level=Level.SYSTEM, created_at=NOON + timedelta(seconds=3))


@pytest.fixture
def console() -> Console:
    console = Console()
    for each in (OF_BANK, OF_ACCOUNT, OF_OTHER, OF_SYSTEM):
        console.subscriptions.add(each, an_act())
    return console


def listed(console: Console, query: str = "", who: str = "root") -> tuple[list[str], int]:
    answer = console.ask("GET", f"/v1/subscriptions{query}", who=who)
    assert answer.status_code == 200, answer.json
    told: Any = answer.json
    return [each["id"] for each in told["subscriptions"]], told["total"]


@pytest.mark.parametrize(
    ("who", "ids"),
    [
        ("root", ["of-system", "of-other", "of-account", "of-bank"]),
        ("ann", ["of-account", "of-bank"]),
        ("bob", ["of-other"]),
    ],
)
def test_everybody_sees_those_of_the_places_they_manage_newest_first(
    console: Console, who: str, ids: list[str]
) -> None:
    assert listed(console, who=who) == (ids, len(ids))


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("?bank=causeway", ["of-account", "of-bank"]),
        (f"?account={ACCOUNT_ID}", ["of-account"]),
        ("?level=system", ["of-system"]),
        ("?level=bank", ["of-other", "of-bank"]),
        ("?level=bank&bank=causeway&trigger=payment.settled", ["of-bank"]),
        ("?trigger=repayment.posted", ["of-other"]),
        ("?bank=causeway&level=system", []),
    ],
)
def test_all_filters_must_hold(console: Console, query: str, ids: list[str]) -> None:
    assert listed(console, query) == (ids, len(ids))


def test_a_page_goes_over_all_places(console: Console) -> None:
    assert listed(console, "?offset=1&limit=2") == (["of-other", "of-account"], 4)
    assert listed(console, "?offset=4&limit=2") == ([], 4)


def test_no_secret_is_listed(console: Console) -> None:
    answer = console.ask("GET", "/v1/subscriptions", who="root")
    assert "hidden" not in answer.text
    told: Any = answer.json
    assert all("signing_secret" not in each for each in told["subscriptions"])


@pytest.mark.parametrize(
    ("query", "field"),
    [("?offset=-1", "offset"), ("?limit=1001", "limit"), ("?limit=x", "limit"), ("?level=x", "level"), ("?x=1", "x")],
)
def test_a_wrong_parameter_is_named(console: Console, query: str, field: str) -> None:
    answer = console.ask("GET", f"/v1/subscriptions{query}")
    assert (answer.status_code, set(faults_in(answer))) == (400, {field})


@pytest.mark.parametrize(("who", "query"), [("nobody", ""), ("reader", ""), ("ann", f"?bank={OTHER_BANK}")])
def test_who_manages_nothing_there_is_told_the_role(console: Console, who: str, query: str) -> None:
    answer = console.ask("GET", f"/v1/subscriptions{query}", who=who)
    assert answer.status_code == 403
    assert "CanManageSubscriptions" in faults_in(answer)[""]


def test_every_trigger_is_told_with_its_placeholders(console: Console) -> None:
    told: Any = console.ask("GET", "/v1/triggers", who="nobody").json
    placeholders = {each["name"]: each["placeholders"] for each in told["triggers"]}
    assert placeholders.keys() == set(Trigger) - {Trigger.SUBSCRIPTION_TEST}
    assert placeholders["OnCreateTransaction"] == [
        *("{ACCOUNT_ID}", "{BANK_ID}", "{EVENT_ID}", "{EVENT_NAME}", "{EVENT_TIME}", "{TRANSACTION_ID}")
    ]
