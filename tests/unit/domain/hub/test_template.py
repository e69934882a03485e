"""A template that could break is refused when it is set up, in words that help."""

import json

import pytest

from shared.domain.hub.subscription import ContentType
from shared.domain.hub.template import RenderError, TemplateError, check_rendered, check_template, render_body
from shared.domain.hub.triggers import Trigger, placeholders_of

JSON, XML, PLAIN = ContentType.JSON, ContentType.XML, ContentType.PLAIN


@pytest.mark.parametrize(
    ("text", "content_type"),
    [
        ('{"id":"{EVENT_ID}","amount":{AMOUNT},"text":"{EVENT_NAME} of {AMOUNT} {CURRENCY}"}', JSON),
        ('["{REASON}", {"literal": "{}", "brace": "{not a name}", "quote": "\\"{REASON}\\""}]', JSON),
        ("{AMOUNT}", JSON),
        ("<event id=\"{EVENT_ID}\" kind='{EVENT_NAME}'><reason>{REASON}</reason></event>", XML),
        ('<?xml version="1.0" encoding="utf-8"?><!-- ours --><a xmlns="urn:a">{REASON}<![CDATA[<b>]]></a>', XML),
        ("Payment {END_TO_END_ID}: {REASON}\r\n", PLAIN),
        ("", JSON),
        ("", PLAIN),
    ],
)
def test_a_template_that_always_gives_a_good_body_is_taken(text: str, content_type: ContentType) -> None:
    check_template(text, content_type, Trigger.PAYMENT_REJECTED)


@pytest.mark.parametrize("trigger", Trigger)
@pytest.mark.parametrize("content_type", ContentType)
def test_every_placeholder_of_a_trigger_is_known_and_every_other_is_not(
    trigger: Trigger, content_type: ContentType
) -> None:
    frame = {JSON: '"{}"', XML: "<a>{}</a>", PLAIN: "{}"}[content_type]
    for name in placeholders_of(trigger):
        check_template(frame.format(f"{{{name}}}"), content_type, trigger)

    with pytest.raises(TemplateError, match=r"there is no \{CF:LOAN:COLOUR\} for .*; there are \{ACCOUNT_ID\}, "):
        check_template(frame.format("{CF:LOAN:COLOUR}"), content_type, trigger)


@pytest.mark.parametrize(
    "text",
    [
        '{"amount":{AMOUNT}',
        '{"amount":"{AMOUNT}}',
        '{"amount":"\\{AMOUNT}"}',  # the value's first letter would be an escape
        '{"amount":"\\u{AMOUNT}"}',
        '{"amount":"\\u00{AMOUNT}"}',
        '{"amount":-{AMOUNT}}',
        '{"amount":{AMOUNT}{AMOUNT}}',
        '{"amount":1{AMOUNT}}',
        '{{EVENT_NAME}:"a"}',
        '{"amount":NaN}',
        "{amount}",
        "[" * 100_000,
    ],
)
def test_json_that_breaks_with_any_value_is_refused(text: str) -> None:
    with pytest.raises(TemplateError, match="the template is not"):
        check_template(text, JSON, Trigger.PAYMENT_REJECTED)


def test_a_value_cannot_become_the_name_of_a_member_which_might_be_there_already() -> None:
    with pytest.raises(TemplateError, match="placeholder in the name of a member"):
        check_template('{"amount":{AMOUNT},"{REASON}":0}', JSON, Trigger.PAYMENT_REJECTED)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<a><!-- {REASON} --></a>", "in a comment, a CDATA section"),
        ("<a><![CDATA[{REASON}]]></a>", "in a comment, a CDATA section"),
        ("<?style {REASON}?><a/>", "processing instruction"),
        ("<a><b/><!--\n{REASON}--></a>", "in a comment"),
        ("<{REASON}/>", "not well-formed"),
        ('<a {REASON}="1"/>', "not well-formed"),
        ("<a b={REASON}/>", "not well-formed"),
        ("<a>&#{AMOUNT};</a>", "not well-formed"),
        ("<a>&{AMOUNT};</a>", "not well-formed"),
        ("<a>&unknown;</a>", "undefined entity"),
        ("<a>{REASON}", "not well-formed"),
        ("{REASON}", "not well-formed"),
        ("<a/>{REASON}", "not well-formed"),
        ("<b:a/>", "unbound prefix"),
        ('<a xmlns="{REASON}"/>', "in the namespace"),
        ('<a xmlns:b="urn:{REASON}"/>', "in the namespace"),
        ('<!DOCTYPE a [<!ENTITY b "{REASON}">]><a>&b;</a>', "document type declaration"),
        ('<?xml version="1.0" encoding="latin-1"?><a/>', "XML 1.0 in UTF-8"),
        ('<?xml version="1.1"?><a/>', "XML 1.0 in UTF-8"),
        ("", "needs a template"),
    ],
)
def test_xml_with_a_placeholder_where_no_escape_counts_is_refused(text: str, reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        check_template(text, XML, Trigger.PAYMENT_REJECTED)


@pytest.mark.parametrize(
    ("content_type", "text"), [(JSON, '"\ud800"'), (XML, "<a>\ud800</a>"), (PLAIN, "\ud800{REASON}")]
)
def test_what_utf_8_cannot_carry_is_refused(content_type: ContentType, text: str) -> None:
    with pytest.raises(TemplateError, match="surrogate"):
        check_template(text, content_type, Trigger.PAYMENT_REJECTED)


@pytest.mark.parametrize(
    ("value", "rendered"),
    [
        ("50.00", "50.00"),
        ("-50.00", "-50.00"),
        ("0", "0"),
        ("", '""'),
        ("007", '"007"'),
        ("1e9", '"1e9"'),
        ("5.", '"5."'),
        ("٥", '"٥"'),
        ("50.00\n", '"50.00\\n"'),
        ("true", '"true"'),
        ('"', '"\\""'),
    ],
)
def test_outside_of_quotes_a_value_is_a_number_when_it_looks_like_one_and_else_a_string(
    value: str, rendered: str
) -> None:
    assert render_body('{"a": {AMOUNT}}', {"AMOUNT": value}, JSON) == f'{{"a": {rendered}}}'


def test_within_quotes_a_value_stays_a_part_of_the_string_even_when_it_is_a_number() -> None:
    body = render_body('{"a":"{AMOUNT} {CURRENCY}","b":"{AMOUNT}"}', {"AMOUNT": "50.00", "CURRENCY": "GBP"}, JSON)

    assert json.loads(body) == {"a": "50.00 GBP", "b": "50.00"}


def test_a_value_is_not_read_as_a_template() -> None:
    values = {"REASON": "{EVENT_ID}", "EVENT_ID": "secret"}

    assert render_body('{"a":"{REASON}","b":{REASON}}', values, JSON) == '{"a":"{EVENT_ID}","b":"{EVENT_ID}"}'
    assert render_body("<a>{REASON}</a>", values, XML) == "<a>{EVENT_ID}</a>"
    assert render_body("{REASON}", values, PLAIN) == "{EVENT_ID}"


@pytest.mark.parametrize(
    ("text", "content_type"), [('{"a":"{REASON}"}', JSON), ("<a>{REASON}</a>", XML), ("{REASON}", PLAIN)]
)
def test_what_an_event_has_no_value_for_is_empty_text(text: str, content_type: ContentType) -> None:
    assert render_body(text, {}, content_type) == text.replace("{REASON}", "")


@pytest.mark.parametrize("body", ["", "{", '{"a":Infinity}', "{'a':1}", '{"a":1}}', "[" * 100_000, '"\ud800"'])
def test_a_body_that_is_not_json_may_not_go_out_as_json(body: str) -> None:
    with pytest.raises(RenderError, match="the body "):
        check_rendered(body, JSON)


@pytest.mark.parametrize("body", ["{}", "[]", '"text"', "null", "1" * 5000, '{"a":"\\ud800"}'])
def test_any_json_may_go_out_as_json(body: str) -> None:
    check_rendered(body, JSON)


@pytest.mark.parametrize("body", ["", "text", "<a>", "<a/><b/>", "<!DOCTYPE a><a/>", "<a>\x00</a>", "<a>\ud800</a>"])
def test_a_body_that_is_not_xml_may_not_go_out_as_xml(body: str) -> None:
    with pytest.raises(RenderError, match="the body "):
        check_rendered(body, XML)


def test_plain_text_may_be_anything_that_can_be_encoded() -> None:
    check_rendered("<{\x00", PLAIN)

    with pytest.raises(RenderError, match="surrogate"):
        check_rendered("\udfff", PLAIN)
