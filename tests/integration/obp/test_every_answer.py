"""What is true of every answer, and what the server tells about itself."""

import json

import pytest
import urllib3

from tests.integration.obp.requests import ACCOUNT, MANAGED, Api

pytestmark = pytest.mark.enable_socket


def test_every_answer_has_its_own_correlation_id_and_the_log_has_it_too(api: Api) -> None:
    answers = [
        api.call("GET", MANAGED),
        api.call("GET", MANAGED, token=""),
        api.call("DELETE", ACCOUNT),
        api.call("POST", ACCOUNT, b"{"),
    ]
    ids = [answer.headers["Correlation-Id"] for answer in answers]
    assert len(set(ids)) == 4
    logged = [json.loads(line) for line in api.log.read_text().splitlines() if line.startswith("{")]
    assert set(ids) <= {line.get("correlation_id") for line in logged}


def test_no_token_stands_in_the_log(api: Api) -> None:
    api.call("GET", f"{MANAGED}?user_id={api.everybody}")
    log = api.log.read_text()
    assert '"caller": "everybody"' in log
    assert [token for token in (api.everybody, api.nobody, api.stranger) if token in log] == []


def test_the_document_and_its_page_tell_every_endpoint_and_need_nothing_from_elsewhere(api: Api) -> None:
    document = urllib3.request("GET", f"{api.url}/openapi.json", retries=False).json()
    page = urllib3.request("GET", f"{api.url}/docs", retries=False)
    for path in document["paths"]:
        assert path.encode() in page.data
    assert len([path for path in document["paths"] if path.startswith("/obp/")]) == 4
    assert b"<script" not in page.data
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
