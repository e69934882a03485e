"""A value may be a part of a path or of a query, and never leads anywhere else."""

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain.hub.template import RenderError, TemplateError, check_url_template, render_url
from shared.domain.hub.triggers import Trigger

TEMPLATE = "https://hooks.example.com:8443/loans/{LOAN_ID}/events-{EVENT_NAME}?id={EVENT_ID}&b={BANK_ID}"
VALUE = st.text(st.characters(), max_size=12) | st.sampled_from(
    [
        "..",
        ".",
        "../..",
        "..\\..",
        "a/../b",
        "%2e%2e",
        "//evil.example",
        "@evil.example",
        "\r\nHost: evil",
        "#",
        "?",
        "&c=1",
    ]
)


@pytest.mark.parametrize("url", [TEMPLATE, "https://example.com", "https://example.com?a={LOAN_ID}"])
def test_placeholders_are_taken_in_path_and_query(url: str) -> None:
    check_url_template(url, Trigger.PAYMENT_SETTLED)


@pytest.mark.parametrize(
    "url",
    [
        "{SCHEME}://example.com/",
        "https://{BANK_ID}/events",
        "https://{BANK_ID}.example.com/events",
        "https://example.com:{AMOUNT}/events",
        "https://{LOAN_ID}@example.com/events",
        "https://example.com{LOAN_ID}",
    ],
)
def test_a_placeholder_before_the_path_is_refused(url: str) -> None:
    with pytest.raises(TemplateError, match="placeholder before its path"):
        check_url_template(url, Trigger.PAYMENT_SETTLED)


@pytest.mark.parametrize("url", ["", "/events/{LOAN_ID}", "example.com/{LOAN_ID}", "{LOAN_ID}"])
def test_a_url_that_is_not_absolute_is_refused_and_not_called(url: str) -> None:
    with pytest.raises(TemplateError, match="not absolute"):
        check_url_template(url, Trigger.PAYMENT_SETTLED)
    with pytest.raises(RenderError, match="not absolute"):
        render_url(url, {})


def test_an_unknown_placeholder_is_named_with_those_that_are_known() -> None:
    with pytest.raises(
        TemplateError, match=r"there is no \{LOAN_ID\} for OnCreateTransaction; there are .*\{TRANSACTION_ID\}"
    ):
        check_url_template("https://example.com/{LOAN_ID}", Trigger.ON_CREATE_TRANSACTION)


def test_values_are_encoded_whole() -> None:
    url = render_url(TEMPLATE, {"LOAN_ID": "a/b c", "EVENT_NAME": "ünï", "EVENT_ID": "x&y=z#", "BANK_ID": "gh.29.uk"})

    assert url == ("https://hooks.example.com:8443/loans/a%2Fb%20c/events-%C3%BCn%C3%AF?id=x%26y%3Dz%23&b=gh.29.uk")


@pytest.mark.parametrize("value", [".", "..", "../..", "a/../b", "a\\..\\b", "..;a", "../", "/.."])
def test_a_value_that_would_climb_in_the_path_is_not_sent(value: str) -> None:
    with pytest.raises(RenderError, match="another place in the path"):
        render_url("https://example.com/loans/{LOAN_ID}/events", {"LOAN_ID": value})


def test_dots_that_only_the_value_completes_are_not_sent_either() -> None:
    with pytest.raises(RenderError, match="another place in the path"):
        render_url("https://example.com/.{LOAN_ID}/events", {"LOAN_ID": "."})


def test_dots_in_a_query_and_within_a_word_are_just_dots() -> None:
    url = render_url("https://example.com/v{LOAN_ID}?a={LOAN_ID}", {"LOAN_ID": ".."})

    assert url == "https://example.com/v..?a=.."


@given(st.fixed_dictionaries(dict.fromkeys(("LOAN_ID", "EVENT_NAME", "EVENT_ID", "BANK_ID"), VALUE)))
@example({"LOAN_ID": "\ud800", "EVENT_NAME": "\x00", "EVENT_ID": "\u202e", "BANK_ID": "{LOAN_ID}"})
def test_no_value_changes_host_segments_or_parameters(values: dict[str, str]) -> None:
    try:
        url = render_url(TEMPLATE, values)
    except RenderError:
        assert any("." in value for value in values.values())
        return

    parts = urlsplit(url)
    assert url.isascii()
    assert url.isprintable()
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "hooks.example.com:8443", "")
    segments = parts.path.split("/")
    assert (len(segments), segments[1]) == (4, "loans")
    assert not {".", ".."} & {unquote(segment) for segment in segments}
    assert [pair.split("=")[0] for pair in parts.query.split("&")] == ["id", "b"]
