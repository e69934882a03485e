"""What is given changes, what is not given stays, and secrets never come out."""

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.corruption import CorruptRecordError
from shared.domain.hub.subscription import (
    ApiKeys,
    Authentication,
    Basic,
    ClientCredentials,
    ContentType,
    Level,
    Subscription,
)
from tests.builders.console import OTHER_BANK, Console, faults_in
from tests.builders.hub import a_subscription, an_act

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEYS = ApiKeys((("X-Key", "hidden key"),))
KNOWN = a_subscription(
    headers=(("X-Static", "hidden value"),),
    authentication=Authentication(api_keys=KEYS, basic=Basic("user", "hidden password")),
    signing_secret=SECRET,
)
PATH = f"/v1/subscriptions/{KNOWN.id}"


@pytest.fixture
def console() -> Console:
    console = Console()
    console.subscriptions.add(KNOWN, an_act())
    return console


def stored(console: Console) -> Subscription | None:
    return console.subscriptions.load(KNOWN.id)


def test_what_is_given_changes_and_all_else_stays_secrets_too(console: Console) -> None:
    answer = console.ask("PATCH", PATH, {"name": "Ledger", "is_active": False, "retry": {"waits_seconds": []}})
    assert answer.status_code == 200
    assert stored(console) == replace(KNOWN, name="Ledger", is_active=False, retry_profile="", own_waits_seconds=())
    assert "hidden" not in answer.text
    assert SECRET not in answer.text
    entry = console.subscriptions.history(KNOWN.id)[-1]
    changed = "changed is_active, name, own_waits_seconds, retry_profile"
    assert (entry.what, entry.cause, entry.state) == (changed, "ann by the subscription API", "inactive")


def test_nothing_given_changes_nothing(console: Console) -> None:
    assert console.ask("PATCH", PATH, {}).status_code == 200
    assert stored(console) == KNOWN


def test_what_was_read_can_be_sent_back(console: Console) -> None:
    told = console.ask("GET", PATH).json
    assert told is not None
    body = {name: value for name, value in told.items() if name not in ("id", "created_by", "created_at")}
    assert console.ask("PATCH", PATH, body).status_code == 200
    assert stored(console) == KNOWN


def test_one_secret_among_others_can_change(console: Console) -> None:
    keys = [{"name": "X-Key", "value": "***"}, {"name": "X-New", "value": "new"}]
    body = {"authentication": {"api_keys": keys, "basic": {"username": "user", "password": "new"}}}
    assert console.ask("PATCH", PATH, body).status_code == 200
    found = stored(console)
    assert found is not None
    assert found.authentication == Authentication(
        api_keys=ApiKeys((("X-Key", "hidden key"), ("X-New", "new"))), basic=Basic("user", "new")
    )


def test_a_secret_can_be_taken_away(console: Console) -> None:
    body = {"authentication": {}, "headers": [], "signing_secret": ""}
    assert console.ask("PATCH", PATH, body).status_code == 200
    assert stored(console) == a_subscription()


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/hooks", "https://receiver.example:8443/hooks", "https://receiver.example@evil/"]
)
def test_secrets_do_not_follow_to_another_host(console: Console, url: str) -> None:
    answer = console.ask("PATCH", PATH, {"url": url})
    assert answer.status_code == 400
    assert faults_in(answer).keys() >= {
        "headers.0.value",
        "authentication.api_keys.0.value",
        "authentication.basic.password",
    }
    assert stored(console) == KNOWN


def test_with_its_secrets_given_anew_it_may_go_to_another_host(console: Console) -> None:
    body = {"url": "https://elsewhere.example/", "headers": [], "authentication": {}}
    assert console.ask("PATCH", PATH, body).status_code == 200
    found = stored(console)
    assert found is not None
    assert (found.url, found.signing_secret) == ("https://elsewhere.example/", SECRET)


def test_another_path_of_the_same_host_keeps_them(console: Console) -> None:
    assert console.ask("PATCH", PATH, {"url": "https://RECEIVER.example/{EVENT_ID}"}).status_code == 200
    found = stored(console)
    assert found is not None
    assert found.authentication == KNOWN.authentication


@pytest.mark.parametrize(
    ("token_url", "status"), [("https://auth.example/other", 200), ("https://elsewhere.example/", 400)]
)
def test_the_client_secret_does_not_follow_to_another_token_host(token_url: str, status: int) -> None:
    console, held = Console(), ClientCredentials("https://auth.example/token", "client", "hidden secret")
    console.subscriptions.add(a_subscription(authentication=Authentication(oauth=held)), an_act())
    moved = {"token_url": token_url, "client_id": "client", "client_secret": "***"}
    answer = console.ask("PATCH", PATH, {"authentication": {"oauth": moved}})
    assert answer.status_code == status
    if status == 400:
        assert faults_in(answer).keys() == {"authentication.oauth.client_secret"}


@pytest.mark.parametrize(
    "changed", [{"level": "system"}, {"bank_id": OTHER_BANK}, {"account_id": "one"}], ids=lambda changed: str(*changed)
)
def test_where_it_listens_cannot_change(console: Console, changed: dict[str, str]) -> None:
    answer = console.ask("PATCH", PATH, changed, "root")
    assert (answer.status_code, faults_in(answer)) == (
        400,
        dict.fromkeys(changed, "It cannot change: make another subscription."),
    )


def test_a_change_is_checked_with_all_that_stays(console: Console) -> None:
    answer = console.ask("PATCH", PATH, {"content_type": ContentType.XML.value})
    assert "needs a template" in faults_in(answer)["template"]
    assert stored(console) == KNOWN


def test_a_new_signing_secret_is_shown_once(console: Console) -> None:
    answer = console.ask("POST", f"{PATH}/rotate-secret")
    assert answer.status_code == 200
    assert answer.json is not None
    found = stored(console)
    assert found == replace(KNOWN, signing_secret=answer.json["signing_secret"])
    assert found.signing_secret != SECRET


def test_what_is_deleted_is_gone_and_its_history_stays(console: Console) -> None:
    assert (console.ask("DELETE", PATH).status_code, console.ask("DELETE", PATH).status_code) == (204, 404)
    assert stored(console) is None
    assert console.subscriptions.history(KNOWN.id)[-1].what == "deleted"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/test"), ("POST", "/rotate-secret")],
)
@pytest.mark.parametrize("who", ["bob", "nobody", "reader"])
def test_one_of_a_bank_where_you_have_no_role_is_not_there(console: Console, method: str, path: str, who: str) -> None:
    answer = console.ask(method, PATH + path, {} if method == "PATCH" else None, who)
    unknown = console.ask(method, f"/v1/subscriptions/none{path}", {} if method == "PATCH" else None, who)
    assert (answer.status_code, answer.json) == (404, unknown.json)
    assert stored(console) == KNOWN


def test_one_of_the_system_is_not_there_for_who_manages_a_bank(console: Console) -> None:
    console.subscriptions.add(a_subscription("of-system", level=Level.SYSTEM), an_act())
    assert console.ask("GET", "/v1/subscriptions/of-system").status_code == 404
    assert console.ask("GET", "/v1/subscriptions/of-system", who="root").status_code == 200


class TestSecretsThatCannotBeOpened:
    """Their sealing key is lost."""

    @pytest.fixture
    def console(self, console: Console, monkeypatch: pytest.MonkeyPatch) -> Console:
        def load(subscription_id: str) -> Subscription:
            raise CorruptRecordError(f"The secrets of subscription {subscription_id} cannot be opened.")

        monkeypatch.setattr(console.subscriptions, "load", load)
        return console

    def test_the_rest_is_shown(self, console: Console) -> None:
        answer = console.ask("GET", PATH)
        assert answer.status_code == 200
        assert answer.json is not None
        assert answer.json["headers"] == [{"name": "X-Static", "value": "***"}]

    def test_nothing_changes_until_they_are_given_anew(self, console: Console) -> None:
        answer = console.ask("PATCH", PATH, {"name": "Ledger"})
        assert answer.status_code == 409
        assert "Give headers, authentication and signing_secret" in faults_in(answer)[""]
        anew: dict[str, Any] = {"headers": [], "authentication": {}, "signing_secret": "generate"}
        assert console.ask("PATCH", PATH, anew).status_code == 200
