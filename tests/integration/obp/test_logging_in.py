"""Who calls, in every form that clients show it."""

import pytest

from tests.integration.obp.requests import MANAGED, NOT_LOGGED_IN, Api

pytestmark = pytest.mark.enable_socket


@pytest.mark.parametrize(
    "authorization",
    ["Basic ZXZlcnlib2R5OnRva2Vu", "token", "Digest x", 'OAuth oauth_token="x"', 'GatewayLogin token="x"'],
)
def test_another_scheme_is_refused(api: Api, authorization: str) -> None:
    answer = api.call("GET", MANAGED, token="", Authorization=authorization)
    message = "OBP-20080: Authorization Header format is not supported at this instance."
    assert (answer.status, answer.json()) == (401, {"code": 401, "message": message})


@pytest.mark.parametrize(
    "form",
    [
        {"DirectLogin": "token={}"},
        {"directlogin": 'token="{}"'},
        {"DIRECTLOGIN": 'DirectLogin token="{}"'},
        {"DirectLogin": ' username="x" , token = {} ,consumer_key=y'},
        {"Authorization": "DirectLogin token={}"},
        {"Authorization": 'directlogin token="{}", other=x'},
        {"Authorization": "Bearer {}"},
        {"authorization": "bearer {}"},
        {"Authorization": "Basic x", "DirectLogin": "token={}"},
        {"Authorization": "Bearer {}", "DirectLogin": "token=wrong"},
    ],
)
def test_a_token_is_taken_in_all_forms_that_clients_send(api: Api, form: dict[str, str]) -> None:
    shown = {name: value.format(api.everybody) for name, value in form.items()}
    assert api.call("GET", MANAGED, token="", **shown).status == 200


@pytest.mark.parametrize(
    ("shown", "message"),
    [
        ({"DirectLogin": "token=a-wrong-one"}, "OBP-20003: This DirectLogin token is invalid or expired:"),
        ({"DirectLogin": "a-wrong-one"}, "OBP-20003: This DirectLogin token is invalid or expired:"),
        (
            {"Authorization": "DirectLogin token=a-wrong-one"},
            "OBP-20003: This DirectLogin token is invalid or expired:",
        ),
        ({"Authorization": "Bearer a-wrong-one"}, NOT_LOGGED_IN),
    ],
)
def test_a_wrong_token_is_refused_and_not_repeated(api: Api, shown: dict[str, str], message: str) -> None:
    answer = api.call("GET", MANAGED, token="", **shown)
    assert (answer.status, answer.json()) == (401, {"code": 401, "message": message})
    assert "a-wrong-one" not in repr(answer.headers)
