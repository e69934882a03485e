"""A subscription is made as it is wanted, or refused with a sentence for each fault."""

from typing import Any

import pytest

from shared.domain.hub.subscription import Subscription, UmmTerms
from tests.builders.console import OTHER_BANK, Console, faults_in
from tests.unit.console.subscriptions.wanted import BASIC, FULL, KEYS, OAUTH, UMM, wanted


@pytest.fixture
def console() -> Console:
    return Console()


def created(console: Console, body: dict[str, Any], who: str = "ann") -> Subscription:
    answer = console.ask("POST", "/v1/subscriptions", body, who)
    assert answer.status_code == 201, answer.json
    assert answer.json is not None
    found = console.subscriptions.load(answer.json["id"])
    assert found is not None
    return found


def test_the_least_is_a_post_of_the_events_own_json_by_backoff(console: Console) -> None:
    answer = console.ask("POST", "/v1/subscriptions", wanted())
    assert answer.status_code == 201
    assert answer.json == {
        "id": "00000000-0000-0000-0000-000000000001",
        "name": "",
        "level": "bank",
        "bank_id": "causeway",
        "account_id": "",
        "trigger": "payment.settled",
        "url": "https://receiver.example/hooks",
        "method": "POST",
        "content_type": "application/json",
        "template": "",
        "headers": [],
        "authentication": {"api_keys": [], "basic": None, "oauth": None},
        "header_profile": "plain",
        "umm": None,
        "retry": {"profile": "backoff"},
        "signing_secret": "",
        "is_active": True,
        "created_by": "ann's id",
        "created_at": console.now().isoformat(),
    }


def test_everything_there_is_is_stored_and_shown_without_its_secrets(console: Console) -> None:
    answer = console.ask("POST", "/v1/subscriptions", FULL)
    assert answer.status_code == 201, answer.json
    assert answer.json is not None
    stored = console.subscriptions.load(answer.json["id"])
    assert stored is not None
    assert stored.headers == (("X-Static", "a hidden header"),)
    assert stored.authentication.basic is not None
    assert stored.authentication.basic.password == "a hidden password"
    assert (stored.retry_profile, stored.own_waits_seconds) == ("", (60, 600))
    assert stored.signing_secret == FULL["signing_secret"]
    shown = console.ask("GET", f"/v1/subscriptions/{stored.id}")
    hidden = {
        "headers": [{"name": "X-Static", "value": "***"}],
        "authentication": {
            "api_keys": [{"name": "X-Key", "value": "***"}],
            "basic": {"username": "user", "password": "***"},
            "oauth": None,
        },
        "signing_secret": "***",
    }
    told = {name: value for name, value in answer.json.items() if name not in ("id", "created_by", "created_at")}
    assert told == FULL | hidden
    assert shown.json == answer.json
    assert "hidden" not in answer.text + shown.text


def test_oauth_is_kept_with_its_secret(console: Console) -> None:
    stored = created(console, wanted(authentication={"oauth": OAUTH | {"scope": "a b", "in_form": True}}))
    assert stored.authentication.oauth is not None
    assert stored.authentication.oauth.client_secret == "a hidden client secret"
    assert (stored.authentication.oauth.scope, stored.authentication.oauth.in_form) == ("a b", True)


def test_umm_is_repeated_hourly_unless_told_otherwise(console: Console) -> None:
    stored = created(console, wanted(header_profile="umm", umm=UMM))
    assert (stored.umm, stored.retry_profile) == (UmmTerms("CLI0910", "retail_transfers", "online"), "hourly")
    assert created(console, wanted(header_profile="umm", umm=UMM, retry={"profile": "backoff"})).retry_profile == (
        "backoff"
    )
    longer = UMM | {"client_key": "CLIAAADDD0910", "allow_long_client_key": True}
    assert created(console, wanted(header_profile="umm", umm=longer)).umm is not None


def test_a_generated_signing_secret_is_shown_once(console: Console) -> None:
    answer = console.ask("POST", "/v1/subscriptions", wanted(signing_secret="generate"))
    assert answer.json is not None
    stored = console.subscriptions.load(answer.json["id"])
    assert stored is not None
    assert stored.signing_secret.startswith("whsec_")
    assert answer.json["signing_secret"] == stored.signing_secret
    shown = console.ask("GET", f"/v1/subscriptions/{stored.id}").json
    assert shown is not None
    assert shown["signing_secret"] == "***"


def test_a_private_address_that_the_operator_opened_is_taken_over_http_too(console: Console) -> None:
    assert created(console, wanted(url="http://10.1.2.3:8093/hooks")).url == "http://10.1.2.3:8093/hooks"


def test_the_history_says_who_made_it(console: Console) -> None:
    (entry,) = console.subscriptions.history(created(console, wanted()).id)
    assert (entry.what, entry.cause, entry.state) == ("created", "ann by the subscription API", "active")


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no url": ({"url": None}, "url", "Missing data for required field"),
    "a field that nobody knows": ({"colour": "red"}, "colour", "Unknown field"),
    "a level that is none": ({"level": "planet"}, "level", "account, bank, system"),
    "a trigger that is none": ({"trigger": "OnRain"}, "trigger", "OnBalanceChange"),
    "the trigger of test sends": ({"trigger": "subscription.test"}, "trigger", "/test"),
    "a method that is none": ({"method": "FETCH"}, "method", "POST, PUT, PATCH, GET, DELETE"),
    "a content type that is none": ({"content_type": "text/csv"}, "content_type", "application/json"),
    "no account at account level": ({"level": "account"}, "account_id", "level account needs it"),
    "an account at bank level": ({"account_id": "one"}, "account_id", "leave it out"),
    "a bank that is none": ({"bank_id": "nowhere"}, "bank_id", "there are causeway, other-bank"),
    "half a surrogate pair": ({"name": "\ud800"}, "name", "cannot be stored"),
    "a number for a text": ({"name": 7}, "name", "Not a valid string"),
    "a URL without host": ({"url": "/hooks"}, "url", "not absolute"),
    "a URL of plain http": ({"url": "http://8.8.8.8/"}, "url", "only https goes out"),
    "a private address": ({"url": "https://10.2.0.1/"}, "url", "no address on the internet"),
    "this very machine": ({"url": "https://[::1]/"}, "url", "no address on the internet"),
    "a URL with credentials": ({"url": "https://ann:pass@receiver.example/"}, "url", "has credentials"),
    "a URL with a fragment": ({"url": "https://receiver.example/#x"}, "url", "fragment"),
    "a placeholder in the host": ({"url": "https://{LOAN_ID}.example/"}, "url", "host"),
    "an unknown placeholder in the URL": (
        {"url": "https://receiver.example/{COLOUR}"},
        "url",
        "no {COLOUR} for payment.settled; there are {ACCOUNT_ID}",
    ),
    "an unknown placeholder in the template": ({"template": '{"a":"{COLOUR}"}'}, "template", "no {COLOUR}"),
    "a template that is no JSON": ({"template": '{"a":'}, "template", "not well-formed JSON"),
    "a template that is no XML": (
        {"template": "<a>", "content_type": "application/xml"},
        "template",
        "not well-formed XML",
    ),
    "no template for XML": ({"content_type": "application/xml"}, "template", "needs a template"),
    "a template for a GET": ({"method": "GET", "template": "{}"}, "template", "carries no body"),
    "a header that is ours": ({"headers": [{"name": "Host", "value": "x"}]}, "headers", "is set by us"),
    "a line feed in a header": ({"headers": [{"name": "X-A", "value": "a\r\nB: c"}]}, "headers", "printable ASCII"),
    "a header without a value": ({"headers": [{"name": "X-A"}]}, "headers.0.value", "Missing data"),
    "a sixth API key": (
        {"authentication": {"api_keys": [{"name": f"X-{n}", "value": "v"} for n in range(6)]}},
        "authentication.api_keys",
        "here are 6 API keys",
    ),
    "an API key that is a header too": (
        {"headers": [{"name": "x_key", "value": "v"}], "authentication": {"api_keys": KEYS}},
        "headers",
        "keep one of them",
    ),
    "a colon in the user name": (
        {"authentication": {"basic": BASIC | {"username": "a:b"}}},
        "authentication.basic.username",
        "colon",
    ),
    "an empty password": ({"authentication": {"basic": BASIC | {"password": ""}}}, "authentication.basic.password", ""),
    "Basic and OAuth": ({"authentication": {"basic": BASIC, "oauth": OAUTH}}, "authentication.basic", "keep one"),
    "a token URL of plain http": (
        {"authentication": {"oauth": OAUTH | {"token_url": "http://8.8.8.8/"}}},
        "authentication.oauth.token_url",
        "http",
    ),
    "a placeholder in the token URL": (
        {"authentication": {"oauth": OAUTH | {"token_url": "https://auth.example/{EVENT_ID}"}}},
        "authentication.oauth.token_url",
        "fixed text",
    ),
    "a private token URL": (
        {"authentication": {"oauth": OAUTH | {"token_url": "https://169.254.169.254/"}}},
        "authentication.oauth.token_url",
        "no address on the internet",
    ),
    "a scope in two lines": (
        {"authentication": {"oauth": OAUTH | {"scope": "a\nb"}}},
        "authentication.oauth.scope",
        "one blank",
    ),
    "no client id": (
        {"authentication": {"oauth": OAUTH | {"client_id": ""}}},
        "authentication.oauth.client_id",
        "empty",
    ),
    "a header profile that is none": ({"header_profile": "fancy"}, "header_profile", "plain, umm"),
    "UMM without its terms": ({"header_profile": "umm"}, "umm", "client_key"),
    "UMM's terms without UMM": ({"umm": UMM}, "umm", "header_profile"),
    "a client key too long": (
        {"header_profile": "umm", "umm": UMM | {"client_key": "CLIAAADDD0910"}},
        "umm",
        "allow_long_client_key",
    ),
    "a product that UMM does not name": (
        {"header_profile": "umm", "umm": UMM | {"product": "gold"}},
        "umm",
        "allow_other_values",
    ),
    "UMM by PUT": ({"header_profile": "umm", "umm": UMM, "method": "PUT"}, "method", "POST"),
    "UMM in plain text": (
        {"header_profile": "umm", "umm": UMM, "content_type": "text/plain"},
        "content_type",
        "application/json",
    ),
    "a retry profile that is none": ({"retry": {"profile": "daily"}}, "retry.profile", "backoff, hourly"),
    "a profile and waits": ({"retry": {"profile": "hourly", "waits_seconds": [1]}}, "retry", "either"),
    "a wait of no time": ({"retry": {"waits_seconds": [60, 0]}}, "retry.waits_seconds.1", "greater than or equal to 1"),
    "a wait of over a week": ({"retry": {"waits_seconds": [604801]}}, "retry.waits_seconds.0", "604800"),
    "a hundred and one waits": ({"retry": {"waits_seconds": [1] * 101}}, "retry.waits_seconds", "100"),
    "a wait of half a second": ({"retry": {"waits_seconds": [0.5]}}, "retry.waits_seconds.0", "Not a valid integer"),
    "a signing secret that is short": ({"signing_secret": "whsec_abcd"}, "signing_secret", "24 to 64 bytes"),
    "the sign of a secret": ({"signing_secret": "***"}, "signing_secret", "give it"),
    "the sign of a password": (
        {"authentication": {"basic": BASIC | {"password": "***"}}},
        "authentication.basic.password",
        "give it",
    ),
}


@pytest.mark.parametrize(("changed", "field", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_makes_no_sense_is_refused_by_its_field(
    console: Console, changed: dict[str, Any], field: str, reason: str
) -> None:
    answer = console.ask("POST", "/v1/subscriptions", wanted(**changed))
    assert answer.status_code == 400
    assert reason in faults_in(answer)[field]
    assert console.subscriptions.count() == 0
    assert "hidden" not in answer.text


def test_all_faults_are_told_at_once(console: Console) -> None:
    body = wanted(url="http://8.8.8.8/", template="{", authentication={"basic": BASIC | {"username": ":"}})
    answer = console.ask("POST", "/v1/subscriptions", body)
    assert faults_in(answer).keys() == {"url", "template", "authentication.basic.username"}


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"text"', b'{"name": NaN}', b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(console: Console, raw: bytes) -> None:
    answer = console.client.post("/v1/subscriptions", data=raw, headers={"apikey": "ann-token"})
    assert (answer.status_code, set(faults_in(answer))) == (400, {""})


@pytest.mark.parametrize(
    ("who", "changed", "field"),
    [
        ("nobody", {}, "bank_id"),
        ("bob", {}, "bank_id"),
        ("ann", {"bank_id": OTHER_BANK}, "bank_id"),
        ("ann", {"level": "system", "bank_id": ""}, "level"),
        ("reader", {"level": "system", "bank_id": ""}, "level"),
    ],
)
def test_who_does_not_manage_there_makes_nothing(
    console: Console, who: str, changed: dict[str, str], field: str
) -> None:
    answer = console.ask("POST", "/v1/subscriptions", wanted(**changed), who)
    assert answer.status_code == 403
    assert faults_in(answer)[field].startswith("You need the role CanManageSubscriptions")


def test_the_system_level_needs_the_role_without_a_bank(console: Console) -> None:
    assert created(console, wanted(level="system", bank_id=None), "root").bank_id == ""


def test_nobody_without_a_token_gets_in(console: Console) -> None:
    answer = console.client.post("/v1/subscriptions", json=wanted(), headers={"apikey": "guess"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert "guess" not in answer.text
