"""What is shown to our own API. The forms of Open Bank Project's clients: tests/integration/obp/test_logging_in.py."""

import base64
import uuid
from datetime import UTC, datetime

import pytest
from werkzeug.datastructures import Headers

from services.console.access.credentials import LoginError, LoginFault, obp_credential, own_credential
from services.console.access.gatekeeper import Gatekeeper
from shared.store.users import User
from tests.fakes.users import FakeUsers

TOKEN = "q7_the-token"


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.fixture
def gatekeeper() -> Gatekeeper:
    users = FakeUsers()
    users.add(User(str(uuid.uuid4()), "ann", frozenset({"CanSendTestWebhook"}), datetime.now(UTC)), TOKEN)
    users.add(User(str(uuid.uuid4()), "bob", frozenset(), datetime.now(UTC)), "bob's token")
    return Gatekeeper(users)


@pytest.mark.parametrize(
    "shown",
    [
        {"Authorization": f"Bearer {TOKEN}"},
        {"authorization": f"bearer   {TOKEN} "},
        {"apikey": TOKEN},
        {"ApiKey": f" {TOKEN} "},
        {"apikey": TOKEN, "Authorization": "Bearer another"},
        {"Authorization": basic(f"ann:{TOKEN}")},
        {"Authorization": basic(f"ann:{TOKEN}").replace("Basic", "basic")},
    ],
)
def test_a_token_is_taken_in_each_form(gatekeeper: Gatekeeper, shown: dict[str, str]) -> None:
    caller = gatekeeper.admit(Headers(shown), own_credential)
    assert caller.name == "ann"
    assert caller.roles == {"CanSendTestWebhook"}


@pytest.mark.parametrize(
    "shown",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {TOKEN.upper()}"},
        {"apikey": ""},
        {"apikey": "wrong", "Authorization": f"Bearer {TOKEN}"},
        {"Authorization": basic(f"bob:{TOKEN}")},
        {"Authorization": basic(f":{TOKEN}")},
        {"Authorization": basic("ann:wrong")},
        {"Authorization": basic("ann")},
        {"Authorization": "Basic not base64"},
        {"Authorization": "Basic /w=="},
    ],
)
def test_a_wrong_token_or_name_is_refused_and_all_in_one_way(gatekeeper: Gatekeeper, shown: dict[str, str]) -> None:
    with pytest.raises(LoginError) as refused:
        gatekeeper.admit(Headers(shown), own_credential)
    assert refused.value.fault is LoginFault.WRONG_CREDENTIALS
    assert str(refused.value) == "the credentials are not valid"


@pytest.mark.parametrize(
    ("shown", "fault"),
    [
        ({}, LoginFault.NOTHING_SHOWN),
        ({"Authorization": "  "}, LoginFault.NOTHING_SHOWN),
        ({"Authorization": TOKEN}, LoginFault.UNKNOWN_SCHEME),
        ({"Authorization": f"DirectLogin token={TOKEN}"}, LoginFault.UNKNOWN_SCHEME),
        ({"DirectLogin": f"token={TOKEN}"}, LoginFault.NOTHING_SHOWN),
    ],
)
def test_what_is_no_form_of_ours_is_refused(shown: dict[str, str], fault: LoginFault) -> None:
    with pytest.raises(LoginError) as refused:
        own_credential(Headers(shown))
    assert refused.value.fault is fault


def test_basic_and_apikey_are_no_forms_of_open_bank_projects(gatekeeper: Gatekeeper) -> None:
    for shown in ({"apikey": TOKEN}, {"Authorization": basic(f"ann:{TOKEN}")}):
        with pytest.raises(LoginError):
            gatekeeper.admit(Headers(shown), obp_credential)


def test_no_credential_shows_itself() -> None:
    assert TOKEN not in repr(own_credential(Headers({"apikey": TOKEN})))
